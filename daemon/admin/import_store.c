/* SPDX-License-Identifier: MIT */
/* One search for each service, one write for each entry: attributes belong to a request. */
#include "daemon/admin/import_store.h"

#include "daemon/admin/answer.h"
#include "daemon/admin/import_list.h"
#include "daemon/admin/say.h"
#include "libkc/secret.h"

#include <stdlib.h>
#include <string.h>

static enum exit_code ask(struct answer *answer, const struct kc_query *query) {
    kc_answer_free(answer->answer);
    answer->answer = NULL;
    return answer_ask(answer, query);
}

/* Called for each result that has an entry. */
typedef void on_result(struct import_entry *entry, const struct kc_answer *answer, size_t index);

static bool is_first_of_service(const struct import_list *list, size_t index) {
    for (size_t i = 0; i < index; i++) {
        if (strcmp(list->entries[i].service, list->entries[index].service) == 0) {
            return false;
        }
    }
    return true;
}

static void match_results(const struct kc_answer *answer, const char *service,
                          struct import_list *list, on_result *met) {
    for (size_t at = 0; at < kc_answer_count(answer); at++) {
        const char *target = kc_answer_target(answer, at);
        for (size_t i = 0; i < list->count; i++) {
            struct import_entry *entry = &list->entries[i];
            if (strcmp(entry->target, target) == 0 && strcmp(entry->service, service) == 0) {
                met(entry, answer, at);
            }
        }
    }
}

static enum exit_code search_all(struct answer *answer, struct import_list *list, on_result *met) {
    enum exit_code code = EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && i < list->count; i++) {
        if (is_first_of_service(list, i)) {
            const char *service = list->entries[i].service;
            const struct kc_query query = {
                .action = "search", .service = service, .administration = 1};
            code = ask(answer, &query);
            if (code == EXIT_DONE) {
                match_results(answer->answer, service, list, met);
            }
        }
    }
    return code;
}

static void mark_there(struct import_entry *entry, const struct kc_answer *answer, size_t index) {
    (void)answer;
    (void)index;
    entry->is_there = true;
}

enum exit_code import_store_look(struct answer *answer, struct import_list *list) {
    return search_all(answer, list, mark_there);
}

static enum exit_code write_entry(struct answer *answer, struct import_entry *entry) {
    const char *pairs[2 * KC_ATTRIBUTES_MAX];
    const char *target = entry->target;
    const void *bytes = secret_view(entry->value);
    size_t length = secret_length(entry->value);
    for (size_t i = 0; i < entry->attributes.count; i++) {
        pairs[2 * i] = entry->attributes.items[i].name;
        pairs[2 * i + 1] = entry->attributes.items[i].value;
    }
    const struct kc_query query = {.action = "write",
                                   .service = entry->service,
                                   .targets = &target,
                                   .target_count = 1,
                                   .values = &bytes,
                                   .value_lengths = &length,
                                   .attributes = pairs,
                                   .attribute_count = entry->attributes.count,
                                   .administration = 1};
    enum exit_code code = ask(answer, &query);
    if (code == EXIT_DONE) {
        entry->state = IMPORT_WRITTEN;
    }
    return code;
}

enum exit_code import_store_write(struct answer *answer, struct import_list *list, bool replaces) {
    enum exit_code code = EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && i < list->count; i++) {
        struct import_entry *entry = &list->entries[i];
        if (!import_entry_is_kept(entry, replaces)) {
            code = write_entry(answer, entry);
        }
    }
    return code;
}

static void mark_verified(struct import_entry *entry, const struct kc_answer *answer,
                          size_t index) {
    size_t count = kc_answer_attribute_count(answer, index);
    bool is_same = entry->state == IMPORT_WRITTEN && count == entry->attributes.count;
    for (size_t i = 0; is_same && i < count; i++) {
        const char *wanted =
            attributes_get(&entry->attributes, kc_answer_attribute_name(answer, index, i));
        is_same =
            wanted != NULL && strcmp(wanted, kc_answer_attribute_value(answer, index, i)) == 0;
    }
    if (is_same) {
        entry->state = IMPORT_VERIFIED;
    }
}

enum exit_code import_store_verify(struct answer *answer, struct import_list *list) {
    enum exit_code code = search_all(answer, list, mark_verified);
    for (size_t i = 0; code == EXIT_DONE && i < list->count; i++) {
        if (list->entries[i].state == IMPORT_WRITTEN) {
            struct shown shown;
            say("\"%s\" was stored, but isn't there any more",
                say_show(list->entries[i].target, &shown));
            code = EXIT_FAULT;
        }
    }
    return code;
}
