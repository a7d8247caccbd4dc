/* SPDX-License-Identifier: MIT */
/* One job, which is done again when a file was closed while it ran. */
#include "daemon/archive.h"

#include "daemon/audit.h"
#include "daemon/audit_pack.h"
#include "daemon/worker.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

struct archive {
    struct job job; /* first: what `done` gets */
    struct worker *worker;
    const struct audit *audit;
    const char *path;
    uint64_t seen; /* rotations when the job was begun */
    bool is_busy;
    atomic_bool is_stopping;
};

/* The worker's thread. What can't be packed stays as it is, and is tried again with the next. */
static void run(struct job *job, void *context) {
    struct archive *archive = context;
    (void)job;
    (void)!audit_pack_all(archive->path, &archive->is_stopping);
}

static void done(struct job *job) {
    struct archive *archive = (struct archive *)job;
    archive->is_busy = false;
    if (!atomic_load(&archive->is_stopping)) {
        archive_look(archive);
    }
}

static void begin(struct archive *archive) {
    archive->seen = audit_rotations(archive->audit);
    archive->is_busy = worker_submit(archive->worker, &archive->job) == KC_OK;
}

enum kc_error archive_open(struct uv_loop_s *loop, const struct audit *audit, const char *path,
                           struct archive **ret_archive) {
    struct archive *archive = calloc(1, sizeof *archive);
    if (archive == NULL) {
        return KC_NO_MEMORY;
    }
    archive->job.done = done;
    archive->audit = audit;
    archive->path = path;
    const struct worker_plan plan = {.threads = 1, .bound = 1, .run = run, .context = archive};
    enum kc_error error = worker_open(loop, &plan, &archive->worker);
    if (error != KC_OK) {
        free(archive);
        return error;
    }
    begin(archive);
    *ret_archive = archive;
    return KC_OK;
}

void archive_look(struct archive *archive) {
    if (archive != NULL && !archive->is_busy && audit_rotations(archive->audit) != archive->seen) {
        begin(archive);
    }
}

void archive_close(struct archive *archive) {
    if (archive == NULL) {
        return;
    }
    atomic_store(&archive->is_stopping, true);
    worker_close(archive->worker); /* calls `done`, and joins the thread */
    free(archive);
}
