/* SPDX-License-Identifier: MIT */
/*
 * What one process of a chain is: the file that it runs, and, when that is an interpreter, what it
 * says that it was told to run. A file that can't be had makes the process unknown, and no more.
 */
#include "daemon/chain_internal.h"

#include "daemon/digest.h"
#include "daemon/interpreter.h"
#include "platform/check.h"
#include "platform/clock.h"

#include <stdlib.h>
#include <string.h>

#define ARGUMENTS_MAX (16 * 1024) /* bytes of a command line that are looked at */

/* What is said of a file that can't be hashed. */
struct excuse {
    const char *too_big;
    const char *slow;
    const char *changed;
    const char *unreadable;
};

static const struct excuse program_excuse = {
    "its program file is larger than 512 MiB",
    "its program file couldn't be read in 10 s",
    "its program file changed while it was read",
    "its program file can't be read",
};

static const struct excuse script_excuse = {
    "its script, with those that it runs, is larger than 8 MiB",
    "its script couldn't be read in 10 s",
    "its script changed while it was read",
    "its script can't be read",
};

bool climb_is_over(enum kc_error error) {
    return error == KC_AGAIN || error == KC_END || error == KC_NO_MEMORY;
}

static const char *excuse_for(const struct excuse *excuse, enum kc_error error) {
    switch (error) {
    case KC_TOO_BIG:
        return excuse->too_big;
    case KC_TIMEOUT:
        return excuse->slow;
    case KC_CHANGED:
        return excuse->changed;
    default:
        return excuse->unreadable;
    }
}

/* Where the bytes must be read, if that is allowed here. */
static enum kc_error check_reading(const struct climb *climb) {
    if (!climb->walk->may_read) {
        return KC_AGAIN;
    }
    return clock_monotonic_ms() > climb->deadline_ms ? KC_TIMEOUT : KC_OK;
}

static enum kc_error find_hash(const struct climb *climb, const struct image *image,
                               char hash[HASH_TEXT_SIZE]) {
    struct digest *digest = ancestors_digest(climb->walk->ancestors);
    const struct image_stamp opened = image_stamp_opened(image);
    if (digest_recall_stamped(digest, &opened, hash)) {
        return KC_OK;
    }
    enum kc_error error = image_size(image) > DIGEST_SIZE_MAX ? KC_TOO_BIG : check_reading(climb);
    return error == KC_OK ? digest_image(digest, image, climb->walk->cancel, hash) : error;
}

/* Nobody can write to a file while it is executed, but to a script: through a mapping that was
 * written to before, without a trace in its times. So it is read each time, unless it is the
 * administrator's. */
static enum kc_error find_script_hash(struct climb *climb, const struct image *script,
                                      char hash[HASH_TEXT_SIZE]) {
    if (image_size(script) > climb->scripts_left) {
        return KC_TOO_BIG;
    }
    climb->scripts_left -= image_size(script);
    const struct image_stamp opened = image_stamp_opened(script);
    if (opened.settled && (opened.trusted || !check_is_on("script_read"))) {
        return find_hash(climb, script, hash);
    }
    enum kc_error error = digest_compute_now(script, hash);
    if (error == KC_AGAIN) {
        error = check_reading(climb);
        return error == KC_OK ? digest_compute(script, climb->walk->cancel, hash) : error;
    }
    return error;
}

/* A program file whose hash isn't remembered is opened, and read where that is allowed. */
static enum kc_error read_program(const struct climb *climb, struct ancestor *ancestor) {
    KC_AUTO(image) image = NULL;
    enum kc_error error = process_open_image(ancestor->process, &image, &ancestor->why);
    if (error != KC_OK) {
        return error == KC_CHANGED ? KC_END : error;
    }
    const struct image_stamp opened = image_stamp_opened(image);
    if (memcmp(opened.words, ancestor->stamp.words, sizeof opened.words) != 0) {
        return KC_END; /* it runs something else by now */
    }
    error = find_hash(climb, image, ancestor->hash);
    if (error != KC_OK) {
        ancestor->why = excuse_for(&program_excuse, error);
    }
    return error;
}

