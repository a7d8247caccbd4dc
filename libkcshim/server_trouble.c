/* SPDX-License-Identifier: MIT */
/* Writes sentences; chooses nothing. */
#include "libkcshim/server_trouble.h"

#include <stdarg.h>
#include <stdio.h>

bool trouble_set(struct trouble *trouble, const char *name, const char *format, ...) {
    va_list arguments;
    trouble->name = name;
    va_start(arguments, format);
    (void)vsnprintf(trouble->text, sizeof trouble->text, format, arguments);
    va_end(arguments);
    return false;
}

bool trouble_no_memory(struct trouble *trouble) {
    return trouble_set(trouble, TROUBLE_NO_MEMORY, "out of memory");
}
