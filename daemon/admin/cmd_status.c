/* SPDX-License-Identifier: MIT */
/* status: what the daemon tells of itself. Which facts those are is the daemon's to know. */
#include "daemon/admin/admin.h"

#include "daemon/admin/answer.h"
#include "daemon/admin/colour.h"
#include "daemon/admin/print.h"
#include "daemon/admin/say.h"
#include "libkc/parse.h"

#include <jansson.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void print_facts(const struct kc_answer *answer, size_t count) {
    struct shown shown;
    int width = 0;
    for (size_t i = 0; i < count; i++) {
        int length = (int)strlen(kc_answer_attribute_name(answer, 0, i));
        width = length > width ? length : width;
    }
    for (size_t i = 0; i < count; i++) {
        const char *value = kc_answer_attribute_value(answer, 0, i);
        (void)printf("%s%-*s%s  %s\n", colour_aside(), width,
                     kc_answer_attribute_name(answer, 0, i), colour_end(),
                     parse_escape_sentence(value, strlen(value), shown.text, sizeof shown.text));
    }
}

/* A fact that is nothing but a number is one for programs too. */
static json_t *fact_to_json(const char *value) {
    uint64_t number = 0;
    bool is_number = parse_unsigned(value, INT64_MAX, &number) == KC_OK;
    return is_number ? json_integer((json_int_t)number) : print_text(value);
}

static enum exit_code print_as_json(const struct kc_answer *answer, size_t count) {
    json_t *facts = json_object();
    for (size_t i = 0; i < count; i++) {
        const char *name = kc_answer_attribute_name(answer, 0, i);
        json_t *value = fact_to_json(kc_answer_attribute_value(answer, 0, i));
        if (json_object_set_new(facts, name, value) != 0) {
            json_decref(facts);
            return print_json(NULL);
        }
    }
    return print_json(facts);
}

enum exit_code cmd_status(const struct options *options) {
    KC_AUTO(answer) answer = NULL;
    const struct kc_query query = {.action = "status", .administration = 1};
    enum exit_code code = answer_get(options, &query, &answer);
    if (code != EXIT_DONE) {
        return code;
    }
    if (kc_answer_count(answer->answer) == 0) {
        say("the daemon told nothing of itself");
        return EXIT_FAULT;
    }
    size_t count = kc_answer_attribute_count(answer->answer, 0);
    if (options_flag(options, "json", false)) {
        return print_as_json(answer->answer, count);
    }
    print_facts(answer->answer, count);
    return EXIT_DONE;
}
