/* SPDX-License-Identifier: MIT */
/*
 * Every subcommand and its options, once. Usage, completions and the manual's check are all
 * made from these rows.
 */
#include "daemon/admin/admin.h"

#include <stdint.h>

#define HELP \
    { .name = "help", .letter = 'h', .help = "print how the command is used" }
#define END \
    { .name = NULL }
#define JSON \
    { .name = "json", .help = "print JSON, for programs" }
#define SOCKET                                                         \
    {                                                                  \
        .name = "socket", .kind = OPTION_VALUE, .argument = "ADDRESS", \
        .help = "where the daemon listens"                             \
    }
#define ATTRIBUTE(text)                                                                     \
    {                                                                                       \
        .name = "attr", .kind = OPTION_VALUE, .can_repeat = true, .argument = "NAME=VALUE", \
        .help = (text)                                                                      \
    }
#define GRANTS(word, text)                                                                     \
    {                                                                                          \
        .name = (word), .kind = OPTION_VALUE, .can_repeat = true, .argument = "SERVICE[,...]", \
        .help = (text)                                                                         \
    }
#define LIBRARY(text)                                                                    \
    {                                                                                    \
        .name = "library", .kind = OPTION_VALUE, .can_repeat = true, .argument = "PATH", \
        .help = (text)                                                                   \
    }
#define GIVEN_RIGHTS                                                                         \
    GRANTS("read", "services, or SERVICE/TARGET-GLOB, to read"),                             \
        GRANTS("write", "the same, to write and to delete"),                                 \
        {.name = "search",                                                                   \
         .can_negate = true,                                                                 \
         .help = "to list names, and read and delete by prefix"},                            \
        {.name = "plain", .can_negate = true, .help = "it speaks without a nonce (weaker)"}, \
        {.name = "jit",                                                                      \
         .can_negate = true,                                                                 \
         .help = "it makes code as it runs, as node does (weaker)"},                         \
        {.name = "helper",                                                                   \
         .can_negate = true,                                                                 \
         .help = "it has no rights of its own: its callers' count"},                         \
        {.name = "launcher",                                                                 \
         .can_negate = true,                                                                 \
         .help = "it hands rights on to what it starts: tmux, make"},                        \
        {.name = "session-root",                                                             \
         .can_negate = true,                                                                 \
         .help = "nobody need stand above it: a terminal, a service"},                       \
        {.name = "interactive",                                                              \
         .can_negate = true,                                                                 \
         .help = "an interpreter: it counts at a terminal (default)"},                       \
        {.name = "inline",                                                                   \
         .can_negate = true,                                                                 \
         .help = "an interpreter: it counts with -c or a pipe, too"},                        \
        {.name = "ancestry-chain",                                                           \
         .can_negate = true,                                                                 \
         .help = "its callers must be allowed, too, as a helper's"},                         \
        LIBRARY("it may run code from this file of yours")
#define INTERPRETER                                                      \
    {                                                                    \
        .name = "interpreter", .kind = OPTION_VALUE, .argument = "PATH", \
        .help = "it runs the script (default: its first line)"           \
    }

#define PASSPHRASE_FD                                                   \
    {                                                                   \
        .name = "passphrase-fd", .kind = OPTION_VALUE, .argument = "N", \
        .help = "read the passphrase from this descriptor"              \
    }
#define PINENTRY                                                         \
    {                                                                    \
        .name = "pinentry", .kind = OPTION_VALUE, .argument = "PROGRAM", \
        .help = "ask in this program's window, not here"                 \
    }

static const struct option only_help[] = {HELP, END};
static const struct option only_json[] = {JSON, HELP, END};
static const struct option pending_options[] = {
    {.name = "count", .help = "print only how many wait"}, JSON, HELP, END};
static const struct option only_socket[] = {SOCKET, HELP, END};
static const struct option status_options[] = {JSON, SOCKET, HELP, END};
static const struct option proof_options[] = {PASSPHRASE_FD, SOCKET, HELP, END};
static const struct option given_rights[] = {GIVEN_RIGHTS, PASSPHRASE_FD, SOCKET, HELP, END};
static const struct option approve_options[] = {
    GIVEN_RIGHTS,
    {.name = "with-chain", .help = "those above the caller become launchers, too"},
    {.name = "ask", .can_negate = true, .help = "show what would be registered, and ask first"},
    PASSPHRASE_FD,
    SOCKET,
    HELP,
    END};
static const struct option session_options[] = {
    {.name = "yes", .help = "register them without asking"}, PASSPHRASE_FD, SOCKET, HELP, END};
static const struct option explain_options[] = {
    {.name = "pid",
     .kind = OPTION_VALUE,
     .argument = "N",
     .help = "of this process, and of those above it: may it do ACTION?"},
    JSON,
    HELP,
    END};
static const struct option register_options[] = {GIVEN_RIGHTS, INTERPRETER, PASSPHRASE_FD,
                                                 SOCKET,       HELP,        END};
