/* SPDX-License-Identifier: MIT */
/*
 * What the daemon would find in a process, check by check, with what each check is worth. The
 * same looks as identify's, from the place of whoever asks.
 */
#ifndef FINDINGS_H
#define FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/exchange.h"
#include "platform/attr.h"
#include "platform/code.h"
#include "platform/kc_error.h"

struct policy;

#define FINDING_FACT_MAX 1536
#define FINDINGS_MAX     (CODE_FILES_MAX + 10)

enum finding_result {
    FINDING_OK,
    FINDING_FAILED,
    FINDING_UNUSED /* this version doesn't rely on it */
};

struct finding {
    const char *check;
    enum finding_result result;
    bool is_boundary;            /* else a label; docs/threat-model.md has the two words */
    char fact[FINDING_FACT_MAX]; /* fit for a terminal */
};

struct findings {
    uint64_t pid;
    char *path;                /* NULL: it could not be seen */
    char hash[HASH_TEXT_SIZE]; /* "" it could not be computed */
    bool is_trusted;           /* nothing failed */
    size_t count;
    struct finding items[FINDINGS_MAX];
};

/* Whatever can't be looked at is a finding. KC_NO_MEMORY. */
KC_MUST_USE enum kc_error findings_new(uint64_t pid, const struct policy *policy,
                                       struct findings **ret_findings);
void findings_free(struct findings *findings);

KC_AUTO_DEFINE(findings)

#endif
