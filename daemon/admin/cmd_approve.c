/* SPDX-License-Identifier: MIT */
/*
 * approve: what was turned away becomes known. The person approves a hash that was seen, so
 * the file must still have it. A hash that fits several who wait approves none of them: a copy
 * of a program has its hash, too, and asks whenever it likes. A chain is approve_chain's.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/approve_chain.h"
#include "daemon/admin/change.h"
#include "daemon/admin/confirm.h"
#include "daemon/admin/helper_copy.h"
#include "daemon/admin/places.h"
#include "daemon/admin/rights.h"
#include "daemon/admin/say.h"
#include "daemon/admin/subject.h"
#include "daemon/pending.h"
#include "platform/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each by its path, which approves it when the hash can't. */
static enum exit_code say_ambiguous(const struct pending *pending, const char *prefix) {
    struct shown shown;
    say("more than one program waits whose hash begins with \"%s\":", say_show(prefix, &shown));
    for (size_t i = 0; i < pending_count(pending); i++) {
        const struct pending_entry *entry = pending_at(pending, i);
        if (strncmp(entry->id, prefix, strlen(prefix)) == 0) {
            say("  %.16s  %s", entry->id, say_show(entry->path, &shown));
        }
    }
    say("nothing was registered; name one: keychain-auth approve PATH");
    return EXIT_USAGE;
}

static enum exit_code say_not_waiting(const char *operand) {
    struct shown shown;
    say("\"%s\" isn't waiting for approval; see keychain-auth list-pending",
        say_show(operand, &shown));
    return EXIT_NO;
}

/* A helper's path is everybody's who runs it; only an id stands for one chain. */
static bool is_helpers(const struct pending *pending, const char *path) {
    for (size_t i = 0; i < pending_count(pending); i++) {
        const struct pending_entry *entry = pending_at(pending, i);
        if (entry->end[0] != '\0' && strcmp(entry->path, path) == 0) {
            return true;
        }
    }
    return false;
}

static enum exit_code find_hash(const struct pending *pending, const char *hash,
                                const struct pending_entry **ret_entry) {
    struct shown shown;
    switch (pending_find(pending, hash, ret_entry)) {
    case KC_OK:
        return EXIT_DONE;
    case KC_INVALID:
        if (subject_is_hash(hash)) {
            return say_ambiguous(pending, hash);
        }
        say("\"%s\" isn't 8 or more hex digits of a hash, nor a path; see keychain-auth "
            "list-pending",
            say_show(hash, &shown));
        return EXIT_USAGE;
    default:
        return say_not_waiting(hash);
    }
}

static enum exit_code find_path(const struct pending *pending, const char *operand,
                                const struct pending_entry **ret_entry) {
    char *path = NULL;
    enum exit_code code = subject_resolve(operand, &path);
    if (code != EXIT_DONE) {
        return code;
    }
    const struct pending_entry *found = pending_find_path(pending, path);
    bool is_chain = found == NULL && is_helpers(pending, path);
    free(path);
    if (is_chain) {
        say("what waits there are chains, each with an id of its own: approve ID; see "
            "keychain-auth list-pending");
        return EXIT_NO;
    }
    if (found == NULL) {
        return say_not_waiting(operand);
    }
    *ret_entry = found;
    return EXIT_DONE;
}

static enum exit_code find(const struct pending *pending, const char *operand,
                           const struct pending_entry **ret_entry) {
    return strchr(operand, '/') == NULL ? find_hash(pending, operand, ret_entry)
                                        : find_path(pending, operand, ret_entry);
}

static enum exit_code check_unchanged(const struct pending_entry *entry,
                                      const struct rights *rights) {
    KC_AUTO(subject) subject = NULL;
    struct shown shown;
    enum exit_code code = subject_new(entry->path, &subject);
    if (code != EXIT_DONE) {
        return code;
    }
    if (strcmp(subject->hash, entry->hash) != 0 || strcmp(subject->path, entry->path) != 0) {
        say("\"%s\" isn't the file that asked: it has another hash now; nothing was registered",
            say_show(entry->path, &shown));
        return EXIT_NO;
    }
    if (subject_is_loader(subject)) {
        return subject_refuse_loader(subject);
    }
    subject_warn(subject);
    if (rights->flags[CONFIG_HELPER] != CONFIG_SET) {
        helper_copy_warn(subject);
    }
    return EXIT_DONE;
}

static enum exit_code ask(const struct pending_entry *entry, const char *rights) {
    struct shown shown;
    (void)puts(say_show(entry->path, &shown));
    (void)printf("    %s\n    gets %s\n", entry->hash,
                 rights[0] == '\0' ? "no rights" : say_show(rights, &shown));
    return confirm("register this? [y/N] ", "--no-ask goes without the question");
}

static enum exit_code approve(const struct places *places, const struct pending_entry *entry,
                              const struct rights *rights, const struct approval_manner *manner) {
    char asked[KC_MESSAGE_MAX] = "";
    enum exit_code code = check_unchanged(entry, rights);
    if (code != EXIT_DONE) {
        return code;
    }
    rights_describe(rights, asked);
    if (manner->asks) {
        code = ask(entry, asked);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    struct config_change change = {
        .kind = CONFIG_REGISTER, .path = entry->path, .hash = entry->hash};
    rights_lend(rights, &change);
    const struct change_name name = {
        .event = "approve", .action = "register", .message = asked, .options = manner->options};
    code = change_make(places, &change, &name);
    if (code == EXIT_DONE) {
        change_settle(places, entry->path, entry->id);
    }
    if (code == EXIT_DONE && rights_are_empty(rights)) {
        say("no rights were given; --read, --write and --search give them");
    }
    return code;
}

enum exit_code cmd_approve(const struct options *options) {
    KC_AUTO(places) places = NULL;
    KC_AUTO(rights) rights = NULL;
    KC_AUTO(pending) pending = NULL;
    const struct pending_entry *entry = NULL;
    enum exit_code code = rights_new(options, RIGHTS_GIVEN, &rights);
    if (code == EXIT_DONE) {
        code = places_new(&places);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = pending_load(places->pending, clock_wall_us(), &pending);
    if (error != KC_OK) {
        return say_fault(error, "can't read the list of those who wait for approval");
    }
    code = find(pending, options_operand(options, 0), &entry);
    if (code != EXIT_DONE) {
        return code;
    }
    const struct approval_manner manner = {.options = options,
                                           .with_chain = options_flag(options, "with-chain", false),
                                           .asks = options_flag(options, "ask", false)};
    if (entry->end[0] != '\0') {
        return approve_chain(places, entry, rights, &manner);
    }
    if (manner.with_chain) {
        say("it asked by itself, so that there is no chain to take along");
    }
    return approve(places, entry, rights, &manner);
}
