/* SPDX-License-Identifier: MIT */
/*
 * What lies behind the hook: the functions of the program's own GLib, found when they are
 * needed, and the server part. Any thread.
 */
#ifndef LIBKCSHIM_REAL_H
#define LIBKCSHIM_REAL_H

#include <stdbool.h>

#include "libkcshim/server.h"

/* KEYCHAIN_AUTH_SHIM=1, or KEYCHAIN_AUTH_SOCKET names a socket and KEYCHAIN_AUTH_SHIM isn't 0;
 * never in a set-id program. */
bool real_is_wanted(void);

/* A function of libgobject: behind us in the loader's order, or else in the library as it is
 * loaded somewhere (dlopen() with RTLD_LOCAL). NULL: there is no GObject here. */
void *real_function(const char *name);

/* The server's door, loaded now if it wasn't. NULL: it can't be. */
server_door *real_server(void);

#endif
