/* SPDX-License-Identifier: MIT */
/*
 * A program that talks with a person at a terminal, one line after the other: what happens while it
 * waits for a key, and the programs that it runs in between. They get the terminal as it was,
 * stand in the same process group, and are the ones whom the terminal's signals end. One thread,
 * and one object at a time: signals belong to the whole process.
 */
#ifndef PLATFORM_FOREGROUND_H
#define PLATFORM_FOREGROUND_H

#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct foreground;

enum foreground_event {
    FOREGROUND_INPUT,     /* a key was pressed, or the terminal has hung up */
    FOREGROUND_INTERRUPT, /* Ctrl-C, Ctrl-\ */
    FOREGROUND_RESIZE,    /* the window has another size */
    FOREGROUND_STOP,      /* Ctrl-Z: put the terminal back, then foreground_stop() */
    FOREGROUND_END        /* somebody wants us to end (SIGTERM, SIGHUP) */
};

/* From now on those signals are events and end nobody. Children of foreground_run() get them as
 * this process would have, before. */
KC_MUST_USE enum kc_error foreground_open(struct foreground **ret_foreground);
/* Puts the signals back; one that is still waiting arrives then. */
void foreground_free(struct foreground *foreground);

/* Waits for the next event. A signal comes before a key. */
KC_MUST_USE enum kc_error foreground_wait(struct foreground *foreground,
                                          enum foreground_event *ret_event);

/* Stops this process as Ctrl-Z would have, and returns when it is continued; at once where nobody
 * could continue it (an orphaned process group, setpgid(2)). */
void foreground_stop(struct foreground *foreground);

/*
 * Runs the program `argv[0]`, a path, with our streams and environment, and waits for its end. The
 * terminal's settings are afterwards what they were before, however it ended. What the terminal
 * sends is the program's alone; an end is handed on to it, and is the next event. `ret_code` is
 * its exit code, or 128 and the number of the signal that ended it.
 * KC_NOT_FOUND · KC_DENIED: it can't be started.
 */
KC_MUST_USE enum kc_error foreground_run(struct foreground *foreground, const char *const *argv,
                                         unsigned *ret_code);

/*
 * What the program prints, for us: without the terminal, its errors thrown away. At most
 * `size` - 1 bytes and a NUL; who prints more, or takes longer than `timeout_ms`, is ended
 * (KC_TOO_BIG, KC_TIMEOUT). KC_DENIED: it exited with another code than 0. KC_NOT_FOUND.
 */
KC_MUST_USE enum kc_error foreground_read(const struct foreground *foreground,
                                          const char *const *argv, unsigned timeout_ms,
                                          char *buffer, size_t size);

KC_AUTO_DEFINE(foreground)

#endif
