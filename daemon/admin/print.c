/* SPDX-License-Identifier: MIT */
/* JSON for programs. Whether it really was written is checked once, at the end (admin.c). */
#include "daemon/admin/print.h"

#include "daemon/admin/say.h"
#include "libkc/parse.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

struct json_t *print_text(const char *text) {
    struct shown shown;
    return parse_is_utf8(text, strlen(text)) ? json_string(text)
                                             : json_string(say_show(text, &shown));
}

enum exit_code print_json(struct json_t *take_value) {
    if (take_value == NULL) {
        return say_fault(KC_NO_MEMORY, "can't print the answer");
    }
    int failed = json_dumpf(take_value, stdout, JSON_COMPACT);
    json_decref(take_value);
    if (failed != 0) {
        say("can't write to standard output");
        return EXIT_FAULT;
    }
    (void)putchar('\n');
    return EXIT_DONE;
}
