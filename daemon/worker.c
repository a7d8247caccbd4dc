/* SPDX-License-Identifier: MIT */
/*
 * A queue between the loop and its threads. Knows nothing of what a job is.
 */
#include "daemon/worker.h"

#include <uv.h>

#include <assert.h>
#include <stdlib.h>

struct queue {
    struct job *first;
    struct job **end;
};

struct worker {
    struct worker_plan plan;
    uv_async_t wake; /* "something ended" */
    uv_mutex_t mutex;
    uv_cond_t work_waits;
    struct queue waiting; /* under the mutex, like everything below */
    struct queue ended;
    bool is_closing;
    size_t load; /* the loop's thread only */
    unsigned thread_count;
    uv_thread_t *threads;
};

static void queue_init(struct queue *queue) {
    queue->first = NULL;
    queue->end = &queue->first;
}

static void queue_append(struct queue *queue, struct job *first, struct job *last) {
    *queue->end = first;
    queue->end = &last->next;
    last->next = NULL;
}

static struct job *queue_take(struct queue *queue, bool all) {
    struct job *first = queue->first;
    if (first == NULL || all || first->next == NULL) {
        queue_init(queue);
        return first;
    }
    queue->first = first->next;
    first->next = NULL;
    return first;
}

static void worker_thread(void *context) {
    struct worker *worker = context;
    uv_mutex_lock(&worker->mutex);
    for (;;) {
        struct job *first = queue_take(&worker->waiting, worker->plan.takes_all);
        if (first == NULL) {
            if (worker->is_closing) {
                break;
            }
            uv_cond_wait(&worker->work_waits, &worker->mutex);
            continue;
        }
        uv_mutex_unlock(&worker->mutex);
        worker->plan.run(first, worker->plan.context);
        struct job *last = first;
        while (last->next != NULL) {
            last = last->next;
        }
        uv_mutex_lock(&worker->mutex);
        queue_append(&worker->ended, first, last);
        /* Not under the mutex: who is woken would wait for it at once. */
        uv_mutex_unlock(&worker->mutex);
        (void)uv_async_send(&worker->wake);
        uv_mutex_lock(&worker->mutex);
    }
    uv_mutex_unlock(&worker->mutex);
}

static void worker_report(struct worker *worker) {
    uv_mutex_lock(&worker->mutex);
    struct job *job = queue_take(&worker->ended, true);
    uv_mutex_unlock(&worker->mutex);
    while (job != NULL) {
        struct job *next = job->next; /* `done` may free the job */
        worker->load--;
        job->done(job);
        job = next;
    }
}

static void on_wake(uv_async_t *wake) {
    worker_report(wake->data);
}

static void on_closed(uv_handle_t *handle) {
    struct worker *worker = handle->data;
    uv_cond_destroy(&worker->work_waits);
    uv_mutex_destroy(&worker->mutex);
    free(worker->threads);
    free(worker);
}

static void worker_join(struct worker *worker) {
    uv_mutex_lock(&worker->mutex);
    worker->is_closing = true;
    uv_cond_broadcast(&worker->work_waits);
    uv_mutex_unlock(&worker->mutex);
    for (unsigned i = 0; i < worker->thread_count; i++) {
        (void)uv_thread_join(&worker->threads[i]);
    }
    worker->thread_count = 0;
}

static enum kc_error worker_start(struct worker *worker) {
    for (unsigned i = 0; i < worker->plan.threads; i++) {
        if (uv_thread_create(&worker->threads[i], worker_thread, worker) != 0) {
            worker_join(worker);
            return KC_NO_MEMORY;
        }
        worker->thread_count++;
    }
    return KC_OK;
}

enum kc_error worker_open(struct uv_loop_s *loop, const struct worker_plan *plan,
                          struct worker **ret_worker) {
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL) {
        return KC_NO_MEMORY;
    }
    worker->plan = *plan;
    worker->wake.data = worker;
    queue_init(&worker->waiting);
    queue_init(&worker->ended);
    worker->threads = calloc(plan->threads, sizeof *worker->threads);
    if (worker->threads == NULL || uv_mutex_init(&worker->mutex) != 0) {
        free(worker->threads);
        free(worker);
        return KC_NO_MEMORY;
    }
    if (uv_cond_init(&worker->work_waits) != 0) {
        uv_mutex_destroy(&worker->mutex);
        free(worker->threads);
        free(worker);
        return KC_NO_MEMORY;
    }
    if (uv_async_init(loop, &worker->wake, on_wake) != 0) {
        uv_cond_destroy(&worker->work_waits);
        uv_mutex_destroy(&worker->mutex);
        free(worker->threads);
        free(worker);
        return KC_IO;
    }
    enum kc_error error = worker_start(worker);
    if (error != KC_OK) {
        uv_close((uv_handle_t *)&worker->wake, on_closed);
        return error;
    }
    *ret_worker = worker;
    return KC_OK;
}

enum kc_error worker_submit(struct worker *worker, struct job *job) {
    if (worker->load >= worker->plan.bound || worker->is_closing) {
        return KC_BUSY;
    }
    worker->load++;
    uv_mutex_lock(&worker->mutex);
    queue_append(&worker->waiting, job, job);
    uv_mutex_unlock(&worker->mutex);
    uv_cond_signal(&worker->work_waits); /* as above */
    return KC_OK;
}

size_t worker_load(const struct worker *worker) {
    return worker->load;
}

void worker_close(struct worker *worker) {
    if (worker == NULL) {
        return;
    }
    worker_join(worker);
    worker_report(worker);
    assert(worker->load == 0);
    uv_close((uv_handle_t *)&worker->wake, on_closed);
}
