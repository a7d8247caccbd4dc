/* SPDX-License-Identifier: MIT */
/*
 * The sentences of denials. Everything foreign is escaped and cut, except in the suggested
 * command: there it is quoted for the shell and whole, or there is no command, because a cut
 * path is another path.
 */
#include "daemon/advice.h"

#include "daemon/advice_internal.h"
#include "daemon/exchange.h"
#include "daemon/grant.h"
#include "daemon/policy.h"
#include "daemon/right.h"
#include "daemon/shell_quote.h"
#include "libkc/parse.h"

#include <stdio.h>
#include <string.h>

const char *advice_show(const char *text, char *buffer, size_t size) {
    return parse_escape(text, strlen(text), buffer, size);
}

void advice_describe(const struct request *request, const char *target,
                     char what[ADVICE_WHAT_SIZE]) {
    char service[ADVICE_NAME_SIZE];
    char name[ADVICE_NAME_SIZE];
    advice_show(request->service, service, sizeof service);
    if (target == NULL || target[0] == '\0') {
        (void)snprintf(what, ADVICE_WHAT_SIZE, "all of \"%s\"", service);
        return;
    }
    advice_show(target, name, sizeof name);
    (void)snprintf(what, ADVICE_WHAT_SIZE,
                   right_needs_search(request) ? "all of \"%s\" that begins with \"%s\""
                                               : "\"%s\" target \"%s\"",
                   service, name);
}

const char *advice_command(const struct advice_command *command, const struct request *request,
                           char buffer[ADVICE_COMMAND_SIZE]) {
    char spelling[GRANT_SERVICE_SIZE];
    char grant[ADVICE_COMMAND_SIZE] = "";
    buffer[0] = '\0';
    if (command->with_grant &&
        !shell_quote(grant_write_service(request->service, spelling), grant, sizeof grant)) {
        return buffer;
    }
    bool writes = request->action == KC_ACTION_WRITE || request->action == KC_ACTION_DELETE;
    const char *option = !command->with_grant ? "" : writes ? " --write " : " --read ";
    int length = snprintf(
        buffer, ADVICE_COMMAND_SIZE, "; to allow this: keychain-auth %s %s%s%s%s%s%s",
        command->verb, command->operand, option, grant, command->with_search ? " --search" : "",
        command->with_chain ? " --with-chain" : "", command->with_inline ? " --inline" : "");
    if (length < 0 || length >= ADVICE_COMMAND_SIZE) {
        buffer[0] = '\0';
    }
    return buffer;
}

bool advice_append(char text[KC_MESSAGE_MAX], const char *more) {
    size_t length = strlen(text);
    if (length + strlen(more) >= KC_MESSAGE_MAX) {
        return false;
    }
    memcpy(text + length, more, strlen(more) + 1);
    return true;
}

/* The command for an entry that exists; it goes by hash when its path can't be shown. */
static const char *write_allow(const struct policy_entry *entry, const struct request *request,
                               bool with_grant, bool with_search,
                               char buffer[ADVICE_COMMAND_SIZE]) {
    char operand[ADVICE_PATH_SIZE];
    if (!shell_quote(policy_entry_path(entry), operand, sizeof operand)) {
        (void)snprintf(operand, sizeof operand, "%.*s", ADVICE_DIGITS, policy_entry_hash(entry));
    }
    const struct advice_command command = {
        .verb = "allow", .operand = operand, .with_grant = with_grant, .with_search = with_search};
    return advice_command(&command, request, buffer);
}

void advise_administrator(const struct identity *identity, const struct request *request,
                          char text[KC_MESSAGE_MAX]) {
    char path[ADVICE_PATH_SIZE];
    if (request->action == KC_ACTION_READ) {
        (void)snprintf(text, KC_MESSAGE_MAX, "administration never returns a value");
    } else {
        (void)snprintf(text, KC_MESSAGE_MAX,
                       "\"%s\" may not administer; that is for the program keychain-auth",
                       advice_show(identity->path, path, sizeof path));
    }
}

/* `asked`: it waits for approval now, by its hash. Else it can only be registered. */
static void write_unregistered(const struct policy *policy, const struct identity *identity,
                               const struct request *request, bool asked,
                               char text[KC_MESSAGE_MAX]) {
    char path[ADVICE_PATH_SIZE];
    char operand[ADVICE_PATH_SIZE];
    char digits[ADVICE_DIGITS + 1];
    char command[ADVICE_COMMAND_SIZE] = "";
    bool is_quoted = shell_quote(identity->path, operand, sizeof operand);
    (void)snprintf(digits, sizeof digits, "%.*s", ADVICE_DIGITS, identity->hash);
    advice_show(identity->path, path, sizeof path);

    if (policy_has_another(policy, identity->path, identity->hash)) {
        (void)snprintf(text, KC_MESSAGE_MAX,
                       "\"%s\" (sha256 %s…) is not what was registered under this path%s%s", path,
                       digits,
                       is_quoted ? "; if you know why it changed: keychain-auth upgrade " : "",
                       is_quoted ? operand : "");
        return;
    }
    char what[ADVICE_WHAT_SIZE];
    advice_describe(request, request->target_count > 0 ? request->targets[0] : NULL, what);
    if (asked || is_quoted) {
        const struct advice_command wanted = {.verb = asked ? "approve" : "register",
                                              .operand = asked ? digits : operand,
                                              .with_grant = true,
                                              .with_search = right_needs_search(request)};
        (void)advice_command(&wanted, request, command);
    }
    (void)snprintf(text, KC_MESSAGE_MAX, "\"%s\" (sha256 %s…) is not registered and may not %s %s",
                   path, digits, kc_action_word(request->action), what);
    (void)advice_append(text, command);
}

