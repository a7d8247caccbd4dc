/* SPDX-License-Identifier: MIT */
/*
 * What stands above a process. The parent is pinned first and proven to be the parent afterwards: a
 * process gets another parent only when its parent ends (proc(5), PPid; prctl(2),
 * PR_SET_CHILD_SUBREAPER), so the two hold for as long as both live.
 */
#define _GNU_SOURCE
#include "platform/check.h"
#include "platform/linux/process_internal.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FIRST_PROCESS 1
#define MAP_LIMIT     (64u * 1024u)

/* One that has the number that was read, and began before the child did, had that number when it
 * was read. Times tick at 100 Hz: when they are equal, or weren't read, it is asked again, now that
 * the parent is pinned. */
enum kc_error process_names_parent(const struct process *child, const struct process *parent) {
    uint64_t number = 0;
    if (child->origin.parent == parent->number && parent->start_time != 0 &&
        parent->start_time < child->start_time) {
        return KC_OK;
    }
    enum kc_error error = process_read_parent(child, &number);
    if (error != KC_OK) {
        return error;
    }
    return number == parent->number ? KC_OK : KC_CHANGED;
}

/* What it is called, which it may have changed itself. */
static enum kc_error has_name(const struct process *process, const char *name, bool *ret_has) {
    struct process_stat stat;
    enum kc_error error = process_read_stat(process, &stat);
    if (error == KC_OK) {
        *ret_has = strcmp(stat.name, name) == 0;
    }
    return error;
}

/* By name and parent, and so no proof. */
static enum kc_error may_be_manager(const struct process *process, bool *ret_may) {
    *ret_may = false;
    return process->origin.parent == FIRST_PROCESS ? has_name(process, "systemd", ret_may) : KC_OK;
}

enum kc_error process_check_parent(const struct process *child, const struct process *parent) {
    enum kc_error error = process_names_parent(child, parent);
    if (error == KC_OK) {
        error = process_check(parent);
    }
    if (error != KC_OK) {
        return error;
    }
    return process_has_ended(child) ? KC_END : KC_OK;
}

static enum kc_error read_users(const struct process *process, struct process_users *ret_users) {
    KC_AUTO_TEXT text = NULL;
    size_t length = 0;
    enum kc_error error = process_read_text(process, "status", &text, &length);
    return error == KC_OK ? process_parse_users(text, ret_users) : error;
}

/* Whether none of its user numbers is ours, or (`any` false) all are. The owner of /proc/PID would
 * tell only one of them, and a set-id program has two kinds. */
static enum kc_error is_strangers(const struct process *process, bool *ret_strangers) {
    struct process_users users;
    uid_t own = geteuid();
    enum kc_error error = read_users(process, &users);
    if (error != KC_OK) {
        return error;
    }
    *ret_strangers = true;
    for (size_t i = 0; i < PROCESS_USERS; i++) {
        *ret_strangers = *ret_strangers && users.numbers[i] != own;
    }
    return KC_OK;
}

/*
 * Whether its user numbers mean what ours mean. In a user name space of its own a process of this
 * user may take numbers that /etc/subuid lends it, after it had children elsewhere. The name space
 * of another user's can't be asked for, but its map is open to everybody (user_namespaces(7)), and
 * no unprivileged process gets the map that we have.
 */
static enum kc_error has_our_numbers(const struct process *process, bool *ret_ours) {
    KC_AUTO_TEXT theirs = NULL;
    KC_AUTO_TEXT ours = NULL;
    size_t length = 0;
    enum kc_error error = process_read_text(process, "uid_map", &theirs, &length);
    if (error != KC_OK) {
        return error;
    }
    KC_AUTO_DESCRIPTOR file = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return descriptor_error(errno);
    }
    error = descriptor_read_text(file, MAP_LIMIT, &ours, &length);
    if (error == KC_OK) {
        *ret_ours = strcmp(ours, theirs) == 0 || !check_is_on("above_namespace");
    }
    return error;
}

static enum kc_error is_foreign(const struct process *process, bool *ret_foreign,
                                const char **ret_why) {
    bool has_ours = false;
    *ret_why = "its user can't be told";
    enum kc_error error = is_strangers(process, ret_foreign);
    if (error != KC_OK || !*ret_foreign) {
        return error;
    }
    error = has_our_numbers(process, &has_ours);
    *ret_why = "it runs in a user name space of its own";
    return error == KC_OK && !has_ours ? KC_UNSAFE : error;
}

/* sshd(8) keeps two processes for each session: root's, and one that has become the user but stays
 * shut, and whose child the shell is. Only a child of the first can be the second, and what the
 * first is called is not for this user to choose. */
