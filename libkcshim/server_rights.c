/* SPDX-License-Identifier: MIT */
/* Reads the answer to `grants` (docs/protocol.md). */
#include "libkcshim/server_rights.h"

#include "libkc/keychain-auth.h"
#include "libkcshim/server_broker.h"

#include <stdlib.h>
#include <string.h>

static bool has_attribute(const struct kc_answer *answer, size_t index, const char *name) {
    for (size_t i = 0; i < kc_answer_attribute_count(answer, index); i++) {
        if (strcmp(kc_answer_attribute_name(answer, index, i), name) == 0) {
            return true;
        }
    }
    return false;
}

bool rights_ask(struct broker *broker, struct rights *ret_rights, struct trouble *trouble) {
    const struct kc_query query = {.action = "grants"};
    struct kc_answer *answer = NULL;
    if (!broker_ask(broker, &query, &answer, trouble)) {
        return false;
    }
    struct rights rights = {0};
    rights.scopes = calloc(kc_answer_count(answer) + 1, sizeof *rights.scopes);
    for (size_t i = 0; rights.scopes != NULL && i < kc_answer_count(answer); i++) {
        struct map_scope *scope = &rights.scopes[rights.scope_count];
        if (!has_attribute(answer, i, "search")) {
            continue;
        }
        rights.can_search = true;
        if (map_scope_read(kc_answer_target(answer, i), scope) == KC_OK) {
            rights.scope_count++;
        }
    }
    kc_answer_free(answer);
    if (rights.scopes == NULL) {
        return trouble_no_memory(trouble);
    }
    *ret_rights = rights;
    return true;
}

void rights_clear(struct rights *rights) {
    free(rights->scopes);
    memset(rights, 0, sizeof *rights);
}
