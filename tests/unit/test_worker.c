/* SPDX-License-Identifier: MIT */
/*
 * The worker: everything that was taken is finished, in order, within the bound.
 * links: daemon/worker.c -luv
 */
#include "daemon/worker.h"

#include <uv.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <string.h>

#define MANY 100

struct task {
    struct job job; /* first */
    int number;
    int batch; /* which run took it; 0: none */
};

struct fixture {
    uv_loop_t loop;
    struct worker *worker;
    struct task tasks[MANY];
    uv_sem_t gate; /* a run waits here when `is_gated` */
    bool is_gated;
    atomic_int runs;
    uv_thread_t loop_thread;
};

/* cmocka's tests have no place for context in a job; the order is kept here, reset by setup. */
static struct {
    int done[MANY];
    int count;
} history;

static void run(struct job *first, void *context) {
    struct fixture *fixture = context;
    uv_thread_t self = uv_thread_self();
    assert_false(uv_thread_equal(&self, &fixture->loop_thread));
    if (fixture->is_gated) {
        uv_sem_wait(&fixture->gate);
    }
    int batch = atomic_fetch_add(&fixture->runs, 1) + 1;
    for (struct job *job = first; job != NULL; job = job->next) {
        ((struct task *)job)->batch = batch;
    }
}

static void on_done(struct job *job) {
    const struct task *task = (const struct task *)job;
    assert_true(task->batch > 0);
    history.done[history.count] = task->number;
    history.count++;
}

static void open_worker(struct fixture *fixture, unsigned threads, size_t bound, bool takes_all) {
    const struct worker_plan plan = {
        .threads = threads,
        .bound = bound,
        .takes_all = takes_all,
        .run = run,
        .context = fixture,
    };
    memset(fixture, 0, sizeof *fixture);
    memset(&history, 0, sizeof history);
    fixture->loop_thread = uv_thread_self();
    assert_int_equal(uv_loop_init(&fixture->loop), 0);
    assert_int_equal(uv_sem_init(&fixture->gate, 0), 0);
    assert_int_equal(worker_open(&fixture->loop, &plan, &fixture->worker), KC_OK);
    for (int i = 0; i < MANY; i++) {
        fixture->tasks[i].number = i;
        fixture->tasks[i].job.done = on_done;
    }
}

static void close_worker(struct fixture *fixture) {
    worker_close(fixture->worker);
    assert_int_equal(uv_run(&fixture->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&fixture->loop), 0);
    uv_sem_destroy(&fixture->gate);
}

static void test_worker_finishes_in_the_order_of_the_queue(void **state) {
    struct fixture fixture;
    (void)state;
    open_worker(&fixture, 1, MANY, false);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(worker_submit(fixture.worker, &fixture.tasks[i].job), KC_OK);
    }
    close_worker(&fixture);
    assert_int_equal(history.count, MANY);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(history.done[i], i);
    }
    assert_int_equal(atomic_load(&fixture.runs), MANY);
}

static void test_worker_takes_everything_that_waits_in_one_run(void **state) {
    struct fixture fixture;
    (void)state;
    open_worker(&fixture, 1, MANY, true);
    fixture.is_gated = true;
    assert_int_equal(worker_submit(fixture.worker, &fixture.tasks[0].job), KC_OK);
    for (int i = 1; i < MANY; i++) {
        assert_int_equal(worker_submit(fixture.worker, &fixture.tasks[i].job), KC_OK);
    }
    for (int i = 0; i < MANY; i++) {
        uv_sem_post(&fixture.gate);
    }
    close_worker(&fixture);
    assert_int_equal(history.count, MANY);
    /* Whatever the first run caught before the rest was there, the rest is one run. */
    assert_true(atomic_load(&fixture.runs) <= 2);
    assert_int_equal(fixture.tasks[MANY - 1].batch, atomic_load(&fixture.runs));
}

static void test_worker_refuses_what_is_over_its_bound(void **state) {
    struct fixture fixture;
    (void)state;
    open_worker(&fixture, 1, 2, false);
    fixture.is_gated = true;
    assert_int_equal(worker_submit(fixture.worker, &fixture.tasks[0].job), KC_OK);
    assert_int_equal(worker_submit(fixture.worker, &fixture.tasks[1].job), KC_OK);
    assert_int_equal(worker_submit(fixture.worker, &fixture.tasks[2].job), KC_BUSY);
    assert_int_equal(worker_load(fixture.worker), 2);
    uv_sem_post(&fixture.gate);
    uv_sem_post(&fixture.gate);
    while (worker_load(fixture.worker) > 0) {
        (void)uv_run(&fixture.loop, UV_RUN_ONCE);
    }
    uv_sem_post(&fixture.gate);
    assert_int_equal(worker_submit(fixture.worker, &fixture.tasks[2].job), KC_OK);
    close_worker(&fixture);
    assert_int_equal(history.count, 3);
}

static void test_worker_close_runs_what_waits_on_all_threads(void **state) {
    struct fixture fixture;
    (void)state;
    open_worker(&fixture, 4, MANY, false);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(worker_submit(fixture.worker, &fixture.tasks[i].job), KC_OK);
    }
    close_worker(&fixture);
    assert_int_equal(history.count, MANY);
    for (int i = 0; i < MANY; i++) {
        assert_true(fixture.tasks[i].batch > 0);
    }
}

static void test_worker_close_accepts_null(void **state) {
    (void)state;
    worker_close(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worker_finishes_in_the_order_of_the_queue),
        cmocka_unit_test(test_worker_takes_everything_that_waits_in_one_run),
        cmocka_unit_test(test_worker_refuses_what_is_over_its_bound),
        cmocka_unit_test(test_worker_close_runs_what_waits_on_all_threads),
        cmocka_unit_test(test_worker_close_accepts_null),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
