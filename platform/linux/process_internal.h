/* SPDX-License-Identifier: MIT */
/* The inside of a pinned process, for the files that look at one side of it each. */
#ifndef PLATFORM_LINUX_PROCESS_INTERNAL_H
#define PLATFORM_LINUX_PROCESS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"
#include "platform/process.h"

struct mount;
struct process_stat;

/* What the kernel says of a process without being asked to write a text. */
struct process_origin {
    uint64_t parent; /* its number when we pinned */
    uint64_t user;   /* the effective one */
};

struct process {
    uint64_t number;
    uint64_t start_time; /* in clock ticks (proc(5), stat field 22); 0: it wasn't read */
    struct process_origin origin;
    int handle;    /* pidfd: readable as soon as the process has ended */
    int directory; /* /proc/PID; later opens from it mean the same process or fail (ESRCH) */
    int maps;      /* the exec pin: reads nothing once the memory it was opened on is gone */
    int pagemap;   /* of the same memory; both can still be read when it turns non-dumpable;
                    * -1: it was so already, or it was pinned as a parent */
};

/* A pidfd. KC_END no such process · KC_UNSUPPORTED. */
KC_MUST_USE enum kc_error process_open_handle(uint64_t number, int *ret_handle);

/* Pins a process of which the caller holds a pidfd already; takes it in every case. */
KC_MUST_USE enum kc_error process_pin_handle(int *take_handle, uint64_t number,
                                             struct process **ret_process);

/* A process without its exec pin: by number, and who its parent is. Anybody may look at that much,
 * so that it is no proof of anything, and none of the number either unless it is found alive
 * afterwards. KC_END · KC_UNSAFE (hidepid). */
KC_MUST_USE enum kc_error process_pin_bare(uint64_t number, struct process **ret_process);

/* Adds the exec pin. KC_END · KC_UNSAFE: we may not look. */
KC_MUST_USE enum kc_error process_pin_memory(struct process *process);

/* KC_END · KC_UNSAFE · KC_INVALID */
KC_MUST_USE enum kc_error process_read_stat(const struct process *process,
                                            struct process_stat *ret_stat);

/* As it is now, asked of the handle alone. KC_END · KC_UNSUPPORTED. */
KC_MUST_USE enum kc_error process_ask_origin(const struct process *process,
                                             struct process_origin *ret_origin);
/* The number of its parent as it is now. KC_END · KC_UNSAFE · KC_INVALID. */
KC_MUST_USE enum kc_error process_read_parent(const struct process *process, uint64_t *ret_number);

/* Whether the process has ended (a zombie has). */
bool process_has_ended(const struct process *process);

/* Reads /proc/PID/`name`; free() the text. KC_END · KC_UNSAFE we may not. */
KC_MUST_USE enum kc_error process_read_text(const struct process *process, const char *name,
                                            char **ret_text, size_t *ret_length);

/* Reads the whole exec pin, /proc/PID/maps as it is now. KC_CHANGED · KC_END · KC_TOO_BIG. */
KC_MUST_USE enum kc_error process_read_pin(const struct process *process, size_t limit,
                                           char **ret_text, size_t *ret_length);

/* image_open() of a handle without access, which stays the caller's. KC_TIMEOUT: somebody has a
 * lease on it. */
KC_MUST_USE enum kc_error image_open_place(int place, struct image **ret_image,
                                           const char **ret_why);

/* The descriptor behind an image; borrowed. */
int image_file(const struct image *image);

/* Whether it is that file, which no open image ceases to be. Asks nobody. */
bool image_is_file(const struct image *image, uint64_t device, uint64_t inode);

/* The mount that it is on; borrowed. NULL: it isn't known. */
const struct mount *image_mount(const struct image *image);

/* What a failed look below /proc/PID means (errno), dead or alive. */
enum kc_error process_look_error(const struct process *process, int number);

/* Parsers of proc(5) texts, pure; KC_INVALID unless the text has exactly the known form. */
#define PROCESS_NAME_SIZE 16 /* TASK_COMM_LEN */
struct process_stat {
    uint64_t parent;
    uint64_t session;  /* 0: none in this pid name space */
    uint64_t terminal; /* the device that controls it, as the kernel encodes it; 0: none */
    uint64_t start_time;
    char name[PROCESS_NAME_SIZE]; /* of the program, as the process may have changed it */
};
KC_MUST_USE enum kc_error process_parse_stat(const char *text, struct process_stat *ret_stat);

struct process_status {
    uint64_t tracer;
    size_t numbers; /* how many pid name spaces deep, as far as we see: words of NStgid */
};
KC_MUST_USE enum kc_error process_parse_status(const char *text, struct process_status *ret_status);

#define PROCESS_USERS 4
struct process_users {
    uint64_t numbers[PROCESS_USERS]; /* real, effective, saved, of the file system */
};
KC_MUST_USE enum kc_error process_parse_users(const char *text, struct process_users *ret_users);

#endif
