/* SPDX-License-Identifier: MIT */
/* A short list; what has passed, or whose pins don't hold any more, goes at every look. */
#include "daemon/admin_session.h"

#include "platform/check.h"

static void clear(struct admin_session *session) {
    process_free(session->leader);
    process_free(session->shell);
    *session = (struct admin_session){.leader = NULL};
}

static void drop_stale(struct admin_sessions *sessions, uint64_t now_ms) {
    for (size_t i = 0; i < ADMIN_SESSIONS_MAX; i++) {
        struct admin_session *session = &sessions->items[i];
        if (session->leader != NULL &&
            (now_ms >= session->until_ms || process_check(session->leader) != KC_OK ||
             process_check(session->shell) != KC_OK)) {
            clear(session);
        }
    }
}

static bool is_same_seat(const struct process_seat *one, const struct process_seat *other) {
    return one->session == other->session && one->terminal == other->terminal;
}

/* A parent of another user is nobody's shell here. */
static enum kc_error pin_shell(const struct process *caller, struct process **ret_shell) {
    enum process_above above = PROCESS_ABOVE_FIRST;
    const char *why = NULL;
    enum kc_error error = process_pin_above(caller, &above, ret_shell, &why);
    return error == KC_OK && above != PROCESS_ABOVE_OURS ? KC_UNSAFE : error;
}

static enum kc_error pin(const struct process *caller, struct admin_session *session) {
    struct process_seat of_leader;
    enum kc_error error = process_seat(caller, &session->seat);
    if (error == KC_OK && (session->seat.terminal == 0 || session->seat.session == 0)) {
        return KC_NOT_FOUND;
    }
    if (error == KC_OK) {
        error = pin_shell(caller, &session->shell);
    }
    if (error == KC_OK) {
        error = process_pin(session->seat.session, &session->leader);
    }
    if (error == KC_OK) {
        error = process_seat(session->leader, &of_leader);
    }
    /* The leader's number is the session's: if it has the seat, it is the one who leads. */
    if (error == KC_OK && !is_same_seat(&of_leader, &session->seat)) {
        error = KC_CHANGED;
    }
    return error;
}

static struct admin_session *find(struct admin_sessions *sessions, const struct process *caller,
                                  const struct process_seat *seat) {
    for (size_t i = 0; i < ADMIN_SESSIONS_MAX; i++) {
        struct admin_session *session = &sessions->items[i];
        if (session->leader == NULL) {
            continue;
        }
        if (!check_is_on("admin_seat") || (is_same_seat(&session->seat, seat) &&
                                           process_check_parent(caller, session->shell) == KC_OK)) {
            return session;
        }
    }
    return NULL;
}

enum kc_error admin_session_open(struct admin_sessions *sessions, const struct process *caller,
                                 uint64_t now_ms) {
    struct admin_session fresh = {.until_ms = now_ms + ADMIN_SESSION_MS};
    drop_stale(sessions, now_ms);
    enum kc_error error = pin(caller, &fresh);
    if (error != KC_OK) {
        clear(&fresh);
        return error;
    }
    struct admin_session *place = find(sessions, caller, &fresh.seat);
    for (size_t i = 0; place == NULL && i < ADMIN_SESSIONS_MAX; i++) {
        place = sessions->items[i].leader == NULL ? &sessions->items[i] : NULL;
    }
    if (place == NULL) {
        clear(&fresh);
        return KC_BUSY;
    }
    clear(place);
    *place = fresh;
    return KC_OK;
}

bool admin_session_covers(struct admin_sessions *sessions, const struct process *caller,
                          uint64_t now_ms) {
    struct process_seat seat;
    drop_stale(sessions, now_ms);
    return process_seat(caller, &seat) == KC_OK && find(sessions, caller, &seat) != NULL;
}

void admin_session_end(struct admin_sessions *sessions, const struct process *caller) {
    struct process_seat seat;
    if (process_seat(caller, &seat) != KC_OK) {
        return;
    }
    for (size_t i = 0; i < ADMIN_SESSIONS_MAX; i++) {
        struct admin_session *session = &sessions->items[i];
        if (session->leader != NULL && is_same_seat(&session->seat, &seat)) {
            clear(session);
        }
    }
}

size_t admin_session_count(struct admin_sessions *sessions, uint64_t now_ms) {
    size_t count = 0;
    drop_stale(sessions, now_ms);
    for (size_t i = 0; i < ADMIN_SESSIONS_MAX; i++) {
        count += sessions->items[i].leader != NULL ? 1 : 0;
    }
    return count;
}

void admin_sessions_clear(struct admin_sessions *sessions) {
    for (size_t i = 0; i < ADMIN_SESSIONS_MAX; i++) {
        clear(&sessions->items[i]);
    }
}
