/* SPDX-License-Identifier: MIT */
/*
 * The sentences of denials. Everything foreign is escaped and cut, except in the suggested
 * command: there it is quoted for the shell and whole, or there is no command, because a cut
 * path is another path.
 */
#include "daemon/advice.h"

#include "daemon/exchange.h"
#include "daemon/grant.h"
#include "daemon/policy.h"
#include "daemon/shell_quote.h"
#include "libkc/parse.h"

#include <stdio.h>
#include <string.h>

/* Together they fit a message, with room for the words between. */
#define PATH_SIZE    256
#define NAME_SIZE    128
#define WHAT_SIZE    320
#define COMMAND_SIZE 400

/* More than the 8 digits that commands accept: nobody shall find another program that is
 * approved in this one's stead by computing for an afternoon. */
#define SHOWN_DIGITS 16

static const char *show(const char *text, char *buffer, size_t size) {
    return parse_escape(text, strlen(text), buffer, size);
}

static bool needs_search(const struct request *request) {
    return request->action == KC_ACTION_SEARCH || request->match == KC_MATCH_PREFIX;
}

/* What is asked for; `target` NULL: the whole service. */
static void describe(const struct request *request, const char *target, char what[WHAT_SIZE]) {
    char service[NAME_SIZE];
    char name[NAME_SIZE];
    show(request->service, service, sizeof service);
    if (target == NULL || target[0] == '\0') {
        (void)snprintf(what, WHAT_SIZE, "all of \"%s\"", service);
        return;
    }
    show(target, name, sizeof name);
    (void)snprintf(what, WHAT_SIZE,
                   needs_search(request) ? "all of \"%s\" that begins with \"%s\""
                                         : "\"%s\" target \"%s\"",
                   service, name);
}

/* "; to allow this: keychain-auth VERB OPERAND --read aws --search", or "". */
static const char *write_command(const char *verb, const char *operand,
                                 const struct request *request, bool with_grant, bool with_search,
                                 char buffer[COMMAND_SIZE]) {
    char spelling[GRANT_SERVICE_SIZE];
    char grant[COMMAND_SIZE] = "";
    buffer[0] = '\0';
    if (with_grant &&
        !shell_quote(grant_write_service(request->service, spelling), grant, sizeof grant)) {
        return buffer;
    }
    bool writes = request->action == KC_ACTION_WRITE || request->action == KC_ACTION_DELETE;
    const char *option = !with_grant ? "" : writes ? " --write " : " --read ";
    int length = snprintf(buffer, COMMAND_SIZE, "; to allow this: keychain-auth %s %s%s%s%s", verb,
                          operand, option, grant, with_search ? " --search" : "");
    if (length < 0 || length >= COMMAND_SIZE) {
        buffer[0] = '\0';
    }
    return buffer;
}

/* The command for an entry that exists; it goes by hash when its path can't be shown. */
static const char *write_allow(const struct policy_entry *entry, const struct request *request,
                               bool with_grant, bool with_search, char buffer[COMMAND_SIZE]) {
    char operand[PATH_SIZE];
    if (!shell_quote(policy_entry_path(entry), operand, sizeof operand)) {
        (void)snprintf(operand, sizeof operand, "%.*s", SHOWN_DIGITS, policy_entry_hash(entry));
    }
    return write_command("allow", operand, request, with_grant, with_search, buffer);
}

void advise_administrator(const struct identity *identity, const struct request *request,
                          char text[KC_MESSAGE_MAX]) {
    char path[PATH_SIZE];
    if (request->action == KC_ACTION_READ) {
        (void)snprintf(text, KC_MESSAGE_MAX, "administration never returns a value");
    } else {
        (void)snprintf(text, KC_MESSAGE_MAX,
                       "\"%s\" may not administer; that is for the program keychain-auth",
                       show(identity->path, path, sizeof path));
    }
}

/* Looked for only after a denial, so its cost (one comparison an entry) is paid by nobody who
 * is served. */
static bool is_path_registered(const struct policy *policy, const char *path) {
    for (size_t i = 0; i < policy_count(policy); i++) {
        if (strcmp(policy_entry_path(policy_at(policy, i)), path) == 0) {
            return true;
        }
    }
    return false;
}