enum kc_error ancestor_read(const struct climb *climb, struct ancestor *ancestor) {
    struct digest *digest = ancestors_digest(climb->walk->ancestors);
    char *path = NULL;
    /* Before the bytes: a later change makes the stamp, and with it the hash, worthless. */
    enum kc_error error =
        process_look_at_image(ancestor->process, &ancestor->stamp, &path, &ancestor->why);
    if (error == KC_OK && !digest_recall_stamped(digest, &ancestor->stamp, ancestor->hash)) {
        error = read_program(climb, ancestor);
    }
    if (error != KC_OK) {
        free(path);
        return error;
    }
    ancestor->is_vouched = ancestor->stamp.trusted;
    ancestor->path = path;
    return KC_OK;
}

/* A name for a descriptor of the process, as `bash <(…)` makes one: there is no file to find. */
static bool is_nameless(const char *script) {
    static const char *const places[] = {"/dev/fd/", "/dev/std", "/proc/"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (strncmp(script, places[i], strlen(places[i])) == 0) {
            return true;
        }
    }
    return false;
}

static enum kc_error find_script(struct climb *climb, const struct process *process,
                                 const char *name, struct chain_link *link) {
    KC_AUTO(image) image = NULL;
    enum kc_error error = process_open_file(process, name, &image, &link->why);
    if (error == KC_CHANGED) {
        error = KC_END;
    }
    if (error == KC_OK) {
        error = find_script_hash(climb, image, link->script_hash);
        link->why = excuse_for(&script_excuse, error);
    }
    if (climb_is_over(error)) {
        return error;
    }
    if (error != KC_OK) {
        link->kind = LINK_UNKNOWN;
        return KC_OK;
    }
    link->kind = LINK_SCRIPT;
    link->why = NULL;
    link->script = strdup(image_path(image));
    return link->script != NULL ? KC_OK : KC_NO_MEMORY;
}

/* A full buffer was cut, as far as we can tell, and says so by lacking its last NUL. */
static enum interpreter_use read_use(const char *path, char *text, size_t length,
                                     const char **ret_script) {
    if (length == ARGUMENTS_MAX) {
        text[length - 1] = '?';
    }
    return interpreter_use(path, text, length, ret_script);
}

static enum kc_error find_use(struct climb *climb, const struct process *process,
                              struct chain_link *link) {
    char text[ARGUMENTS_MAX];
    const char *script = NULL;
    size_t length = 0;
    link->kind = LINK_BINARY;
    if (!interpreter_is_one(link->path)) {
        return KC_OK;
    }
    enum kc_error error = process_arguments(process, text, sizeof text, &length);
    if (error == KC_END || error == KC_NO_MEMORY) {
        return error;
    }
    link->kind = LINK_INLINE; /* also when the arguments can't be read */
    switch (error == KC_OK ? read_use(link->path, text, length, &script) : USE_INLINE) {
    case USE_NONE:
        link->kind = LINK_BINARY;
        return KC_OK;
    case USE_INPUT:
        link->kind = process_reads_terminal(process) ? LINK_INTERACTIVE : LINK_INLINE;
        return KC_OK;
    case USE_SCRIPT:
        return is_nameless(script) ? KC_OK : find_script(climb, process, script, link);
    case USE_INLINE:
        break;
    }
    return KC_OK;
}

enum kc_error link_describe(struct climb *climb, const struct ancestor *ancestor,
                            struct chain_link *link) {
    link->pid = process_number(ancestor->process);
    link->is_vouched = ancestor->is_vouched;
    link->path = strdup(ancestor->path != NULL ? ancestor->path : "");
    if (link->path == NULL) {
        return KC_NO_MEMORY;
    }
    if (ancestor->path == NULL) {
        link->kind = LINK_UNKNOWN;
        link->why = ancestor->why;
        return KC_OK;
    }
    memcpy(link->hash, ancestor->hash, sizeof link->hash);
    return find_use(climb, ancestor->process, link);
}