void advise_unregistered(const struct policy *policy, const struct identity *identity,
                         const struct request *request, const char *obstacle,
                         char text[KC_MESSAGE_MAX]) {
    write_unregistered(policy, identity, request, obstacle == NULL, text);
    if (obstacle != NULL && advice_append(text, "; it can't be approved: ")) {
        (void)advice_append(text, obstacle);
    }
}

void advise_unasked(const struct policy *policy, const struct identity *identity,
                    const struct request *request, char text[KC_MESSAGE_MAX]) {
    write_unregistered(policy, identity, request, false, text);
}

void advise_trouble(const struct identity *identity, const struct request *request,
                    char text[KC_MESSAGE_MAX]) {
    char path[ADVICE_PATH_SIZE];
    (void)snprintf(
        text, KC_MESSAGE_MAX, "\"%s\" (pid %llu) asked to %s and can't be trusted: %.512s",
        identity->path != NULL && identity->path[0] != '\0'
            ? advice_show(identity->path, path, sizeof path)
            : "a program that can't be seen",
        (unsigned long long)identity->pid, kc_action_word(request->action), identity->why);
}

void advise_jit(const struct identity *identity, char text[KC_MESSAGE_MAX]) {
    char path[ADVICE_PATH_SIZE];
    char operand[ADVICE_PATH_SIZE];
    bool is_quoted = shell_quote(identity->path, operand, sizeof operand);
    (void)snprintf(text, KC_MESSAGE_MAX,
                   "\"%s\" makes code as it runs, which nobody can vouch "
                   "for%s%s%s",
                   advice_show(identity->path, path, sizeof path),
                   is_quoted ? "; to allow it all the same: keychain-auth allow " : "",
                   is_quoted ? operand : "", is_quoted ? " --jit" : "");
}

void advise_library(const struct identity *identity, const struct identity_file *file,
                    char text[KC_MESSAGE_MAX]) {
    char path[ADVICE_PATH_SIZE];
    char library[ADVICE_PATH_SIZE];
    char operand[ADVICE_PATH_SIZE];
    char library_operand[ADVICE_PATH_SIZE];
    bool is_quoted = shell_quote(identity->path, operand, sizeof operand) &&
                     shell_quote(file->path, library_operand, sizeof library_operand);
    (void)snprintf(text, KC_MESSAGE_MAX,
                   "\"%s\" runs code from \"%s\", which isn't the administrator's%s%s%s%s",
                   advice_show(identity->path, path, sizeof path),
                   advice_show(file->path, library, sizeof library),
                   is_quoted ? "; to allow it: keychain-auth allow " : "", is_quoted ? operand : "",
                   is_quoted ? " --library " : "", is_quoted ? library_operand : "");
}

void advise_script(const struct policy_entry *entry, char text[KC_MESSAGE_MAX]) {
    char path[ADVICE_PATH_SIZE];
    (void)snprintf(text, KC_MESSAGE_MAX,
                   "the entry of \"%s\" is a script's, and no program may use it",
                   advice_show(policy_entry_path(entry), path, sizeof path));
}

void advise_action(const struct policy_entry *entry, const struct request *request,
                   bool lacks_search, bool lacks_grant, char text[KC_MESSAGE_MAX]) {
    char path[ADVICE_PATH_SIZE];
    char what[ADVICE_NAME_SIZE];
    char command[ADVICE_COMMAND_SIZE];
    const char *word = kc_action_word(request->action);
    if (lacks_search && request->action != KC_ACTION_SEARCH) {
        (void)snprintf(what, sizeof what, "search, which a %s by prefix needs", word);
    } else {
        (void)snprintf(what, sizeof what, "%s anything", word);
    }
    (void)snprintf(text, KC_MESSAGE_MAX, "\"%s\" may not %s%s",
                   advice_show(policy_entry_path(entry), path, sizeof path), what,
                   write_allow(entry, request, lacks_grant, lacks_search, command));
}

void advise_service(const struct policy_entry *entry, const struct request *request,
                    const char *target, char text[KC_MESSAGE_MAX]) {
    char path[ADVICE_PATH_SIZE];
    char what[ADVICE_WHAT_SIZE];
    char command[ADVICE_COMMAND_SIZE];
    advice_describe(request, target, what);
    (void)snprintf(text, KC_MESSAGE_MAX, "\"%s\" may not %s %s%s",
                   advice_show(policy_entry_path(entry), path, sizeof path),
                   kc_action_word(request->action), what,
                   write_allow(entry, request, true, false, command));
}
