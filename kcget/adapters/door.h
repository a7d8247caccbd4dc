/* SPDX-License-Identifier: MIT */
/*
 * What the adapters have in common, from main to the exit code, on kcget's way to the daemon.
 * Standard output gets a result or nothing. Whatever isn't EXIT_DONE has been said.
 */
#ifndef DOOR_H
#define DOOR_H

#include <stdbool.h>

#include "kcget/reach.h"
#include "libkc/keychain-auth.h"
#include "libkc/options.h"
#include "platform/attr.h"

struct door;

struct door_program {
    const char *operands; /* in its usage: "PROFILE" */
    const char *about;    /* one line */
    const char *example;  /* one line, without options: completions take those for its own */
    const char *exits;    /* what the exit codes mean here; one line */
    const struct option *options; /* DOOR_OPTIONS among them */
    unsigned timeout_s;           /* how long a call waits, unless --timeout says so */
    enum exit_code (*run)(struct door *door, const struct options *options);
};

/* Borrows the command line. */
struct door {
    const struct door_program *program;
    struct reach reach;
    struct kc_client *client; /* NULL until door_open() */
};

#define DOOR_OPTIONS(timeout_s)                                                        \
    REACH_OPTIONS(timeout_s), {.name = "help", .letter = 'h', .help = "print this"}, { \
        .name = "version", .help = "print the version"                                 \
    }

/* All of main. The program says what it is called, see complain.h. */
int door_main(const struct door_program *program, int argc, char **argv);

/* The usage, behind a complaint; EXIT_USAGE. */
enum exit_code door_complain_usage(const struct door *door, const char *sentence);

/* A program that reads a secret from its standard input does so afterwards, see reach_open(). */
KC_MUST_USE enum exit_code door_open(struct door *door);

/* As reach_ask(). */
KC_MUST_USE enum exit_code door_ask(const struct door *door, const struct kc_query *query,
                                    struct kc_answer **ret_answer);

#endif
