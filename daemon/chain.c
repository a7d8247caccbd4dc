/* SPDX-License-Identifier: MIT */
/*
 * The walk: one process after the other, upwards. All of them are
 * checked once more at the end, so that what was found one by one held at one moment.
 */
#include "daemon/chain_internal.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/process.h"

#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <time.h>

#define TRIES 3

static enum kc_error make_ancestor(const struct climb *climb, struct process **take_process,
                                   struct ancestor **ret_ancestor) {
    struct ancestors *ancestors = climb->walk->ancestors;
    struct ancestor *ancestor = NULL;
    enum kc_error error = ancestor_new(ancestors, take_process, &ancestor);
    if (error != KC_OK) {
        return error;
    }
    error = ancestor_read(climb, ancestor);
    if (climb_is_over(error)) {
        ancestor_release(ancestors, ancestor);
        return error;
    }
    if (error == KC_OK && ancestor->stamp.settled) {
        ancestor_keep(ancestors, ancestor);
    }
    *ret_ancestor = ancestor;
    return KC_OK;
}

static enum kc_error pin_above(const struct climb *climb, const struct process *child,
                               enum process_above *ret_above, struct ancestor **ret_ancestor) {
    KC_AUTO(process) parent = NULL;
    struct ancestor *kept = ancestor_above(climb->walk->ancestors, child);
    if (kept != NULL) {
        *ret_above = PROCESS_ABOVE_OURS;
        *ret_ancestor = kept;
        return KC_OK;
    }
    enum kc_error error = process_pin_above(child, ret_above, &parent, &climb->chain->why);
    if (error == KC_OK && *ret_above == PROCESS_ABOVE_OURS) {
        error = make_ancestor(climb, &parent, ret_ancestor);
    }
    return error;
}

static void end_chain(struct chain *chain, enum process_above above) {
    static const enum chain_end ends[] = {
        [PROCESS_ABOVE_OURS] = CHAIN_END_DOUBT,
        [PROCESS_ABOVE_FIRST] = CHAIN_END_FIRST,
        [PROCESS_ABOVE_MANAGER] = CHAIN_END_MANAGER,
        [PROCESS_ABOVE_OTHER] = CHAIN_END_OTHER,
    };
    chain->end = ends[above];
}

static void doubt(struct chain *chain, const char *why) {
    chain->end = CHAIN_END_DOUBT;
    chain->why = why;
}

/* KC_OK: there is one more, or `ret_ended`. */
static enum kc_error step(struct climb *climb, const struct process *child, bool *ret_ended) {
    struct chain *chain = climb->chain;
    enum process_above above = PROCESS_ABOVE_OURS;
    struct ancestor *ancestor = NULL;
    enum kc_error error = pin_above(climb, child, &above, &ancestor);
    *ret_ended = error == KC_UNSAFE || above != PROCESS_ABOVE_OURS;
    if (error == KC_UNSAFE) {
        doubt(chain, chain->why);
        return KC_OK;
    }
    if (error != KC_OK) {
        return error;
    }
    if (above != PROCESS_ABOVE_OURS) {
        end_chain(chain, above);
        return KC_OK;
    }
    if (chain->count == CHAIN_LINKS_MAX) {
        ancestor_release(chain->kept, ancestor);
        doubt(chain, "more than 32 processes are above it");
        if (!check_is_on("chain_length")) {
            end_chain(chain, PROCESS_ABOVE_OTHER);
        }
        *ret_ended = true;
        return KC_OK;
    }
    chain->pins[chain->count] = ancestor;
    chain->count++;
    return link_describe(climb, ancestor, &chain->links[chain->count - 1]);
}

static void chain_clear(struct chain *chain) {
    for (size_t i = 0; i < chain->count; i++) {
        ancestor_release(chain->kept, chain->pins[i]);
        free(chain->links[i].path);
        free(chain->links[i].script);
        memset(&chain->links[i], 0, sizeof chain->links[i]);
    }
    chain->count = 0;
    chain->why = NULL;
}

/* Nothing that a process was, it becomes again: one that lives and runs what it ran at the end did
 * so when it was looked at. So this one check, of all of them, stands for those on the way. */
