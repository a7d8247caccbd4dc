/* SPDX-License-Identifier: MIT */
/*
 * The order matters: pin first, look through the pins, check the pins last. A fact that can't
 * be had is a fact that failed.
 */
#include "daemon/identify.h"

#include "daemon/chain.h"
#include "daemon/digest.h"
#include "daemon/identify_internal.h"
#include "daemon/shim.h"
#include "libkc/error.h"
#include "libkc/parse.h"
#include "platform/check.h"
#include "platform/clock.h"
#include "platform/peer.h"
#include "platform/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* On the workers */

static void say_flaw(const struct code *code, char why[KC_MESSAGE_MAX]) {
    char subject[CODE_SUBJECT_MAX];
    (void)parse_escape(code->subject, strlen(code->subject), subject, sizeof subject);
    (void)snprintf(why, KC_MESSAGE_MAX, "%s%s%s%s", code_flaw_text(code->flaw),
                   subject[0] != '\0' ? ": \"" : "", subject, subject[0] != '\0' ? "\"" : "");
}

static enum kc_error keep_file(struct identification *identification, const struct image *file,
                               const char *hash) {
    struct identity *identity = &identification->identity;
    if (identity->files == NULL) {
        identity->files = calloc(CODE_FILES_MAX, sizeof *identity->files);
    }
    if (identity->files == NULL) {
        return KC_NO_MEMORY;
    }
    struct identity_file *kept = &identity->files[identity->file_count];
    enum kc_error error = image_stamp(file, &kept->stamp);
    if (error != KC_OK) {
        return error;
    }
    memcpy(kept->hash, hash, sizeof kept->hash);
    const struct shim *shim = &identification->identifier->shim;
    kept->is_shim = shim_has(shim, hash);
    identity->via_shim = identity->via_shim || shim_is_server(shim, hash);
    kept->path = strdup(image_path(file));
    if (kept->path == NULL) {
        return KC_NO_MEMORY;
    }
    identity->file_count++;
    return KC_OK;
}

/* The hash, read from the file only where that is allowed here. */
static enum kc_error find_hash(struct identification *identification, const struct image *image,
                               bool may_read, char hash[HASH_TEXT_SIZE]) {
    struct digest *digest = identification->identifier->digest;
    const struct image_stamp opened = image_stamp_opened(image);
    if (digest_recall_stamped(digest, &opened, hash)) {
        return KC_OK;
    }
    return may_read ? digest_image(digest, image, &identification->cancel, hash) : KC_AGAIN;
}

/* The files that a process has mapped besides its image, and what flaws there are. */
static enum kc_error look_at_code(struct identification *identification, bool may_read) {
    struct identity *identity = &identification->identity;
    struct code *code = &identification->code;
    char hash[HASH_TEXT_SIZE];
    code_clear(code);
    enum kc_error error = code_look(peer_process(identity->peer), identification->image, code);
    if (error != KC_OK) {
        identification->why = "its memory can't be looked at";
        return error;
    }
    if (code->flaw != CODE_SOUND) {
        say_flaw(code, identity->why);
        return KC_UNSAFE;
    }
    identity->makes_code = code->makes_code;
    identity->via_shim = code->has_shim;
    for (size_t i = 0; i < code->file_count && error == KC_OK; i++) {
        error = find_hash(identification, code->files[i], may_read, hash);
        if (error == KC_OK) {
            error = keep_file(identification, code->files[i], hash);
        }
        if (error == KC_OK) {
            error = shim_judge_preloaded(&identification->identifier->shim, code, i, hash);
        }
    }
    identification->why = "a library of it can't be read";
    if (code->flaw != CODE_SOUND) {
        say_flaw(code, identity->why);
    }
    return error;
}

static void forget_files(struct identity *identity) {
    for (size_t i = 0; i < identity->file_count; i++) {
        free(identity->files[i].path);
    }
    free(identity->files);
    identity->files = NULL;
    identity->file_count = 0;
}

