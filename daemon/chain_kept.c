/* SPDX-License-Identifier: MIT */
/*
 * Shells, terminals and session managers stay above one short command after the other, so their
 * pins are kept. What is kept is asked again, here what it runs and, when the walk is over, whether
 * it is the same: an entry saves the opening and the hashing, never a check.
 */
#include "daemon/chain_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <threads.h>

struct ancestors {
    mtx_t mutex;
    struct digest *digest;
    uint64_t uses; /* like everything below, under the mutex */
    size_t pinned;
    struct ancestor *kept[CHAIN_KEPT_MAX]; /* NULL: free */
};

enum kc_error ancestors_new(struct digest *digest, struct ancestors **ret_ancestors) {
    struct ancestors *ancestors = calloc(1, sizeof *ancestors);
    if (ancestors == NULL) {
        return KC_NO_MEMORY;
    }
    if (mtx_init(&ancestors->mutex, mtx_plain) != thrd_success) {
        free(ancestors);
        return KC_NO_MEMORY;
    }
    ancestors->digest = digest;
    *ret_ancestors = ancestors;
    return KC_OK;
}

struct digest *ancestors_digest(const struct ancestors *ancestors) {
    return ancestors->digest;
}

enum kc_error ancestor_new(struct ancestors *ancestors, struct process **take_process,
                           struct ancestor **ret_ancestor) {
    KC_AUTO(process) process = *take_process;
    *take_process = NULL;
    struct ancestor *ancestor = calloc(1, sizeof *ancestor);
    if (ancestor == NULL) {
        return KC_NO_MEMORY;
    }
    (void)mtx_lock(&ancestors->mutex);
    bool is_full = ancestors->pinned == CHAIN_PINS_MAX;
    ancestors->pinned += is_full ? 0 : 1;
    (void)mtx_unlock(&ancestors->mutex);
    if (is_full) {
        free(ancestor);
        return KC_BUSY;
    }
    ancestor->process = process;
    process = NULL;
    ancestor->references = 1;
    *ret_ancestor = ancestor;
    return KC_OK;
}

static void ancestor_free(struct ancestor *ancestor) {
    process_free(ancestor->process);
    free(ancestor->path);
    free(ancestor);
}

void ancestor_release(struct ancestors *ancestors, struct ancestor *ancestor) {
    if (ancestor == NULL) {
        return;
    }
    (void)mtx_lock(&ancestors->mutex);
    ancestor->references--;
    bool is_last = ancestor->references == 0;
    ancestors->pinned -= is_last ? 1 : 0;
    (void)mtx_unlock(&ancestors->mutex);
    if (is_last) {
        ancestor_free(ancestor);
    }
}

/* Where the same process is already, pinned by another thread; else a free place, else that of the
 * one used longest ago. */
static struct ancestor **find_place(struct ancestors *ancestors, uint64_t number) {
    struct ancestor **place = &ancestors->kept[0];
    for (size_t i = 0; i < CHAIN_KEPT_MAX; i++) {
        struct ancestor **other = &ancestors->kept[i];
        if (*other != NULL && process_number((*other)->process) == number) {
            return other;
        }
        if (*place != NULL && (*other == NULL || (*other)->used < (*place)->used)) {
            place = other;
        }
    }
    return place;
}

void ancestor_keep(struct ancestors *ancestors, struct ancestor *ancestor) {
    (void)mtx_lock(&ancestors->mutex);
    struct ancestor **place = find_place(ancestors, process_number(ancestor->process));
    struct ancestor *former = *place;
    ancestors->uses++;
    ancestor->used = ancestors->uses;
    ancestor->references++;
    *place = ancestor;
    (void)mtx_unlock(&ancestors->mutex);
    ancestor_release(ancestors, former);
}

static struct ancestor *find_numbered(struct ancestors *ancestors, uint64_t number) {
    struct ancestor *found = NULL;
    (void)mtx_lock(&ancestors->mutex);
    for (size_t i = 0; i < CHAIN_KEPT_MAX && found == NULL; i++) {
        struct ancestor *other = ancestors->kept[i];
        if (other != NULL && process_number(other->process) == number) {
            found = other;
            ancestors->uses++;
            found->used = ancestors->uses;
            found->references++;
        }
    }
    (void)mtx_unlock(&ancestors->mutex);
    return found;
}

void ancestor_forget(struct ancestors *ancestors, struct ancestor *ancestor) {
    (void)mtx_lock(&ancestors->mutex);
    for (size_t i = 0; i < CHAIN_KEPT_MAX; i++) {
        if (ancestors->kept[i] == ancestor) {
            ancestors->kept[i] = NULL;
            ancestor->references--;
        }
    }
    (void)mtx_unlock(&ancestors->mutex);
}

struct ancestor *ancestor_above(struct ancestors *ancestors, const struct process *child) {
    struct ancestor *found = find_numbered(ancestors, process_parent_number(child));
    if (found == NULL) {
        return NULL;
    }
    if (process_names_parent(child, found->process) == KC_OK &&
        process_check_image(found->process, &found->stamp) == KC_OK) {
        return found;
    }
    ancestor_forget(ancestors, found);
    ancestor_release(ancestors, found);
    return NULL;
}

void ancestors_free(struct ancestors *ancestors) {
    if (ancestors == NULL) {
        return;
    }
    for (size_t i = 0; i < CHAIN_KEPT_MAX; i++) {
        ancestor_release(ancestors, ancestors->kept[i]);
    }
    assert(ancestors->pinned == 0);
    mtx_destroy(&ancestors->mutex);
    free(ancestors);
}