static const struct option upgrade_options[] = {INTERPRETER, PASSPHRASE_FD, SOCKET, HELP, END};

static const struct option taken_rights[] = {
    GRANTS("read", "services, or SERVICE/TARGET-GLOB, to read no more"),
    GRANTS("write", "the same, to write and delete no more"),
    {.name = "search", .help = "it may not search any more"},
    {.name = "plain", .help = "it must use the nonce again"},
    {.name = "jit", .help = "it may not make code any more"},
    {.name = "helper", .help = "it isn't a helper any more: its own rights count"},
    {.name = "launcher", .help = "it may not hand rights on any more"},
    {.name = "session-root", .help = "somebody must stand above it again"},
    {.name = "interactive", .help = "an interpreter: not at a terminal any more"},
    {.name = "inline", .help = "an interpreter: not with code from -c any more"},
    {.name = "ancestry-chain", .help = "its callers aren't asked any more"},
    LIBRARY("it may not run code from this file any more"),
    PASSPHRASE_FD,
    SOCKET,
    HELP,
    END};

static const struct option start_options[] = {
    {.name = "foreground", .help = "stay in the foreground and log to standard error"},
    {.name = "store",
     .kind = OPTION_VALUE,
     .argument = "file|secret-service|memory|auto",
     .help = "where the values are (default: as config.json says)"},
    SOCKET,
    HELP,
    END};

static const struct option set_options[] = {
    ATTRIBUTE("an attribute that is stored with the value"),
    {.name = "keep-newline", .help = "store the newline that ends standard input, too"},
    {.name = "json", .help = "aws: only a key that the AWS tools can use"},
    {.name = "allow-empty", .help = "store a value without a byte, from standard input"},
    PASSPHRASE_FD,
    SOCKET,
    HELP,
    END};

static const struct option delete_options[] = {
    {.name = "prefix", .help = "delete every target that begins with TARGET"},
    PASSPHRASE_FD,
    SOCKET,
    HELP,
    END};

static const struct option search_options[] = {
    ATTRIBUTE("only items with this attribute"), JSON, PASSPHRASE_FD, SOCKET, HELP, END};

static const struct option audit_options[] = {
    {.name = "follow", .letter = 'f', .help = "go on with what is written from now on"},
    {.name = "lines",
     .letter = 'n',
     .kind = OPTION_VALUE,
     .argument = "N",
     .help = "only the last N (default: all; --follow: 10)"},
    {.name = "since",
     .kind = OPTION_VALUE,
     .argument = "TIME",
     .help = "90s, 15m, 2h, 7d ago, or 2026-01-02T03:04:05Z"},
    {.name = "service",
     .kind = OPTION_VALUE,
     .argument = "SERVICE",
     .help = "only records of this service"},
    {.name = "target",
     .kind = OPTION_VALUE,
     .argument = "GLOB",
     .help = "only records of targets like this, with * and ?"},
    {.name = "path",
     .kind = OPTION_VALUE,
     .argument = "GLOB",
     .help = "only records of programs with a path like this"},
    {.name = "binary",
     .kind = OPTION_VALUE,
     .argument = "PATH",
     .help = "only records of the program with exactly this path"},
    {.name = "denied", .help = "only what was denied"},
    {.name = "result",
     .kind = OPTION_VALUE,
     .argument = "success|denied|error",
     .help = "only records with this result"},
    {.name = "chain", .help = "show who stands behind each request, too"},
    {.name = "stats", .help = "count: who asked for what how often, first and last"},
    {.name = "json", .can_negate = true, .help = "a line each (the default where no terminal is)"},
    HELP,
    END};

static const struct option aws_options[] = {
    {.name = "yes", .help = "write the change without asking"}, HELP, END};

static const struct option store_options[] = {
    {.name = "keep-source", .help = "leave the items where they are copied from, too"},
    PASSPHRASE_FD,
    HELP,
    END};

static const struct option unlock_options[] = {
    {.name = "timeout",
     .kind = OPTION_VALUE,
     .argument = "DURATION",
     .help = "lock when nothing was asked for so long: 15m, 8h"},
    PASSPHRASE_FD,
    PINENTRY,
    {.name = "window",
     .kind = OPTION_VALUE,
     .argument = "ID",
     .help = "ask in front of this window of the desktop"},
    SOCKET,
    HELP,
    END};

static const struct option admin_options[] = {
    {.name = "end", .help = "end the session of this terminal now"},
    PASSPHRASE_FD,
    PINENTRY,
    SOCKET,
    HELP,
    END};

static const struct option passphrase_options[] = {
    {.name = "keep-key-file", .help = "leave the key in the clear, too (weaker)"},
    PASSPHRASE_FD,
    PINENTRY,
    SOCKET,
    HELP,
    END};