static enum kc_error look_at_image(struct identification *identification, bool may_read) {
    struct identity *identity = &identification->identity;
    identification->why = "its program file can't be read";
    enum kc_error error =
        find_hash(identification, identification->image, may_read, identity->hash);
    if (error == KC_OK) {
        /* Reads the pins last: what was looked at still runs. The files that are hashed after that
         * are open, and the process has no say in them. */
        error = look_at_code(identification, may_read);
    }
    if (error != KC_OK) {
        identity->hash[0] = '\0';
        forget_files(identity);
        return error;
    }
    identity->is_administrator = strcmp(identity->hash, identification->identifier->own_hash) == 0;
    identification->looked_ms = clock_monotonic_ms();
    return KC_OK;
}

static enum kc_error open_image(struct identification *identification) {
    struct identity *identity = &identification->identity;
    const struct process *process = peer_process(identity->peer);
    enum kc_error error = process_check_surroundings(process, &identification->why);
    if (error == KC_OK) {
        error = process_open_image(process, &identification->image, &identification->why);
    }
    if (error != KC_OK) {
        return error;
    }
    free(identity->path);
    identity->path = strdup(image_path(identification->image));
    return identity->path != NULL ? KC_OK : KC_NO_MEMORY;
}

static void run_quick(struct job *job, void *context) {
    struct identification *identification = (struct identification *)job;
    (void)context;
    if (identification->is_walking) {
        identify_run_chain(identification, !check_is_on("slow_worker"));
        return;
    }
    enum kc_error error = open_image(identification);
    if (error == KC_OK && image_size(identification->image) > DIGEST_SIZE_MAX &&
        check_is_on("image_size")) {
        error = KC_TOO_BIG;
    }
    if (error == KC_OK) {
        /* Reading is for the other worker: a large file must not keep the small ones waiting. */
        error = look_at_image(identification, !check_is_on("slow_worker"));
    }
    identification->needs_reading = error == KC_AGAIN;
    identification->error = error;
    if (error == KC_OK) {
        identify_climb_ahead(identification);
    }
}

static void run_slow(struct job *job, void *context) {
    struct identification *identification = (struct identification *)job;
    (void)context;
    if (identification->is_walking) {
        identify_run_chain(identification, true);
        return;
    }
    identification->needs_reading = false;
    identification->error = look_at_image(identification, true);
}

/* On the loop */

static void conclude(struct identification *identification) {
    if (identification->is_walking) {
        identify_take_chain(identification);
    } else if (identification->error != KC_OK) {
        identify_fail(&identification->identity, identification->error, identification->why);
    }
    code_clear(&identification->code);
    identification->done(identification);
}

static void on_done(struct job *job) {
    struct identification *identification = (struct identification *)job;
    if (identification->needs_reading) {
        /* Not straight into `error`: the job may have ended, and have filled it, by then. */
        enum kc_error error = worker_submit(identification->identifier->slow, job);
        if (error == KC_OK) {
            return;
        }
        identification->error = error;
    }
    conclude(identification);
}

