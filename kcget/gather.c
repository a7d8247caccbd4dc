/* SPDX-License-Identifier: MIT */
/* Noting names, and reading all of them. */
#include "kcget/gather.h"

#include "kcget/complain.h"
#include "libkc/keychain-auth.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"

#include <stdlib.h>
#include <string.h>

/* KC_RELEASE_MAX bounds what one answer may hold. */
#define BATCH_MAX ((size_t)(KC_RELEASE_MAX / (KC_VALUE_MAX + KC_TARGET_MAX)))
_Static_assert(KC_RELEASE_MAX / (KC_VALUE_MAX + KC_TARGET_MAX) >= 60, "gather.h says 60");

struct wanted {
    struct ref ref;
    struct secret *value; /* NULL: not yet */
    bool is_asked;
};

struct gather {
    size_t count;
    struct wanted *wanted[GATHER_MAX];
};

/* One request. */
struct batch {
    size_t count;
    struct wanted *wanted[BATCH_MAX];
    const char *targets[BATCH_MAX];
};

enum kc_error gather_new(struct gather **ret_gather) {
    struct gather *gather = calloc(1, sizeof *gather);
    if (gather == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_gather = gather;
    return KC_OK;
}

void gather_free(struct gather *gather) {
    if (gather == NULL) {
        return;
    }
    for (size_t i = 0; i < gather->count; i++) {
        secret_free(gather->wanted[i]->value);
        free(gather->wanted[i]);
    }
    free(gather);
}

static struct wanted *find(const struct gather *gather, const struct ref *ref) {
    for (size_t i = 0; i < gather->count; i++) {
        if (refs_equal(&gather->wanted[i]->ref, ref)) {
            return gather->wanted[i];
        }
    }
    return NULL;
}

enum kc_error gather_want(struct gather *gather, const struct ref *ref) {
    if (find(gather, ref) != NULL) {
        return KC_OK;
    }
    if (gather->count == GATHER_MAX) {
        return KC_TOO_BIG;
    }
    struct wanted *wanted = calloc(1, sizeof *wanted);
    if (wanted == NULL) {
        return KC_NO_MEMORY;
    }
    wanted->ref = *ref;
    gather->wanted[gather->count++] = wanted;
    return KC_OK;
}

size_t gather_count(const struct gather *gather) {
    return gather->count;
}

/* The next names of one service; the first that wasn't asked for says which. */
static void make_batch(struct gather *gather, struct batch *ret_batch) {
    ret_batch->count = 0;
    for (size_t i = 0; i < gather->count && ret_batch->count < BATCH_MAX; i++) {
        struct wanted *wanted = gather->wanted[i];
        bool fits = ret_batch->count == 0 ||
                    strcmp(ret_batch->wanted[0]->ref.service, wanted->ref.service) == 0;
        if (!wanted->is_asked && fits) {
            wanted->is_asked = true;
            ret_batch->targets[ret_batch->count] = wanted->ref.target;
            ret_batch->wanted[ret_batch->count++] = wanted;
        }
    }
}

/* Results come in the order of the targets, without those that don't exist. */
static enum exit_code keep_values(const struct batch *batch, const struct kc_answer *answer) {
    size_t used = 0;
    enum exit_code code = EXIT_DONE;
    for (size_t i = 0; i < batch->count; i++) {
        struct wanted *wanted = batch->wanted[i];
        if (used == kc_answer_count(answer) ||
            strcmp(kc_answer_target(answer, used), wanted->ref.target) != 0) {
            complain("there is no \"%s\" target \"%s\"", wanted->ref.service, wanted->ref.target);
            code = EXIT_NO;
            continue;
        }
        const void *value = kc_answer_value(answer, used);
        if (value == NULL ||
            secret_new_copy(value, kc_answer_value_length(answer, used), &wanted->value) != KC_OK) {
            complain("can't keep what the daemon answered");
            return EXIT_FAULT;
        }
        used++;
    }
    if (code == EXIT_DONE && used != kc_answer_count(answer)) {
        return reach_complain_answer();
    }
    return code;
}

static enum exit_code ask(const struct batch *batch, const struct reach *reach,
                          struct kc_client *client) {
    const struct kc_query query = {.action = "read",
                                   .service = batch->wanted[0]->ref.service,
                                   .targets = batch->targets,
                                   .target_count = batch->count};
    struct kc_answer *answer = NULL;
    enum exit_code code = reach_request(reach, client, &query, &answer);
    if (code == EXIT_DONE) {
        code = keep_values(batch, answer);
        kc_answer_free(answer);
    }
    return code;
}

enum exit_code gather_fetch(struct gather *gather, const struct reach *reach, bool is_launcher) {
    struct kc_client *client = NULL;
    if (gather->count == 0) {
        return EXIT_DONE;
    }
    enum exit_code code = reach_open(reach, is_launcher, &client);
    if (code != EXIT_DONE) {
        return code;
    }
    struct batch batch;
    make_batch(gather, &batch);
    while (code == EXIT_DONE && batch.count > 0) {
        code = ask(&batch, reach, client);
        make_batch(gather, &batch);
    }
    kc_close(client);
    return code;
}

const struct secret *gather_value(const struct gather *gather, const struct ref *ref) {
    const struct wanted *wanted = find(gather, ref);
    return wanted == NULL ? NULL : wanted->value;
}
