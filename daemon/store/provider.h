/* SPDX-License-Identifier: MIT */
/*
 * The desktop's keyring as it is: items of ours by their attributes, read, made and deleted one
 * at a time, with nothing staged. What a batch needs is built on it by secret_service.c. Each
 * function makes its calls within PROVIDER_CALL_MS, or PROVIDER_PROMPT_MS where the person may
 * be looking at a prompt. After a failure nothing is asked until the next provider_connect():
 * a hung keyring costs a turn one deadline, not one for each call.
 *
 * Answers of all of them: KC_LOCKED the person didn't unlock it · KC_IO nobody answers, in time
 * or with sense. provider_trouble() has the sentence.
 */
#ifndef STORE_PROVIDER_H
#define STORE_PROVIDER_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/store/items.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

#define PROVIDER_CALL_MS    5000
#define PROVIDER_PROMPT_MS  60000
/* For so long after a prompt that was dismissed or ignored, nobody is asked again. */
#define PROVIDER_PATIENCE_S 30

struct provider;

/* An item as it lies there. */
struct stored {
    char *path; /* the provider's name for it */
    struct item *item;
    uint64_t written; /* orders the copies of one item; the highest is in force */
};

struct stored_list {
    size_t count;
    struct stored *rows;
};
void stored_list_clear(struct stored_list *list);

/* NULL: any. */
struct stored_query {
    const char *service;
    const char *target;
    const char *prefix; /* of the target */
};

/* Not connected yet. One thread at a time. */
KC_MUST_USE enum kc_error provider_new(struct provider **ret_provider);
void provider_free(struct provider *provider);

/* Makes sure that whoever has the name now is who we talk to; may start it. */
KC_MUST_USE enum kc_error provider_connect(struct provider *provider, unsigned timeout_ms);

/* Copies of one item may come twice, when a change was cut short; in no order. An item that goes
 * between being found and being read is left out. */
KC_MUST_USE enum kc_error provider_search(struct provider *provider,
                                          const struct stored_query *query,
                                          struct stored_list *ret_list);
KC_MUST_USE enum kc_error provider_count(struct provider *provider, size_t *ret_count);

/* There is a collection for new items, and it is unlocked. */
KC_MUST_USE enum kc_error provider_make_writable(struct provider *provider);
/* Replaces nothing. */
KC_MUST_USE enum kc_error provider_create(struct provider *provider, const struct item *item,
                                          uint64_t written);
/* KC_NOT_FOUND: it is gone already. */
KC_MUST_USE enum kc_error provider_delete(struct provider *provider, const char *path);

/* What the last failure was, for people; "" when there was none. Borrowed. */
const char *provider_trouble(const struct provider *provider);

KC_AUTO_DEFINE(provider)

#endif
