/* SPDX-License-Identifier: MIT */
/*
 * A running process, pinned: everything is read through handles that were opened once, so
 * that neither a reused number nor a later exec can pass for it. And the image, the file that
 * it runs, held open. Nothing here blocks on a file system of somebody else's: an image that
 * isn't on a local mount of our own is refused before it is opened. One thread at a time,
 * except image_read() and image_stamp(), which any one thread may call, and all that is asked of
 * a parent that was pinned from below (process_pin_above()), which several may ask at once.
 */
#ifndef PLATFORM_PROCESS_H
#define PLATFORM_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct process;
struct image;

/* Changes whenever the bytes may have changed. `settled` says that it is old and local enough
 * for a hash to be remembered under it (facts: ctime older than 2 s, no overlay); `trusted` is
 * image_is_trusted() at that moment. */
struct image_stamp {
    uint64_t words[8];
    bool settled;
    bool trusted;
};

/* Pins by number. Sound only when followed by proof that the number still meant the process
 * (a parent link, or the nonce). KC_END no such process · KC_UNSAFE the system doesn't let us
 * look at it (set-id or non-dumpable). */
KC_MUST_USE enum kc_error process_pin(uint64_t number, struct process **ret_process);

/* What stands above a process. */
enum process_above {
    PROCESS_ABOVE_OURS,    /* a process of the same user, pinned */
    PROCESS_ABOVE_FIRST,   /* the first process (1), or one outside of our view (0) */
    PROCESS_ABOVE_MANAGER, /* the user's session manager: an administrator's "systemd" that is the
                              first process's child */
    PROCESS_ABOVE_OTHER /* another user's process, in all of its user numbers, that isn't the first;
                              or the half of a login service (sshd) that runs as this user below
                              such a one, and that nobody of this user may look at. Root's programs
                              that this user may start (sudo) are other users', too */
};

/*
 * Looks at the parent and, when it is the same user's, pins it (without what code_look() needs);
 * makes sure afterwards that it still is the parent. `ret_parent` is written for PROCESS_ABOVE_OURS
 * only. A set-id program that this user started is a process of this user: its real user counts.
 * A session manager that was given a capability can't be looked at (pam_systemd, version 254); its
 * place and its name are enough then, because who forged them could as well end, and its children
 * would be below the first process.
 * KC_END: the child has ended · KC_CHANGED: it has another parent now; look again
 * KC_UNSAFE: one of this user's that can't be looked at, and `ret_why` is a sentence without a
 * subject, static.
 */
KC_MUST_USE enum kc_error process_pin_above(const struct process *child,
                                            enum process_above *ret_above,
                                            struct process **ret_parent, const char **ret_why);

/* For who keeps pinned parents: the number of the parent when the process was pinned … */
uint64_t process_parent_number(const struct process *process);
/* … and whether a kept process is the parent, by its number: so it is if process_check() finds both
 * of them alive afterwards, because no other process had that number in between. KC_CHANGED: it
 * isn't · KC_END. ~1 µs. */
KC_MUST_USE enum kc_error process_names_parent(const struct process *child,
                                               const struct process *parent);
/* Both at once: it is the parent, and still what it was. KC_CHANGED · KC_END: one of the two has
 * ended. ~4 µs. */
KC_MUST_USE enum kc_error process_check_parent(const struct process *child,
                                               const struct process *parent);

/* Whether the process runs the very file that this stamp is of, unaltered. Opens nothing, ~4 µs.
 * KC_CHANGED · KC_END · KC_UNSAFE: it can't be looked at any more. */
KC_MUST_USE enum kc_error process_check_image(const struct process *process,
                                              const struct image_stamp *stamp);

/* Whether its standard input is its controlling terminal (proc(5), stat field 7). False when it
 * can't be told. */
bool process_reads_terminal(const struct process *process);

/*
 * Opens a file by the name that the process was given for it when it began: a relative one counts
 * from the directory that its environment calls PWD and from where it is now, and must not mean two
 * files. When it is a shell that shows which script it reads (bash, descriptor 255), it must be
 * that. KC_NOT_FOUND · KC_UNSAFE · KC_DENIED · KC_TIMEOUT (somebody has a lease on it), with
 * `ret_why`; KC_CHANGED, KC_END: the process.
 * Opens only regular files on local file systems, follows no link that the kernel would have to ask
 * anybody about, and waits for nobody who has a lease on the file (fcntl(2)).
 */
KC_MUST_USE enum kc_error process_open_file(const struct process *process, const char *name,
                                            struct image **ret_image, const char **ret_why);

uint64_t process_number(const struct process *process);

