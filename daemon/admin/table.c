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
#define SOCKET                                                                                  \
    {                                                                                           \
        .name = "socket", .kind = OPTION_VALUE, .argument = "ADDRESS",                          \
        .help = "where the daemon listens (default: KEYCHAIN_AUTH_SOCKET, else the user's own)" \
    }
#define ATTRIBUTE(text)                                                                     \
    {                                                                                       \
        .name = "attr", .kind = OPTION_VALUE, .can_repeat = true, .argument = "NAME=VALUE", \
        .help = (text)                                                                      \
    }
#define GRANTS(word, text)                                        \
    {                                                             \
        .name = (word), .kind = OPTION_VALUE, .can_repeat = true, \
        .argument = "SERVICE[,SERVICE...]", .help = (text)        \
    }
#define LIBRARY(text)                                                                    \
    {                                                                                    \
        .name = "library", .kind = OPTION_VALUE, .can_repeat = true, .argument = "PATH", \
        .help = (text)                                                                   \
    }
#define GIVEN_RIGHTS                                                                       \
    GRANTS("read", "services, or SERVICE/TARGET-GLOB, that it may read"),                  \
        GRANTS("write", "services, or SERVICE/TARGET-GLOB, that it may write and delete"), \
        {.name = "search",                                                                 \
         .can_negate = true,                                                               \
         .help = "it may list names, and read and delete by prefix"},                      \
        {.name = "plain",                                                                  \
         .can_negate = true,                                                               \
         .help = "it speaks the bare protocol, without a nonce (weaker)"},                 \
        {.name = "jit",                                                                    \
         .can_negate = true,                                                               \
         .help = "it makes code as it runs, as node and java do (weaker)"},                \
        {.name = "helper",                                                                 \
         .can_negate = true,                                                               \
         .help = "it has no rights of its own: its callers' count"},                       \
        {.name = "launcher",                                                               \
         .can_negate = true,                                                               \
         .help = "it hands rights on to what it starts: a shell, tmux, make"},             \
        {.name = "session-root",                                                           \
         .can_negate = true,                                                               \
         .help = "nobody need stand above it: a terminal, a service"},                     \
        {.name = "interactive",                                                            \
         .can_negate = true,                                                               \
         .help = "an interpreter: it counts at a terminal (default)"},                     \
        {.name = "inline",                                                                 \
         .can_negate = true,                                                               \
         .help = "an interpreter: it counts with code from -c or a pipe, too"},            \
        {.name = "ancestry-chain",                                                         \
         .can_negate = true,                                                               \
         .help = "its callers must be allowed, too, as a helper's"},                       \
        LIBRARY("it may run code from this file, which isn't the administrator's")
#define INTERPRETER                                                         \
    {                                                                       \
        .name = "interpreter", .kind = OPTION_VALUE, .argument = "PATH",    \
        .help = "PATH runs this script (default: what its first line says)" \
    }

#define PASSPHRASE_FD                                                   \
    {                                                                   \
        .name = "passphrase-fd", .kind = OPTION_VALUE, .argument = "N", \
        .help = "read the passphrase from this descriptor, a line each" \
    }
#define PINENTRY                                                                     \
    {                                                                                \
        .name = "pinentry", .kind = OPTION_VALUE, .argument = "PROGRAM",             \
        .help = "ask in this window (default without a terminal: /usr/bin/pinentry)" \
    }

