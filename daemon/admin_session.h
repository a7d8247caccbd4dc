/* SPDX-License-Identifier: MIT */
/*
 * Where administration is open for a while after the passphrase was given: at one terminal, for
 * what one process there (a shell) starts itself. Bound to the leader of the terminal's session
 * and to that process, both pinned; so another terminal, a process that was started by something
 * that the shell started, and a shell that became another program are strangers. All of that is
 * a label: who can write into the shell's memory, or type at its terminal, is the shell.
 */
#ifndef ADMIN_SESSION_H
#define ADMIN_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"
#include "platform/process.h"

#define ADMIN_SESSIONS_MAX 8
#define ADMIN_SESSION_MS   (5 * 60 * 1000)

struct admin_session {
    struct process *leader; /* NULL: this place is free */
    struct process *shell;
    struct process_seat seat;
    uint64_t until_ms;
};

/* Zeroed is none. */
struct admin_sessions {
    struct admin_session items[ADMIN_SESSIONS_MAX];
};

/* For the terminal and the parent of `caller`; a session that it has already begins anew.
 * KC_NOT_FOUND: it has no terminal · KC_UNSAFE, KC_END, KC_CHANGED: its parent or the leader can't
 * be pinned · KC_BUSY: too many are open. */
KC_MUST_USE enum kc_error admin_session_open(struct admin_sessions *sessions,
                                             const struct process *caller, uint64_t now_ms);

/* Whether one is open for whoever this is. */
bool admin_session_covers(struct admin_sessions *sessions, const struct process *caller,
                          uint64_t now_ms);

/* The caller's own, however it was opened at its terminal. */
void admin_session_end(struct admin_sessions *sessions, const struct process *caller);

size_t admin_session_count(struct admin_sessions *sessions, uint64_t now_ms);
void admin_sessions_clear(struct admin_sessions *sessions);

#endif
