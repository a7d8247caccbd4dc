/* SPDX-License-Identifier: MIT */
/*
 * The server part of the shim: an object of its own, loaded by the hook (intercept.c) when a
 * program makes its first SecretService, so that GLib is in the process by then and nothing of
 * this is in programs that never ask. Behind the one door is a Secret Service that speaks D-Bus
 * over a socketpair with the library in the same process, and answers from the daemon.
 */
#ifndef LIBKCSHIM_SERVER_H
#define LIBKCSHIM_SERVER_H

#define SERVER_DOOR       "kcshim_redirect"

/* What the hook does with a SecretService, by number because the hook knows nothing else. */
#define SERVER_REDIRECTED 0
#define SERVER_LEFT_ALONE 1 /* KEYCHAIN_AUTH_SHIM_FALLBACK=1, and no daemon: said on stderr */
#define SERVER_FAILED     2

/* `service` is a GObject in construction, a GDBusProxy whose connection is still to be chosen; any
 * thread. */
typedef int server_door(void *service);
server_door kcshim_redirect;

#endif
