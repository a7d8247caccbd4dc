/* SPDX-License-Identifier: MIT */
/*
 * The way to the daemon, which all of kcget's commands take: the options that say where and how
 * long, opening, shutting the own memory, asking. Whoever gets something else than EXIT_DONE from
 * here has nothing to add: the person was told.
 */
#ifndef KCGET_REACH_H
#define KCGET_REACH_H

#include "libkc/options.h"
#include "platform/attr.h"

struct kc_answer;
struct kc_client;
struct kc_query;

struct reach {
    const char *address; /* NULL: the usual one */
    unsigned timeout_ms;
    unsigned wait_s;
};

#define REACH_OPTIONS                                                                \
    {.name = "socket",                                                               \
     .kind = OPTION_VALUE,                                                           \
     .argument = "ADDRESS",                                                          \
     .help = "where the daemon listens"},                                            \
        {.name = "timeout",                                                          \
         .kind = OPTION_VALUE,                                                       \
         .argument = "SECONDS",                                                      \
         .help = "how long to wait for it (default: 30)"},                           \
    {                                                                                \
        .name = "wait", .kind = OPTION_VALUE, .argument = "SECONDS",                 \
        .help = "how long to wait for an approval where one is missing (default: 0)" \
    }

/* EXIT_USAGE when one of them is no number in its range. */
KC_MUST_USE enum exit_code reach_read(const struct options *options, struct reach *ret_reach);

/* Opens, and then shuts this process's memory: not before, because the daemon couldn't look at it
 * any more. `is_launcher`: this process will become another program. Close with kc_close(). */
KC_MUST_USE enum exit_code reach_open(const struct reach *reach, bool is_launcher,
                                      struct kc_client **ret_client);

/* One request, and the wait for an approval. EXIT_DONE: the status is success; free the answer with
 * kc_answer_free(). EXIT_NO: absent or denied. */
KC_MUST_USE enum exit_code reach_request(const struct reach *reach, struct kc_client *client,
                                         const struct kc_query *query,
                                         struct kc_answer **ret_answer);

#endif