static const struct option only_help[] = {HELP, END};
static const struct option only_json[] = {JSON, HELP, END};
static const struct option only_socket[] = {SOCKET, HELP, END};
static const struct option status_options[] = {JSON, SOCKET, HELP, END};
static const struct option proof_options[] = {PASSPHRASE_FD, SOCKET, HELP, END};
static const struct option given_rights[] = {GIVEN_RIGHTS, PASSPHRASE_FD, SOCKET, HELP, END};
static const struct option approve_options[] = {
    GIVEN_RIGHTS,
    {.name = "with-chain", .help = "of a helper: those above its caller become launchers, too"},
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
    GRANTS("read", "services, or SERVICE/TARGET-GLOB, that it may not read any more"),
    GRANTS("write", "services, or SERVICE/TARGET-GLOB, that it may not write any more"),
    {.name = "search", .help = "it may not search any more"},
    {.name = "plain", .help = "it must use the nonce again"},
    {.name = "jit", .help = "it may not make code any more"},
    {.name = "helper", .help = "it isn't a helper any more: its own rights count"},
    {.name = "launcher", .help = "it may not hand rights on any more"},
    {.name = "session-root", .help = "somebody must stand above it again"},
    {.name = "interactive", .help = "an interpreter: it doesn't count at a terminal any more"},
    {.name = "inline", .help = "an interpreter: it doesn't count with code from -c any more"},
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
     .argument = "NAME",
     .help = "file, secret-service, memory or auto (default: the policy's, else auto)"},
    SOCKET,
    HELP,
    END};

static const struct option set_options[] = {
    ATTRIBUTE("an attribute that is stored with the value"),
    {.name = "keep-newline", .help = "store the newline that ends standard input, too"},
    {.name = "json", .help = "aws: store it only when it is a key that the AWS tools can use"},
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
     .help = "only the last N records (default: all; with --follow, 10)"},
    {.name = "service",
     .kind = OPTION_VALUE,
     .argument = "SERVICE",
     .help = "only records of this service"},
    {.name = "result",
     .kind = OPTION_VALUE,
     .argument = "RESULT",
     .help = "only success, denied or error"},
    {.name = "binary",
     .kind = OPTION_VALUE,
     .argument = "PATH",
     .help = "only records of the program with this path"},
    JSON,
    HELP,
    END};

static const struct option aws_options[] = {
    {.name = "yes", .help = "write the change without asking"}, HELP, END};

static const struct option store_options[] = {
    {.name = "keep-source", .help = "leave the items in the store that they are copied from, too"},
    PASSPHRASE_FD,
    HELP,
    END};

static const struct option unlock_options[] = {
    {.name = "timeout",
     .kind = OPTION_VALUE,
     .argument = "DURATION",
     .help = "lock again when nothing was asked for so long: 90s, 15m, 8h, 1d"},
    PASSPHRASE_FD,
    PINENTRY,
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
    {.name = "keep-key-file",
     .help = "leave the key in the clear as well, so that the daemon starts unlocked (weaker)"},
    PASSPHRASE_FD,
    PINENTRY,
    SOCKET,
    HELP,
    END};

static const struct option import_options[] = {
    {.name = "dry-run", .help = "show what would happen, and change nothing"},
    {.name = "replace", .help = "overwrite items that are there already"},
    {.name = "service",
     .kind = OPTION_VALUE,
     .argument = "SERVICE",
     .help = "env: the service (default: env); secret-service: for all (default: each its schema)"},
    {.name = "match",
     .kind = OPTION_VALUE,
     .can_repeat = true,
     .argument = "NAME=VALUE",
     .help = "secret-service: only items with this attribute"},
    {.name = "delete-source",
     .help = "secret-service: delete there what was imported, once it is stored"},
    PASSPHRASE_FD,
    SOCKET,
    HELP,
    END};

/* name, operands, help, options, fewest and most operands, function */
const struct command admin_commands[] = {
    {"start", "", "start the daemon", start_options, 0, 0, cmd_start},
    {"stop", "", "stop the daemon and wait until it has ended", only_socket, 0, 0, cmd_stop},
    {"status", "", "show what the daemon says of itself", status_options, 0, 0, cmd_status},
    {"list-pending", "", "show who was turned away and waits for approval", only_json, 0, 0,
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
    {"import", "SOURCE [FILE]", "store what secret-service, env, aws or git has", import_options, 1,
     2, cmd_import},
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
    {"commands", "[COMMAND]", "list commands, or a command's options, for completions", only_help,
     0, 1, cmd_commands},
    {.name = NULL}};