/* `asked`: it waits for approval now, by its hash. Else it can only be registered. */
static void write_unregistered(const struct policy *policy, const struct identity *identity,
                               const struct request *request, bool asked,
                               char text[KC_MESSAGE_MAX]) {
    char path[PATH_SIZE];
    char operand[PATH_SIZE];
    char digits[SHOWN_DIGITS + 1];
    char command[COMMAND_SIZE] = "";
    bool is_quoted = shell_quote(identity->path, operand, sizeof operand);
    (void)snprintf(digits, sizeof digits, "%.*s", SHOWN_DIGITS, identity->hash);
    show(identity->path, path, sizeof path);

    if (is_path_registered(policy, identity->path)) {
        (void)snprintf(text, KC_MESSAGE_MAX,
                       "\"%s\" (sha256 %s…) is not what was registered under this path%s%s", path,
                       digits,
                       is_quoted ? "; if you know why it changed: keychain-auth upgrade " : "",
                       is_quoted ? operand : "");
        return;
    }
    char what[WHAT_SIZE];
    describe(request, request->target_count > 0 ? request->targets[0] : NULL, what);
    if (asked || is_quoted) {
        (void)write_command(asked ? "approve" : "register", asked ? digits : operand, request, true,
                            needs_search(request), command);
    }
    int length =
        snprintf(text, KC_MESSAGE_MAX, "\"%s\" (sha256 %s…) is not registered and may not %s %s",
                 path, digits, kc_action_word(request->action), what);
    if (length >= 0 && (size_t)length + strlen(command) < KC_MESSAGE_MAX) {
        memcpy(text + length, command, strlen(command) + 1);
    }
}

void advise_unregistered(const struct policy *policy, const struct identity *identity,
                         const struct request *request, char text[KC_MESSAGE_MAX]) {
    write_unregistered(policy, identity, request, true, text);
}

void advise_unasked(const struct policy *policy, const struct identity *identity,
                    const struct request *request, char text[KC_MESSAGE_MAX]) {
    write_unregistered(policy, identity, request, false, text);
}

void advise_trouble(const struct identity *identity, const struct request *request,
                    char text[KC_MESSAGE_MAX]) {
    char path[PATH_SIZE];
    (void)snprintf(
        text, KC_MESSAGE_MAX, "\"%s\" (pid %llu) asked to %s and can't be trusted: %.512s",
        identity->path != NULL && identity->path[0] != '\0'
            ? show(identity->path, path, sizeof path)
            : "a program that can't be seen",
        (unsigned long long)identity->pid, kc_action_word(request->action), identity->why);
}

void advise_jit(const struct identity *identity, char text[KC_MESSAGE_MAX]) {
    char path[PATH_SIZE];
    char operand[PATH_SIZE];
    bool is_quoted = shell_quote(identity->path, operand, sizeof operand);
    (void)snprintf(text, KC_MESSAGE_MAX,
                   "\"%s\" makes code as it runs, which nobody can vouch "
                   "for%s%s%s",
                   show(identity->path, path, sizeof path),
                   is_quoted ? "; to allow it all the same: keychain-auth allow " : "",
                   is_quoted ? operand : "", is_quoted ? " --jit" : "");
}

void advise_library(const struct identity *identity, const struct identity_file *file,
                    char text[KC_MESSAGE_MAX]) {
    char path[PATH_SIZE];
    char library[PATH_SIZE];
    char operand[PATH_SIZE];
    char library_operand[PATH_SIZE];
    bool is_quoted = shell_quote(identity->path, operand, sizeof operand) &&
                     shell_quote(file->path, library_operand, sizeof library_operand);
    (void)snprintf(text, KC_MESSAGE_MAX,
                   "\"%s\" runs code from \"%s\", which isn't the administrator's%s%s%s%s",
                   show(identity->path, path, sizeof path),
                   show(file->path, library, sizeof library),
                   is_quoted ? "; to allow it: keychain-auth allow " : "", is_quoted ? operand : "",
                   is_quoted ? " --library " : "", is_quoted ? library_operand : "");
}

void advise_unsupported(const struct policy_entry *entry, char text[KC_MESSAGE_MAX]) {
    char path[PATH_SIZE];
    (void)snprintf(text, KC_MESSAGE_MAX,
                   "the entry of \"%s\" has the key \"%s\", which this version can't check, so it "
                   "allows nothing",
                   show(policy_entry_path(entry), path, sizeof path),
                   policy_entry_unsupported(entry));
}

void advise_action(const struct policy_entry *entry, const struct request *request,
                   bool lacks_search, bool lacks_grant, char text[KC_MESSAGE_MAX]) {
    char path[PATH_SIZE];
    char what[NAME_SIZE];
    char command[COMMAND_SIZE];
    const char *word = kc_action_word(request->action);
    if (lacks_search && request->action != KC_ACTION_SEARCH) {
        (void)snprintf(what, sizeof what, "search, which a %s by prefix needs", word);
    } else {
        (void)snprintf(what, sizeof what, "%s anything", word);
    }
    (void)snprintf(text, KC_MESSAGE_MAX, "\"%s\" may not %s%s",
                   show(policy_entry_path(entry), path, sizeof path), what,
                   write_allow(entry, request, lacks_grant, lacks_search, command));
}

void advise_service(const struct policy_entry *entry, const struct request *request,
                    const char *target, char text[KC_MESSAGE_MAX]) {
    char path[PATH_SIZE];
    char what[WHAT_SIZE];
    char command[COMMAND_SIZE];
    describe(request, target, what);
    (void)snprintf(text, KC_MESSAGE_MAX, "\"%s\" may not %s %s%s",
                   show(policy_entry_path(entry), path, sizeof path),
                   kc_action_word(request->action), what,
                   write_allow(entry, request, true, false, command));
}
