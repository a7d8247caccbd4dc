/* SPDX-License-Identifier: MIT */
/* One line on standard error. Its parts may come from the daemon, a file or the command line. */
#include "kcget/complain.h"

#include "libkc/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

KC_PRINTF(1, 0) static void print(const char *format, va_list values) {
    char sentence[COMPLAINT_MAX];
    char shown[2 * COMPLAINT_MAX];
    (void)vsnprintf(sentence, sizeof sentence, format, values);
    parse_escape_sentence(sentence, strlen(sentence), shown, sizeof shown);
    (void)fprintf(stderr, "%s: %s\n", complain_name, shown);
}

void complain(const char *format, ...) {
    va_list values;
    va_start(values, format);
    print(format, values);
    va_end(values);
}