enum kc_error identify_begin(struct identifier *identifier, struct identification *identification,
                             const struct wire *wire) {
    struct identity *identity = &identification->identity;
    const char *why = NULL;
    identification->identifier = identifier;
    identification->job.done = on_done;
    identity->path = strdup("");
    if (identity->path == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = peer_pin(wire, &identity->peer, &why);
    if (error == KC_UNSAFE) {
        identify_fail(identity, error, why);
        return KC_OK;
    }
    if (error != KC_OK) {
        return error;
    }
    identity->pid = process_number(peer_process(identity->peer));
    identity->user = peer_user(identity->peer);
    identity->group = peer_group(identity->peer);
    if (!check_is_on("look")) {
        return KC_OK; /* the floor that tests/bench/ measures against: SO_PEERCRED alone */
    }
    error = worker_submit(identifier->quick, &identification->job);
    return error == KC_OK ? KC_AGAIN : error;
}

void identify_cancel(struct identification *identification) {
    atomic_store(&identification->cancel, true);
}

static bool is_known_file(const struct identity *identity, const struct image *file) {
    struct image_stamp stamp;
    if (image_stamp(file, &stamp) != KC_OK) {
        return false;
    }
    for (size_t i = 0; i < identity->file_count; i++) {
        if (memcmp(identity->files[i].stamp.words, stamp.words, sizeof stamp.words) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether the code is still of the kind that was looked at when the process connected. */
static enum kc_error check_code(struct identification *identification, char why[KC_MESSAGE_MAX]) {
    const struct identity *identity = &identification->identity;
    struct code code = {.flaw = CODE_SOUND};
    enum kc_error error =
        code_look_again(peer_process(identity->peer), identification->image, &code);
    if (error != KC_OK) {
        (void)snprintf(why, KC_MESSAGE_MAX, "%s",
                       error == KC_UNSAFE ? "its memory can't be looked at any more"
                                          : "it changed or ended while it was looked at");
        return error;
    }
    if (code.flaw != CODE_SOUND) {
        say_flaw(&code, why);
        error = KC_UNSAFE;
    } else if (code.makes_code && !identity->makes_code) {
        (void)snprintf(why, KC_MESSAGE_MAX, "it began to make code as it runs");
        error = KC_UNSAFE;
    }
    for (size_t i = 0; error == KC_OK && i < code.file_count; i++) {
        if (!is_known_file(identity, code.files[i])) {
            (void)snprintf(why, KC_MESSAGE_MAX,
                           "it loaded a library that isn't the administrator's; connect anew");
            error = KC_UNSAFE;
        }
    }
    code_clear(&code);
    return error;
}

enum kc_error identify_check(struct identification *identification, char why[KC_MESSAGE_MAX]) {
    const struct identity *identity = &identification->identity;
    const char *sentence = "it changed";
    if (!check_is_on("look")) {
        return KC_OK;
    }
    enum kc_error error = peer_check(identity->peer, identity->pid, &sentence);
    if (error != KC_OK) {
        (void)snprintf(why, KC_MESSAGE_MAX, "%s", sentence);
        return error;
    }
    error = identify_check_chain(identity, why);
    if (error != KC_OK) {
        return error;
    }
    uint64_t now = clock_monotonic_ms();
    if (now - identification->looked_ms < IDENTIFY_LOOK_MS || !check_is_on("code_again")) {
        return KC_OK;
    }
    error = check_code(identification, why);
    if (error == KC_OK) {
        identification->looked_ms = now;
    }
    return error;
}

enum kc_error identify_check_pins(const struct identification *identification) {
    if (!check_is_on("look") || !check_is_on("pins")) {
        return KC_OK;
    }
    return process_check(peer_process(identification->identity.peer));
}

void identify_clear(struct identification *identification) {
    struct identity *identity = &identification->identity;
    chain_free(identification->chain);
    identification->chain = NULL;
    identification->is_walking = false;
    identification->is_ahead = false;
    image_free(identification->image);
    identification->image = NULL;
    code_clear(&identification->code);
    peer_free(identity->peer);
    free(identity->path);
    free(identity->arguments);
    forget_files(identity);
    memset(identity, 0, sizeof *identity);
}

/* The room */

enum kc_error identify_open(struct uv_loop_s *loop, const char *own_hash,
                            struct identifier **ret_identifier) {
    const struct worker_plan quick = {.threads = 2, .bound = KC_CONNECTIONS_MAX, .run = run_quick};
    const struct worker_plan slow = {.threads = 2, .bound = IDENTIFY_WAITING_MAX, .run = run_slow};
    struct identifier *identifier = calloc(1, sizeof *identifier);
    if (identifier == NULL) {
        return KC_NO_MEMORY;
    }
    if (mtx_init(&identifier->climbers.mutex, mtx_plain) != thrd_success) {
        free(identifier);
        return KC_NO_MEMORY;
    }
    (void)snprintf(identifier->own_hash, sizeof identifier->own_hash, "%s", own_hash);
    shim_find(&identifier->shim);
    enum kc_error error = digest_new(&identifier->digest);
    if (error == KC_OK) {
        error = ancestors_new(identifier->digest, &identifier->ancestors);
    }
    if (error == KC_OK) {
        error = worker_open(loop, &quick, &identifier->quick);
    }
    if (error == KC_OK) {
        error = worker_open(loop, &slow, &identifier->slow);
    }
    if (error != KC_OK) {
        identify_close(identifier);
        return error;
    }
    *ret_identifier = identifier;
    return KC_OK;
}

void identify_close(struct identifier *identifier) {
    if (identifier == NULL) {
        return;
    }
    /* What the quick worker ends may go on to the slow one, so that one is closed last. */
    worker_close(identifier->quick);
    worker_close(identifier->slow);
    ancestors_free(identifier->ancestors);
    digest_free(identifier->digest);
    mtx_destroy(&identifier->climbers.mutex);
    free(identifier);
}
