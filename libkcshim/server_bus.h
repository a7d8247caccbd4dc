/* SPDX-License-Identifier: MIT */
/* The bus itself: which method of which object a message means, and how it is answered. */
#ifndef LIBKCSHIM_SERVER_BUS_H
#define LIBKCSHIM_SERVER_BUS_H

#include <stdbool.h>

struct _GDBusMessage;
struct server;

/* False: nobody reads any more. */
bool bus_answer(struct server *server, struct _GDBusMessage *message);

#endif
