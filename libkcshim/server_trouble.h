/* SPDX-License-Identifier: MIT */
/* Why a call failed, in the words of D-Bus and the Secret Service. A plain value. */
#ifndef LIBKCSHIM_SERVER_TROUBLE_H
#define LIBKCSHIM_SERVER_TROUBLE_H

#include <stdbool.h>

#include "libkc/protocol.h"
#include "platform/attr.h"

#define TROUBLE_DENIED      "org.freedesktop.DBus.Error.AccessDenied"
#define TROUBLE_FAILED      "org.freedesktop.DBus.Error.Failed"
#define TROUBLE_INVALID     "org.freedesktop.DBus.Error.InvalidArgs"
#define TROUBLE_LIMITS      "org.freedesktop.DBus.Error.LimitsExceeded"
#define TROUBLE_NO_DAEMON   "org.freedesktop.DBus.Error.ServiceUnknown"
#define TROUBLE_NO_MEMORY   "org.freedesktop.DBus.Error.NoMemory"
#define TROUBLE_TIMEOUT     "org.freedesktop.DBus.Error.TimedOut"
#define TROUBLE_UNKNOWN     "org.freedesktop.DBus.Error.UnknownMethod"
#define TROUBLE_UNSUPPORTED "org.freedesktop.DBus.Error.NotSupported"
#define TROUBLE_LOCKED      "org.freedesktop.Secret.Error.IsLocked"
#define TROUBLE_NO_OBJECT   "org.freedesktop.Secret.Error.NoSuchObject"
#define TROUBLE_NO_SESSION  "org.freedesktop.Secret.Error.NoSession"

struct trouble {
    const char *name; /* one of the above; NULL: none */
    char text[KC_MESSAGE_MAX];
};

/* Always false, so that who fails can `return trouble_set(…)`. */
bool trouble_set(struct trouble *trouble, const char *name, const char *format, ...)
    KC_PRINTF(3, 4);
bool trouble_no_memory(struct trouble *trouble);

#endif
