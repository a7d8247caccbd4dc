/* SPDX-License-Identifier: MIT */
/* One line on standard error. Its parts may come from the daemon, a file or the command line. */
#include "kcget/complain.h"

#include "libkc/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void complain(const char *format, ...) {
    char sentence[COMPLAINT_MAX];
    char shown[2 * COMPLAINT_MAX];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(sentence, sizeof sentence, format, values);
    va_end(values);
    parse_escape_sentence(sentence, strlen(sentence), shown, sizeof shown);
    (void)fprintf(stderr, "%s: %s\n", complain_name, shown);
}
