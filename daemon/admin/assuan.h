/* SPDX-License-Identifier: MIT */
/*
 * The few lines of Assuan that a pinentry speaks (libassuan's manual, "Server responses" and
 * "Percent escape"): what it answers, and how text is put into a command. Pure.
 */
#ifndef ASSUAN_H
#define ASSUAN_H

#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;

#define ASSUAN_LINE_MAX 1000 /* with its newline */

enum assuan_kind {
    ASSUAN_OK,
    ASSUAN_ERROR, /* ERR: no, or not this time */
    ASSUAN_DATA,  /* D: bytes were added */
    ASSUAN_REMARK /* S, #, and an empty line: nothing to act upon */
};

/* One line without its newline; the bytes of a D line are appended to `data`, up to `limit`.
 * KC_INVALID: not such a line · KC_TOO_BIG: it, or the data, is too long. */
KC_MUST_USE enum kc_error assuan_read(const char *line, size_t length, struct secret *data,
                                      size_t limit, enum assuan_kind *ret_kind);

/* "COMMAND text\n" with what may not stand in a line escaped. KC_TOO_BIG. */
KC_MUST_USE enum kc_error assuan_write(const char *command, const char *text,
                                       char ret_line[ASSUAN_LINE_MAX + 1]);

#endif