static enum kc_error is_login_half(const struct process *half, bool *ret_is) {
    KC_AUTO(process) above = NULL;
    const char *why = NULL;
    bool is_login = false;
    bool is_other = false;
    *ret_is = false;
    if (half->origin.parent <= FIRST_PROCESS) {
        return KC_OK;
    }
    enum kc_error error = process_pin_bare(half->origin.parent, &above);
    if (error == KC_OK) {
        error = has_name(above, "sshd", &is_login);
    }
    if (error == KC_OK && !is_login) {
        error = has_name(above, "sshd-session", &is_login);
    }
    if (error == KC_OK) {
        error = process_names_parent(half, above);
    }
    if (error == KC_OK && is_login) {
        error = is_foreign(above, &is_other, &why);
    }
    if (error == KC_OK) {
        *ret_is = is_login && is_other && !process_has_ended(above);
    }
    return error == KC_NO_MEMORY ? error : KC_OK; /* what can't be told is not such a one */
}

/* One of ours that we may not look at. */
static enum kc_error judge_shut(const struct process *candidate, enum process_above *ret_above,
                                const char **ret_why) {
    bool is_manager = false;
    bool is_login = false;
    enum kc_error error = may_be_manager(candidate, &is_manager);
    if (error == KC_OK && !is_manager) {
        error = is_login_half(candidate, &is_login);
    }
    if (error != KC_OK) {
        return error;
    }
    if (is_manager) {
        *ret_above = PROCESS_ABOVE_MANAGER;
        return KC_OK;
    }
    if (is_login || !check_is_on("above_shut")) {
        *ret_above = PROCESS_ABOVE_OTHER;
        return KC_OK;
    }
    *ret_why = "it can't be looked at (set-id or non-dumpable)";
    return KC_UNSAFE;
}

static enum kc_error judge_open(const struct process *candidate, enum process_above *ret_above) {
    KC_AUTO(image) image = NULL;
    const char *why = NULL;
    bool is_manager = false;
    *ret_above = PROCESS_ABOVE_OURS;
    enum kc_error error = may_be_manager(candidate, &is_manager);
    if (error != KC_OK || !is_manager) {
        return error;
    }
    error = process_open_image(candidate, &image, &why);
    if (error == KC_OK && image_is_trusted(image)) {
        const char *name = strrchr(image_path(image), '/');
        is_manager = name != NULL && strcmp(name, "/systemd") == 0;
        *ret_above = is_manager ? PROCESS_ABOVE_MANAGER : PROCESS_ABOVE_OURS;
    }
    return error == KC_UNSAFE ? KC_OK : error; /* an odd image makes it no manager */
}

static enum kc_error judge(struct process *candidate, enum process_above *ret_above,
                           const char **ret_why) {
    bool is_other = false;
    enum kc_error error = KC_OK;
    if (candidate->origin.user != geteuid()) { /* most of the time that is all */
        error = is_foreign(candidate, &is_other, ret_why);
    }
    if (error != KC_OK || is_other) {
        *ret_above = PROCESS_ABOVE_OTHER;
        return error;
    }
    error = process_pin_memory(candidate);
    if (error == KC_OK) {
        return judge_open(candidate, ret_above);
    }
    return error == KC_UNSAFE ? judge_shut(candidate, ret_above, ret_why) : error;
}

static enum kc_error pin_numbered(const struct process *child, uint64_t number,
                                  enum process_above *ret_above, struct process **ret_parent,
                                  const char **ret_why) {
    KC_AUTO(process) parent = NULL;
    enum process_above above = PROCESS_ABOVE_FIRST;
    if (number <= FIRST_PROCESS) {
        *ret_above = above;
        return process_has_ended(child) ? KC_END : KC_OK;
    }
    *ret_why = "it can't be looked at (/proc is mounted with hidepid)";
    enum kc_error error = process_pin_bare(number, &parent);
    if (error == KC_OK) {
        error = process_names_parent(child, parent);
    }
    if (error == KC_OK) {
        error = judge(parent, &above, ret_why);
    }
    /* Whatever was found was the number's next owner's, when it has ended; and its end isn't the
     * child's, which has another parent by now. */
    if (error == KC_END || (parent != NULL && process_has_ended(parent))) {
        error = KC_CHANGED;
    }
    if (error == KC_CHANGED || (error == KC_OK && process_has_ended(child))) {
        return process_has_ended(child) ? KC_END : KC_CHANGED;
    }
    if (error != KC_OK) {
        return error;
    }
    if (above == PROCESS_ABOVE_OURS) {
        *ret_parent = parent;
        parent = NULL;
    }
    *ret_above = above;
    return KC_OK;
}

enum kc_error process_pin_above(const struct process *child, enum process_above *ret_above,
                                struct process **ret_parent, const char **ret_why) {
    uint64_t number = 0;
    const char *why = NULL;
    enum kc_error error = pin_numbered(child, child->origin.parent, ret_above, ret_parent, &why);
    if (error == KC_CHANGED) {
        /* Another parent than when it was pinned. */
        error = process_read_parent(child, &number);
        if (error == KC_OK) {
            error = pin_numbered(child, number, ret_above, ret_parent, &why);
        }
    }
    if (error == KC_INVALID) {
        why = "what the system says about it isn't understood";
        error = KC_UNSAFE;
    }
    if (error == KC_UNSAFE) {
        *ret_why = why;
    }
    return error;
}