static const struct option complete_options[] = {
    {.name = "services", .help = "services, with WORD before and a second one behind each"},
    {.name = "targets", .help = "targets of the service WORD, with a second one before each"},
    HELP,
    END};

static const struct option import_options[] = {
    {.name = "dry-run", .help = "show what would happen, and change nothing"},
    {.name = "replace", .help = "overwrite items that are there already"},
    {.name = "service",
     .kind = OPTION_VALUE,
     .argument = "SERVICE",
     .help = "of all (default: env; secret-service: their schemas)"},
    {.name = "match",
     .kind = OPTION_VALUE,
     .can_repeat = true,
     .argument = "NAME=VALUE",
     .help = "secret-service: only items with this attribute"},
    {.name = "delete-source", .help = "secret-service: delete there what was stored here"},
    PASSPHRASE_FD,
    SOCKET,
    HELP,
    END};

/* name, operands, help, options, fewest and most operands, function */
const struct command admin_commands[] = {
    {"start", "", "start the daemon", start_options, 0, 0, cmd_start},
    {"stop", "", "stop the daemon and wait until it has ended", only_socket, 0, 0, cmd_stop},
    {"status", "", "show what the daemon says of itself", status_options, 0, 0, cmd_status},
    {"list-pending", "", "show who was turned away and waits for approval", pending_options, 0, 0,
     cmd_list_pending},
    {"approve", "ID|PATH", "register a program, or a helper's callers, that were turned away",
     approve_options, 1, 1, cmd_approve},
    {"trust-session", "", "let what is above this terminal hand rights on to what you start",
     session_options, 0, 0, cmd_trust_session},
    {"register", "PATH", "register a program or a script, with the rights that are named",
     register_options, 1, 1, cmd_register},
    {"upgrade", "PATH", "a registered program was replaced: take its new hash", upgrade_options, 1,
     1, cmd_upgrade},
    {"unregister", "PATH|HASH", "forget a program", proof_options, 1, 1, cmd_unregister},
    {"allow", "PATH|HASH", "give a registered program more rights", given_rights, 1, 1, cmd_allow},
    {"revoke", "PATH|HASH", "take rights away, or all when none is named", taken_rights, 1, 1,
     cmd_revoke},
    {"list", "", "show who is registered and with which rights", only_json, 0, 0, cmd_list},
    {"check", "[PATH...]", "check that the policy still fits the files", only_json, 0, SIZE_MAX,
     cmd_check},
    {"caller-rule", "[chain|nearest]", "show, or choose, how far up a helper's callers are asked",
     proof_options, 0, 1, cmd_caller_rule},
    {"explain", "PID | PATH ACTION SERVICE [TARGET]",
     "show what is found in a process, or what a program may do, and why", explain_options, 1, 4,
     cmd_explain},
    {"set", "SERVICE TARGET", "store a value, typed or from standard input", set_options, 2, 2,
     cmd_set},
    {"delete", "SERVICE TARGET...", "delete items", delete_options, 2, 1 + KC_TARGETS_MAX,
     cmd_delete},
    {"search", "SERVICE [PREFIX]", "list names and attributes, never values", search_options, 1, 2,
     cmd_search},
    {"import", "env|aws|git|secret-service [FILE]",
     "store what secret-service, env, aws or git has", import_options, 1, 2, cmd_import},
    {"aws", "configure PROFILE", "let the AWS tools ask keychain-auth for a profile's key",
     aws_options, 2, 2, cmd_aws},
    {"store", "migrate file|secret-service", "move all items to another store", store_options, 2, 2,
     cmd_store},
    {"passphrase", "set|add|change|remove", "decide which passphrases open the keychain",
     passphrase_options, 1, 1, cmd_passphrase},
    {"unlock", "", "open the keychain with the passphrase", unlock_options, 0, 0, cmd_unlock},
    {"lock", "", "forget the key until the next unlock", only_socket, 0, 0, cmd_lock},
    {"admin", "", "administer from this terminal for 5 minutes", admin_options, 0, 0, cmd_admin},
    {"policy", "accept|restore", "seal what config.json says now, or put back what was sealed",
     proof_options, 1, 1, cmd_policy},
    {"doctor", "", "look at the whole installation, and say what is wrong and what mends it",
     status_options, 0, 0, cmd_doctor},
    {"audit", "[verify]", "show the record, or prove that nobody changed it", audit_options, 0, 1,
     cmd_audit},
    {"console", "", "read commands at the terminal, with a history and completion", only_help, 0, 0,
     cmd_console},
    {"shellenv", "bash|zsh|fish",
     "print functions for the shell: eval \"$(keychain-auth shellenv bash)\"", only_help, 1, 1,
     cmd_shellenv},
    {"commands", "[COMMAND]", "list commands, or a command's options, for completions", only_help,
     0, 1, cmd_commands},
    {"complete", "[WORD...]", "list what could be the last WORD, for completions", complete_options,
     0, SIZE_MAX, cmd_complete},
    {.name = NULL}};
