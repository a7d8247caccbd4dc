/* SPDX-License-Identifier: MIT */
/*
 * The decision: identity and request in, decision out. Pure, and says yes in one place only.
 * Whether the identity still holds (nonce, writer, pins) is session's to know; what the
 * rights are called is policy's.
 */
#ifndef AUTHORISE_H
#define AUTHORISE_H

#include <stdbool.h>

struct exchange;
struct identity;
struct policy;

/*
 * Fills exchange->decision. `policy` NULL: the file is unusable, everything but ADMIN status
 * and stop is denied, and `trouble` says why. Every target is looked at before anything is
 * allowed.
 * Order of the answers: identity->trouble; unusable policy (action_not_in_policy, message
 * `trouble`); ADMIN messages: allowed to is_administrator for write, delete, search, status,
 * stop (never read), to everybody of this user for status, else caller_not_allowed;
 * unregistered_binary (is_pending); code that the entry doesn't allow: untrusted_process
 * (administrators: any such code); a script's entry, which no program can be: caller_not_allowed;
 * action_not_in_policy when the entry has no such right for any service (prefix read, prefix
 * delete and search without can_search are that too); service_not_allowed.
 * search needs can_search and the read or the write right on what it searches.
 * Of a helper none of these rights are asked, but what caller.h says; of an entry that asks for
 * its chain, both: caller_not_allowed (is_pending when the chain can be approved).
 * Messages name the path, what was asked, and the exact command that would allow it.
 */
void authorise_exchange(const struct policy *policy, const char *trouble,
                        struct exchange *exchange);

/* Whether authorise_exchange() would look at the chain of this program (its path and hash are
 * known): its entry is a helper, or asks for the chain. Without a policy it wouldn't. */
bool authorise_needs_chain(const struct policy *policy, const struct identity *identity);

#endif
