/* SPDX-License-Identifier: MIT */
/*
 * The way to the daemon, which kcget, its commands and the adapters take: the options that say
 * where and how long, opening, shutting the own memory, asking. Whoever gets something else than
 * EXIT_DONE from here has nothing to add: the person was told.
 */
#ifndef KCGET_REACH_H
#define KCGET_REACH_H

#include <stdbool.h>

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

/* How long a person waits for an answer. */
#define REACH_TIMEOUT_S 30

/* `timeout_s`: a number, which reach_read() is told, too. */
#define REACH_OPTIONS(timeout_s)                                                     \
    {.name = "socket",                                                               \
     .kind = OPTION_VALUE,                                                           \
     .argument = "ADDRESS",                                                          \
     .help = "where the daemon listens"},                                            \
        {.name = "timeout",                                                          \
         .kind = OPTION_VALUE,                                                       \
         .argument = "SECONDS",                                                      \
         .help = "how long to wait for it (default: " REACH_TEXT(timeout_s) ")"},    \
    {                                                                                \
        .name = "wait", .kind = OPTION_VALUE, .argument = "SECONDS",                 \
        .help = "how long to wait for an approval where one is missing (default: 0)" \
    }

#define REACH_TEXT(number)    REACH_TEXT_OF(number)
#define REACH_TEXT_OF(number) #number

/* EXIT_USAGE when one of them is no number in its range. */
KC_MUST_USE enum exit_code reach_read(const struct options *options, unsigned timeout_s,
                                      struct reach *ret_reach);

/* Opens, and then shuts this process's memory: not before, because the daemon couldn't look at it
 * any more. `is_launcher`: this process will become another program. Close with kc_close(). */
KC_MUST_USE enum exit_code reach_open(const struct reach *reach, bool is_launcher,
                                      struct kc_client **ret_client);

/* One request, and the wait for an approval. EXIT_DONE: there is an answer of whatever status; free
 * it with kc_answer_free(). */
KC_MUST_USE enum exit_code reach_ask(const struct reach *reach, struct kc_client *client,
                                     const struct kc_query *query, struct kc_answer **ret_answer);

bool reach_is_success(const struct kc_answer *answer);
/* None of what was asked for exists. */
bool reach_is_absent(const struct kc_answer *answer);
/* Says why it is no success: EXIT_NO when it is absent or denied, else EXIT_FAULT. */
enum exit_code reach_explain(const struct kc_answer *answer);
/* Says that the daemon can't have meant its answer; EXIT_FAULT. */
enum exit_code reach_complain_answer(void);

/* As reach_ask(), and what isn't a success is explained. EXIT_DONE: the status is success; free the
 * answer with kc_answer_free(). EXIT_NO: absent or denied. */
KC_MUST_USE enum exit_code reach_request(const struct reach *reach, struct kc_client *client,
                                         const struct kc_query *query,
                                         struct kc_answer **ret_answer);

#endif
