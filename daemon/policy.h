/* SPDX-License-Identifier: MIT */
/*
 * The policy as values: what config.json says, and whether an entry allows something. Pure:
 * reads no file, asks no clock. Immutable after policy_parse(). docs/policy.md is the
 * user's side of this page.
 */
#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct audit_limits;
struct policy;
struct policy_entry;

/* Longest config.json that is read. 10,000 registered binaries fit. */
#define POLICY_SIZE_MAX (16 * 1024 * 1024)

/* KC_INVALID: `why` names the key, or line and column, that is wrong. Unknown keys are
 * ignored here (and kept by config_change()). Two entries of the same path and hash are
 * KC_INVALID. An empty text is an empty policy. */
KC_MUST_USE enum kc_error policy_parse(const char *text, size_t length, struct policy **ret_policy,
                                       char why[KC_MESSAGE_MAX]);
void policy_free(struct policy *policy);

/* The entry with this path and this hash, both; NULL when there is none. Its cost doesn't
 * grow faster than the logarithm of the number of entries. Borrowed from the policy. */
const struct policy_entry *policy_find(const struct policy *policy, const char *path,
                                       const char *hash);

/* Whether the path is registered, and not with this hash: that is upgrade's to decide. Looked for
 * only after a denial: one comparison an entry. */
bool policy_has_another(const struct policy *policy, const char *path, const char *hash);

size_t policy_count(const struct policy *policy);
const struct policy_entry *policy_at(const struct policy *policy, size_t index); /* file order */

/* The "store" key: "file", "secret-service", "memory", "auto"; NULL when it isn't there. */
const char *policy_store(const struct policy *policy);

/* The "audit" key: when the record goes on in a new file; the defaults where it isn't there. */
const struct audit_limits *policy_audit_limits(const struct policy *policy);

const char *policy_entry_path(const struct policy_entry *entry);
const char *policy_entry_hash(const struct policy_entry *entry);
const char *policy_entry_registered_at(const struct policy_entry *entry); /* "" unknown */
bool policy_entry_can_search(const struct policy_entry *entry);
bool policy_entry_is_plain(const struct policy_entry *entry);

/* "code":"jit": it may have executable memory that no file backs. */
bool policy_entry_may_make_code(const struct policy_entry *entry);
/* "libraries", as they stand in the file; borrowed. */
size_t policy_entry_library_count(const struct policy_entry *entry);
const char *policy_entry_library_path(const struct policy_entry *entry, size_t index);
const char *policy_entry_library_hash(const struct policy_entry *entry, size_t index);
/* It may have this file mapped to execute, although root doesn't own it. */
bool policy_entry_allows_library(const struct policy_entry *entry, const char *path,
                                 const char *hash);

/* "caller_rule": how far up the callers of a helper are asked; "chain" when the key isn't there. */
enum caller_rule { CALLER_CHAIN, CALLER_NEAREST };
enum caller_rule policy_caller_rule(const struct policy *policy);

/* "helper": it has no rights of its own, whatever stands in its entry; its callers' count. */
bool policy_entry_is_helper(const struct policy_entry *entry);
/* "launcher": as an ancestor it hands rights on. It may hold rights beside. */
bool policy_entry_is_launcher(const struct policy_entry *entry);
/* "session_root": a chain may end at it. */
bool policy_entry_is_session_root(const struct policy_entry *entry);
/* "inline": an interpreter's entry counts for code without a name, too. */
bool policy_entry_may_run_inline(const struct policy_entry *entry);
/* False only with "interactive": false: an interpreter's entry counts at a terminal. */
bool policy_entry_may_be_interactive(const struct policy_entry *entry);
/* "ancestry": "chain": a direct client that asks for the helpers' rule on top of its own rights. */
bool policy_entry_asks_for_chain(const struct policy_entry *entry);
/* "interpreter": the entry is a script's, and this absolute path runs it. NULL: it isn't. */
const char *policy_entry_interpreter(const struct policy_entry *entry);

enum right { RIGHT_READ, RIGHT_WRITE };

/* The grants as they stand in the file ("aws", "git/https://?*@github.com"). */
size_t policy_entry_grant_count(const struct policy_entry *entry, enum right right);
const char *policy_entry_grant(const struct policy_entry *entry, enum right right, size_t index);

/*
 * Whether one target may be touched: `target` exactly, or everything that begins with it
 * (KC_MATCH_PREFIX; "" is the whole service). A grant is a service, or a service, "/" and a
 * glob for the target; in the service part %2F %2C and %25 stand for / , and %. A glob covers a
 * prefix only when it is plain text and one `*` at the end, and the prefix begins with that text.
 * A helper's entry allows nothing.
 */
bool policy_entry_allows(const struct policy_entry *entry, enum right right, const char *service,
                         const char *target, enum kc_match match);

/* A grant has the right form. KC_INVALID, KC_TOO_BIG. */
KC_MUST_USE enum kc_error policy_check_grant(const char *grant);

KC_AUTO_DEFINE(policy)

#endif
