/* SPDX-License-Identifier: MIT */
/*
 * What the small programs have in common, from main to the exit code: options, the way to the
 * daemon, what is said when it doesn't answer or says no, and how bytes get to standard output.
 * Standard output gets a result or nothing; everything else goes to standard error, one sentence a
 * line, "PROGRAM: " in front. Whatever isn't EXIT_DONE has been said.
 */
#ifndef DOOR_H
#define DOOR_H

#include <stdbool.h>

#include "libkc/keychain-auth.h"
#include "libkc/options.h"
#include "platform/attr.h"

struct door;
struct secret;

struct door_program {
    const char *name;
    const char *operands;         /* in its usage: "SERVICE TARGET" */
    const char *about;            /* one line */
    const char *exits;            /* what the exit codes mean here; one line */
    const struct option *options; /* DOOR_OPTIONS among them */
    unsigned timeout_s;           /* how long a call waits, unless --timeout says so */
    enum exit_code (*run)(struct door *door, const struct options *options);
};

/* Borrows the command line. */
struct door {
    const struct door_program *program;
    const char *address; /* NULL: the usual one */
    unsigned timeout_ms;
    unsigned wait_s;          /* for an approval; see wait.h */
    struct kc_client *client; /* NULL until door_open() */
};

#define DOOR_OPTIONS                                                      \
    {.name = "socket",                                                    \
     .kind = OPTION_VALUE,                                                \
     .argument = "ADDRESS",                                               \
     .help = "where the daemon listens"},                                 \
        {.name = "timeout",                                               \
         .kind = OPTION_VALUE,                                            \
         .argument = "SECONDS",                                           \
         .help = "how long to wait for it"},                              \
        {.name = "wait",                                                  \
         .kind = OPTION_VALUE,                                            \
         .argument = "SECONDS",                                           \
         .help = "how long to wait for a missing approval (default: 0)"}, \
        {.name = "help", .letter = 'h', .help = "print this"}, {          \
        .name = "version", .help = "print the version"                    \
    }

/* All of main. */
int door_main(const struct door_program *program, int argc, char **argv);

/* The sentence may come from outside. */
void door_complain(const struct door *door, const char *sentence);
/* The same with the usage; EXIT_USAGE. */
enum exit_code door_complain_usage(const struct door *door, const char *sentence);

/* Connects, and shuts this process's memory to others once the daemon has looked at it: a program
 * that reads a secret from its standard input does so afterwards. */
KC_MUST_USE enum exit_code door_open(struct door *door);

/* Waits for an approval when that was asked for (--wait, KEYCHAIN_AUTH_WAIT). EXIT_DONE: there is
 * an answer of whatever status, to be freed with kc_answer_free(). */
KC_MUST_USE enum exit_code door_ask(struct door *door, const struct kc_query *query,
                                    struct kc_answer **ret_answer);

bool door_is_success(const struct kc_answer *answer);
/* None of what was asked for exists. */
bool door_is_absent(const struct kc_answer *answer);
/* Says why it is no success: EXIT_NO when it is absent or denied, else EXIT_FAULT. */
enum exit_code door_explain(const struct door *door, const struct kc_answer *answer);
/* An answer that the daemon can't have meant; EXIT_FAULT. */
enum exit_code door_complain_answer(const struct door *door);

/* Writes it all and closes standard output, or says that it can't. */
KC_MUST_USE enum exit_code door_print(const struct door *door, const struct secret *output);

#endif
