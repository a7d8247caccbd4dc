/* SPDX-License-Identifier: MIT */
/*
 * Threads for what may block: a bounded queue of jobs, run off the loop, whose ends come back
 * to the loop. Each worker has threads of its own, so that slow hashing never stands in the
 * way of the store. All functions are for the loop's thread.
 */
#ifndef WORKER_H
#define WORKER_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct uv_loop_s;
struct worker;

/* Embedded in whatever is to be done; must stay where it is until `done` was called. */
struct job {
    void (*done)(struct job *job); /* on the loop's thread, in the order of the queue */
    struct job *next;              /* the worker's */
};

struct worker_plan {
    unsigned threads;
    size_t bound;   /* jobs that may wait or run */
    bool takes_all; /* one run gets everything that waits, else one job */
    /* On the worker's thread; `first` leads a list by `next`, which isn't changed. */
    void (*run)(struct job *first, void *context);
    void *context;
};

KC_MUST_USE enum kc_error worker_open(struct uv_loop_s *loop, const struct worker_plan *plan,
                                      struct worker **ret_worker);

/* KC_BUSY: the bound is reached; `done` won't be called. */
KC_MUST_USE enum kc_error worker_submit(struct worker *worker, struct job *job);

/* Jobs that wait or run. */
size_t worker_load(const struct worker *worker);

/* Runs what waits to its end, calls every `done`, joins the threads, then closes its handle on
 * the loop and frees itself there. Accepts NULL. */
void worker_close(struct worker *worker);

#endif
