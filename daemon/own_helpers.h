/* SPDX-License-Identifier: MIT */
/*
 * Our own helpers are known by installation: kcget and the adapters that stand beside the daemon's
 * program are registered as helpers, so that nobody has to, and nobody gives them rights of their
 * own by mistake.
 */
#ifndef OWN_HELPERS_H
#define OWN_HELPERS_H

#include <stddef.h>

#include "libkc/protocol.h"
#include "platform/kc_error.h"

struct audit;
struct config_change;
struct log;
struct policy;

/* The file names, in no order that means anything; NULL behind the last. */
const char *own_helpers_name(size_t index);

struct own_helpers_plan {
    const char *directory;       /* where to look, without a slash at its end */
    const struct policy *policy; /* NULL: it can't be used, and nothing is done */
    /* config_change(), or what does it under a seal. */
    enum kc_error (*change)(void *context, const struct config_change *change,
                            char report[KC_MESSAGE_MAX]);
    void *context;
    struct audit *audit;
    struct log *log;
};

/*
 * Registers each that isn't registered with its path and hash. One that is a helper already,
 * with another hash, is upgraded only when it is a trusted file (platform/code.h). What a person
 * registered at that path as something else stays. Each change is written down first; what can't
 * be done is logged, and never keeps the daemon from starting. Reads the files and may wait for
 * the lock of config.json: not while the loop runs.
 */
void own_helpers_register(const struct own_helpers_plan *plan);

#endif