/* Where it sits: the session that it belongs to, which has the number of its leader, and the
 * device number of its controlling terminal, 0 when it has none (proc(5), stat fields 6 and 7;
 * credentials(7)). Both are the kernel's word, of this moment. KC_END. */
struct process_seat {
    uint64_t session;
    uint64_t terminal;
};
KC_MUST_USE enum kc_error process_seat(const struct process *process,
                                       struct process_seat *ret_seat);

/* The number of the user that it runs as (its effective one). KC_END. */
KC_MUST_USE enum kc_error process_user(const struct process *process, uint64_t *ret_user);

/* Alive, and the same program as when it was pinned. KC_END: it has ended. KC_CHANGED: it
 * has executed another program. ~3 µs, no path is opened. */
KC_MUST_USE enum kc_error process_check(const struct process *process);

/* The same of all of these, and one question for all of them to the kernel whether they live. */
#define PROCESS_CHECK_MAX 64
KC_MUST_USE enum kc_error process_check_all(const struct process *const *processes, size_t count);

/* Runs where nothing can be forged from: our own user namespace, our own pid numbers (one
 * NStgid), not traced. KC_UNSAFE, and then `ret_why` is a sentence without an end, static. */
KC_MUST_USE enum kc_error process_check_surroundings(const struct process *process,
                                                     const char **ret_why);

/* The traced and namespace part of the above that can change later: checked at every request. */
KC_MUST_USE enum kc_error process_check_untraced(const struct process *process,
                                                 const char **ret_why);

/*
 * Opens the file that the process runs: by handle, never by path. It must be a regular file
 * with a link count, on a local file system of our own mount table.
 * KC_UNSAFE with `ret_why`: it isn't · KC_END · KC_CHANGED.
 */
KC_MUST_USE enum kc_error process_open_image(const struct process *process,
                                             struct image **ret_image, const char **ret_why);

/* What it runs, without opening that: a file that process_open_image() would take, its stamp, and
 * where it is; free() it. Counts only when process_check() holds afterwards. KC_UNSAFE with
 * `ret_why` · KC_END · KC_NO_MEMORY. */
KC_MUST_USE enum kc_error process_look_at_image(const struct process *process,
                                                struct image_stamp *ret_stamp, char **ret_path,
                                                const char **ret_why);

/* The command line as the process tells it (it may lie): arguments, each ended by a NUL, cut
 * at `size`. */
KC_MUST_USE enum kc_error process_arguments(const struct process *process, char *buffer,
                                            size_t size, size_t *ret_length);

void process_free(struct process *process);

/* To wait for the end of a process, also of one that doesn't let us look at it. By number, so
 * sound only when it is proven afterwards that the process was alive when this returned.
 * KC_END no such process · KC_UNSUPPORTED. */
struct process_watch;
KC_MUST_USE enum kc_error process_watch_new(uint64_t number, struct process_watch **ret_watch);
/* KC_OK: it has ended. KC_TIMEOUT. */
KC_MUST_USE enum kc_error process_watch_wait(const struct process_watch *watch,
                                             unsigned timeout_ms);
void process_watch_free(struct process_watch *watch);

/* For registration: the same kind of handle on a file by name; symbolic links are followed
 * and image_path() is the real path. KC_NOT_FOUND · KC_UNSAFE with `ret_why` (not a regular
 * file, not on a local file system) · KC_DENIED not readable. */
KC_MUST_USE enum kc_error image_open(const char *path, struct image **ret_image,
                                     const char **ret_why);

/* Root owns it, nobody else may write to it, and it is on a local mount where set-id is honoured:
 * the administrator's word (platform/code.h, "trusted"). */
bool image_is_trusted(const struct image *image);

/* Where the system says the file is; for people and for the policy. Borrowed. */
const char *image_path(const struct image *image);
uint64_t image_size(const struct image *image);
KC_MUST_USE enum kc_error image_stamp(const struct image *image, struct image_stamp *ret_stamp);
/* As it was when it was opened; asks nobody. */
struct image_stamp image_stamp_opened(const struct image *image);

/* Up to `size` bytes at `offset`; a length of 0 is the end of the file. May block on a disk:
 * workers only. */
KC_MUST_USE enum kc_error image_read(const struct image *image, uint64_t offset, void *buffer,
                                     size_t size, size_t *ret_length);

/* The same of what is in memory already. KC_AGAIN: it isn't, or the file is on a file system of
 * which that can't be told: it would wait for a disk, or for whoever serves it. */
KC_MUST_USE enum kc_error image_read_now(const struct image *image, uint64_t offset, void *buffer,
                                         size_t size, size_t *ret_length);
void image_free(struct image *image);

KC_AUTO_DEFINE(process)
KC_AUTO_DEFINE(process_watch)
KC_AUTO_DEFINE(image)

#endif
