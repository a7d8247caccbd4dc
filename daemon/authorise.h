/* SPDX-License-Identifier: MIT */
/*
 * The decision: identity and request in, decision out. Pure, and says yes in one place only.
 * Whether the identity still holds (nonce, writer, pins) is session's to know; what the
 * rights are called is policy's.
 */
#ifndef AUTHORISE_H
#define AUTHORISE_H

struct exchange;
struct policy;

/*
 * Fills exchange->decision. `policy` NULL: the file is unusable, everything but ADMIN status
 * and stop is denied, and `trouble` says why. Every target is looked at before anything is
 * allowed.
 * Order of the answers: identity->trouble; unusable policy (action_not_in_policy, message
 * `trouble`); ADMIN messages: allowed to is_administrator for write, delete, search, status,
 * stop (never read), to everybody of this user for status, else caller_not_allowed;
 * unregistered_binary (is_pending); unsupported entry: caller_not_allowed; code that the entry
 * doesn't allow: untrusted_process (administrators: any such code);
 * action_not_in_policy when the entry has no such right for any service (prefix read, prefix
 * delete and search without can_search are that too); service_not_allowed.
 * search needs can_search and the read or the write right on what it searches.
 * Messages name the path, what was asked, and the exact command that would allow it.
 */
void authorise_exchange(const struct policy *policy, const char *trouble,
                        struct exchange *exchange);

#endif
