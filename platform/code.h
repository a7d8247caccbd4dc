/* SPDX-License-Identifier: MIT */
/*
 * What a process has mapped to execute: whether the code that runs is the code that was
 * hashed. An image that is hashed says nothing when a library was slipped in, when the text was
 * overwritten in memory, or when the process runs from somewhere else altogether.
 *
 * A file is trusted when root owns it, neither group nor others may write to it, and it is on a
 * local mount where set-id is honoured: there, ownership is the administrator's word. The same
 * rule holds when the user is root.
 */
#ifndef PLATFORM_CODE_H
#define PLATFORM_CODE_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct image;
struct process;

#define CODE_FILES_MAX   32 /* files beside the image that aren't trusted; more are a flaw */
/* The shim, as it is installed: what LD_PRELOAD may name, and what serves behind it. */
#define CODE_SHIM_HOOK   "libkcshim.so"
#define CODE_SHIM_SERVER "libkcshim-server.so"
#define CODE_SUBJECT_MAX 512 /* bytes of the file or variable at fault, with its NUL */

enum code_flaw {
    CODE_SOUND,
    CODE_ELSEWHERE, /* the image isn't mapped to execute: the process runs other code */
    CODE_ALTERED,   /* pages of executable memory aren't those of the file behind it */
    CODE_UNKNOWN,   /* a mapped file can't be found under its name (deleted, memfd, other mounts) */
    CODE_WRITTEN,   /* a mapped file that isn't trusted is open, or mapped, for writing */
    CODE_CROWDED,   /* more than CODE_FILES_MAX files that aren't trusted */
    CODE_PRELOADED  /* LD_PRELOAD, LD_AUDIT or LD_LIBRARY_PATH lead to what isn't trusted */
};

/* Zeroed is empty. */
struct code {
    enum code_flaw flaw;
    char subject[CODE_SUBJECT_MAX]; /* what the flaw is about, as the process names it; or "" */
    bool makes_code;                /* executable memory that no file backs */
    size_t file_count;              /* mapped to execute and not trusted, image apart */
    struct image *files[CODE_FILES_MAX];
    /* Its loader was told to load this one, which is called like our hook. Whether it is ours its
     * hash must tell: CODE_PRELOADED is the caller's to say. */
    bool is_preloaded[CODE_FILES_MAX];
    bool has_shim; /* a trusted file that is called like our server is mapped */
};

/*
 * Looks through the pins; any thread, one at a time for one process. `image` is what
 * process_open_image() gave. KC_UNSAFE: the system doesn't let us look (it has turned
 * non-dumpable), or there is too much to look at · KC_END, KC_CHANGED: it ended, or executed
 * another program, meanwhile.
 * Clear the result with code_clear().
 */
KC_MUST_USE enum kc_error code_look(const struct process *process, const struct image *image,
                                    struct code *ret_code);

/* A later look: the same, but for the environment, which the loader obeyed when the program
 * began. Needs nothing but what was opened when the process was pinned, so a process that has
 * turned non-dumpable since is seen all the same. KC_UNSAFE: its mappings can't be made out, or
 * are too many to look at · KC_END, KC_CHANGED. */
KC_MUST_USE enum kc_error code_look_again(const struct process *process, const struct image *image,
                                          struct code *ret_code);
void code_clear(struct code *code);

/* A sentence without a subject; static. */
const char *code_flaw_text(enum code_flaw flaw);

#endif
