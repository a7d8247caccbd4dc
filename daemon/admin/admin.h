/* SPDX-License-Identifier: MIT */
/*
 * The sub-commands of keychain-auth: one row each in one table (table.c), one cmd_*.c each.
 * Usage, `keychain-auth commands`, completions and the manual's check come from the table.
 */
#ifndef ADMIN_H
#define ADMIN_H

#include "libkc/options.h"

struct command {
    const char *name;             /* NULL ends the table */
    const char *operands;         /* "PATH", "SERVICE TARGET"; "" when there are none */
    const char *help;             /* one line */
    const struct option *options; /* ends with a NULL name */
    size_t operands_min;
    size_t operands_max;
    enum exit_code (*run)(const struct options *options);
};

/* Ends with a NULL name. */
extern const struct command admin_commands[];

/* Finds and runs a sub-command; prints usage or the version where that was asked for. `argv`
 * is main's. */
enum exit_code admin_main(int argc, const char *const *argv);

/* One file each. */
enum exit_code cmd_start(const struct options *options);
enum exit_code cmd_stop(const struct options *options);
enum exit_code cmd_status(const struct options *options);
enum exit_code cmd_register(const struct options *options);
enum exit_code cmd_upgrade(const struct options *options);
enum exit_code cmd_unregister(const struct options *options);
enum exit_code cmd_allow(const struct options *options);
enum exit_code cmd_revoke(const struct options *options);
enum exit_code cmd_caller_rule(const struct options *options);
enum exit_code cmd_approve(const struct options *options);
enum exit_code cmd_trust_session(const struct options *options);
enum exit_code cmd_list(const struct options *options);
enum exit_code cmd_list_pending(const struct options *options);
enum exit_code cmd_check(const struct options *options);
enum exit_code cmd_explain(const struct options *options);
enum exit_code cmd_set(const struct options *options);
enum exit_code cmd_delete(const struct options *options);
enum exit_code cmd_search(const struct options *options);
enum exit_code cmd_import(const struct options *options);
enum exit_code cmd_aws(const struct options *options);
enum exit_code cmd_store(const struct options *options);
enum exit_code cmd_passphrase(const struct options *options);
enum exit_code cmd_lock(const struct options *options);
enum exit_code cmd_unlock(const struct options *options);
enum exit_code cmd_admin(const struct options *options);
enum exit_code cmd_doctor(const struct options *options);
enum exit_code cmd_policy(const struct options *options);
enum exit_code cmd_audit(const struct options *options);
enum exit_code cmd_console(const struct options *options);
enum exit_code cmd_shellenv(const struct options *options);
enum exit_code cmd_complete(const struct options *options);
enum exit_code cmd_commands(const struct options *options);

#endif