static enum kc_error check_all(const struct chain *chain, const struct process *child) {
    const struct process *all[CHAIN_LINKS_MAX + 1] = {child};
    size_t count = 1;
    for (size_t i = 0; i < chain->count && check_is_on("chain_again"); i++) {
        all[count] = chain->pins[i]->process;
        count++;
    }
    return process_check_all(all, count);
}

/* Those that were kept and aren't what they were: the next try pins them anew. */
static void forget_changed(const struct chain *chain) {
    for (size_t i = 0; i < chain->count; i++) {
        if (process_check(chain->pins[i]->process) != KC_OK) {
            ancestor_forget(chain->kept, chain->pins[i]);
        }
    }
}

static enum kc_error climb_once(struct climb *climb, const struct process *child) {
    struct chain *chain = climb->chain;
    const struct process *at = child;
    bool has_ended = false;
    chain_clear(chain);
    climb->scripts_left = CHAIN_SCRIPTS_MAX;
    while (!has_ended) {
        enum kc_error error = step(climb, at, &has_ended);
        if (error != KC_OK) {
            return error;
        }
        at = has_ended ? at : chain->pins[chain->count - 1]->process;
    }
    return check_all(chain, child);
}

static bool is_cancelled(const struct chain_walk *walk) {
    return walk->cancel != NULL && atomic_load(walk->cancel);
}

/* One that ends has no memory any more some time before its children have another parent. */
static void wait_for_the_end(int tries) {
    const struct timespec while_it_ends = {0, tries == 0 ? 1000000 : 20000000};
    (void)thrd_sleep(&while_it_ends, NULL);
}

static enum kc_error climb_all(struct climb *climb, const struct process *child) {
    for (int i = 0; i < TRIES; i++) {
        enum kc_error error = climb_once(climb, child);
        if ((error == KC_END || error == KC_CHANGED) && !is_cancelled(climb->walk)) {
            error = process_check(child);
            if (error == KC_OK) { /* it was one of the others */
                forget_changed(climb->chain);
                wait_for_the_end(i);
                continue;
            }
        }
        return error;
    }
    chain_clear(climb->chain);
    doubt(climb->chain, "the processes above it changed again and again");
    return KC_OK;
}

static enum kc_error chain_new(struct ancestors *ancestors, struct chain **ret_chain) {
    KC_AUTO(chain) chain = calloc(1, sizeof *chain);
    if (chain == NULL) {
        return KC_NO_MEMORY;
    }
    chain->kept = ancestors;
    chain->links = calloc(CHAIN_LINKS_MAX, sizeof *chain->links);
    chain->pins = calloc(CHAIN_LINKS_MAX, sizeof(struct ancestor *));
    if (chain->links == NULL || chain->pins == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_chain = chain;
    chain = NULL;
    return KC_OK;
}

enum kc_error chain_walk(const struct chain_walk *walk, const struct process *child,
                         const char *path, const char *hash, struct chain **ret_chain) {
    KC_AUTO(chain) chain = NULL;
    enum kc_error error = chain_new(walk->ancestors, &chain);
    if (error != KC_OK) {
        return error;
    }
    struct climb climb = {
        .walk = walk, .deadline_ms = clock_monotonic_ms() + CHAIN_TIME_MAX_MS, .chain = chain};
    error = climb_all(&climb, child);
    if (error == KC_OK) {
        error = chain_name(chain, path, hash);
    }
    if (error != KC_OK) {
        return error;
    }
    *ret_chain = chain;
    chain = NULL;
    return KC_OK;
}

enum kc_error chain_check(const struct chain *chain) {
    const struct process *all[CHAIN_LINKS_MAX];
    for (size_t i = 0; i < chain->count; i++) {
        all[i] = chain->pins[i]->process;
    }
    bool is_same = process_check_all(all, chain->count) == KC_OK || !check_is_on("chain_again");
    return is_same ? KC_OK : KC_CHANGED;
}

void chain_free(struct chain *chain) {
    if (chain == NULL) {
        return;
    }
    if (chain->links != NULL && chain->pins != NULL) {
        chain_clear(chain);
    }
    free(chain->links);
    free(chain->pins);
    free(chain);
}
