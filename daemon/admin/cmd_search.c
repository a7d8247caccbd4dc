/* SPDX-License-Identifier: MIT */
/* search: the names of a service's items and their attributes, never a value. */
#include "daemon/admin/admin.h"

#include "daemon/admin/answer.h"
#include "daemon/admin/pairs.h"
#include "daemon/admin/print.h"
#include "daemon/admin/say.h"

#include <jansson.h>

#include <stdio.h>

static void print_result(const struct kc_answer *answer, size_t index) {
    struct shown shown;
    (void)fputs(say_show(kc_answer_target(answer, index), &shown), stdout);
    for (size_t i = 0; i < kc_answer_attribute_count(answer, index); i++) {
        (void)printf("\t%s", say_show(kc_answer_attribute_name(answer, index, i), &shown));
        (void)printf("=%s", say_show(kc_answer_attribute_value(answer, index, i), &shown));
    }
    (void)putchar('\n');
}

static json_t *result_to_json(const struct kc_answer *answer, size_t index) {
    json_t *attributes = json_object();
    for (size_t i = 0; i < kc_answer_attribute_count(answer, index); i++) {
        const char *name = kc_answer_attribute_name(answer, index, i);
        json_t *value = print_text(kc_answer_attribute_value(answer, index, i));
        if (json_object_set_new(attributes, name, value) != 0) {
            json_decref(attributes);
            return NULL;
        }
    }
    return json_pack("{s:o, s:o}", "target", print_text(kc_answer_target(answer, index)),
                     "attributes", attributes);
}

static enum exit_code print_as_json(const struct kc_answer *answer) {
    json_t *results = json_array();
    for (size_t i = 0; i < kc_answer_count(answer); i++) {
        if (json_array_append_new(results, result_to_json(answer, i)) != 0) {
            json_decref(results);
            return print_json(NULL);
        }
    }
    return print_json(results);
}

enum exit_code cmd_search(const struct options *options) {
    KC_AUTO(pairs) pairs = NULL;
    KC_AUTO(answer) answer = NULL;
    enum exit_code code = pairs_new(options, "attr", &pairs);
    if (code != EXIT_DONE) {
        return code;
    }
    bool has_prefix = options_operand_count(options) > 1;
    const char *prefix = has_prefix ? options_operand(options, 1) : NULL;
    const struct kc_query query = {.action = "search",
                                   .service = options_operand(options, 0),
                                   .targets = &prefix,
                                   .target_count = has_prefix ? 1 : 0,
                                   .attributes = (const char *const *)pairs->texts,
                                   .attribute_count = pairs->count,
                                   .administration = 1};
    code = answer_get(options, &query, &answer);
    if (code != EXIT_DONE) {
        return code;
    }
    if (options_flag(options, "json", false)) {
        return print_as_json(answer->answer);
    }
    for (size_t i = 0; i < kc_answer_count(answer->answer); i++) {
        print_result(answer->answer, i);
    }
    return EXIT_DONE;
}
