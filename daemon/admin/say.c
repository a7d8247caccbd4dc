/* SPDX-License-Identifier: MIT */
/* Sentences on standard error. When even that fails there is nobody left to tell. */
#include "daemon/admin/say.h"

#include "libkc/error.h"
#include "libkc/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *say_show(const char *text, struct shown *shown) {
    return parse_escape(text, strlen(text), shown->text, sizeof shown->text);
}

KC_PRINTF(2, 0) static void print(const char *prefix, const char *format, va_list values) {
    (void)fputs(prefix, stderr);
    (void)vfprintf(stderr, format, values);
    (void)fputc('\n', stderr);
}

void say(const char *format, ...) {
    va_list values;
    va_start(values, format);
    print("keychain-auth: ", format, values);
    va_end(values);
}

void say_warning(const char *format, ...) {
    va_list values;
    va_start(values, format);
    print("keychain-auth: warning: ", format, values);
    va_end(values);
}

enum exit_code say_fault(enum kc_error error, const char *what) {
    say("%s: %s", what, kc_error_text(error));
    return EXIT_FAULT;
}

void say_report(const char *report, enum kc_error error) {
    struct shown shown;
    say("%s", report[0] == '\0'
                  ? kc_error_text(error)
                  : parse_escape_sentence(report, strlen(report), shown.text, sizeof shown.text));
}
