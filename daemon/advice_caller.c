/* SPDX-License-Identifier: MIT */
/*
 * What is said of a chain that may not: the process that spoiled it, what it lacks, and the command
 * that would allow it. What no command can allow is said, too.
 */
#include "daemon/advice_internal.h"
#include "daemon/caller_internal.h"
#include "daemon/chain.h"
#include "daemon/exchange.h"
#include "daemon/policy.h"
#include "daemon/right.h"
#include "daemon/shell_quote.h"

#include <stdio.h>
#include <string.h>

/* Two paths of a process, one of the program that asks, and what it asks for fit a message. */
#define LINK_PATH_SIZE 112
#define SUBJECT_SIZE   320

const char *link_verdict_text(enum link_verdict verdict) {
    switch (verdict) {
    case LINK_HOLDS:
        return "has the right";
    case LINK_HANDS_ON:
        return "is a launcher";
    case LINK_SPEAKS:
        return "is a helper and speaks for those above it";
    case LINK_NOT_ASKED:
        return "isn't asked (caller_rule \"nearest\")";
    case LINK_UNREGISTERED:
        return "is not registered";
    case LINK_LACKS_RIGHT:
        return "is registered without this right";
    case LINK_LACKS_INLINE:
        return "is registered, but not for code without a name (\"inline\")";
    case LINK_LACKS_HANDS:
        return "is registered with \"interactive\": false";
    case LINK_ODD_SCRIPT:
        return "is run by another interpreter than its entry names";
    case LINK_LACKS_ROOT:
        return "is where the session begins, but not registered as a session root";
    case LINK_CANT_BE_TOLD:
        break;
    }
    return "can't be looked at";
}

/* The process as a person would name it. */
static void name_link(const struct chain_link *link, char subject[SUBJECT_SIZE]) {
    char path[LINK_PATH_SIZE];
    char script[LINK_PATH_SIZE];
    unsigned long long pid = (unsigned long long)link->pid;
    advice_show(link->path, path, sizeof path);
    switch (link->kind) {
    case LINK_SCRIPT:
        (void)snprintf(subject, SUBJECT_SIZE, "the script \"%s\" (\"%s\", pid %llu)",
                       advice_show(link->script, script, sizeof script), path, pid);
        return;
    case LINK_INLINE:
        (void)snprintf(subject, SUBJECT_SIZE, "\"%s\" with code that has no name (pid %llu)", path,
                       pid);
        return;
    case LINK_INTERACTIVE:
        (void)snprintf(subject, SUBJECT_SIZE, "\"%s\" at a terminal (pid %llu)", path, pid);
        return;
    case LINK_BINARY:
    case LINK_UNKNOWN:
        break;
    }
    (void)snprintf(subject, SUBJECT_SIZE,
                   path[0] != '\0' ? "\"%s\" (pid %llu)" : "%sa process (pid %llu)", path, pid);
}

enum standing { STANDS_NOWHERE, STANDS_CHANGED, STANDS_AS_ANOTHER };

/* What the policy knows of a process that has no entry: its path with another hash, or its file as
 * something else (a script that was registered as a program). */
static enum standing find_standing(const struct policy *policy, const struct chain_link *link) {
    const char *path = chain_link_path(link);
    const char *hash = chain_link_hash(link);
    if (policy_find(policy, path, hash) != NULL) {
        return STANDS_AS_ANOTHER;
    }
    return policy_has_another(policy, path, hash) ? STANDS_CHANGED : STANDS_NOWHERE;
}

static const char *unregistered_text(enum standing standing) {
    switch (standing) {
    case STANDS_CHANGED:
        return "is not what was registered under this path";
    case STANDS_AS_ANOTHER:
        return "is registered, but as what it isn't: a program as a script, or a script as a "
               "program";
    case STANDS_NOWHERE:
        break;
    }
    return link_verdict_text(LINK_UNREGISTERED);
}

/* ", so "/usr/bin/kcget" may not read "aws" target "x"" */
static void say_consequence(const struct exchange *exchange, char text[KC_MESSAGE_MAX]) {
    const struct request *request = exchange->request;
    char path[LINK_PATH_SIZE];
    char what[ADVICE_WHAT_SIZE];
    char more[SUBJECT_SIZE + ADVICE_WHAT_SIZE];
    advice_describe(request, request->target_count > 0 ? request->targets[0] : NULL, what);
    (void)snprintf(more, sizeof more, ", so \"%s\" may not %s %s",
                   advice_show(exchange->identity->path, path, sizeof path),
                   kc_action_word(request->action), what);
    (void)advice_append(text, more);
}

static void say_approve(const struct exchange *exchange, const struct review *review,
                        char text[KC_MESSAGE_MAX]) {
    char digits[ADVICE_DIGITS + 1];
    char buffer[ADVICE_COMMAND_SIZE];
    const struct advice_command command = {.verb = "approve",
                                           .operand = digits,
                                           .with_grant = true,
                                           .with_search = right_needs_search(exchange->request),
                                           .with_chain = !review->is_nearest,
                                           .with_inline = review->needs_inline};
    (void)snprintf(digits, sizeof digits, "%.*s", ADVICE_DIGITS, exchange->identity->chain->id);
    (void)advice_append(text, advice_command(&command, exchange->request, buffer));
}

/* "; BEFORE: keychain-auth VERB PATH", when the path can be shown whole. */
static void say_command(const char *before, const char *verb, const char *path,
                        char text[KC_MESSAGE_MAX]) {
    char operand[ADVICE_PATH_SIZE];
    char more[ADVICE_COMMAND_SIZE];
    if (shell_quote(path, operand, sizeof operand)) {
        (void)snprintf(more, sizeof more, "; %s: keychain-auth %s %s", before, verb, operand);
        (void)advice_append(text, more);
    }
}

/* Why no approval helps. */
static void say_obstacle(const struct exchange *exchange, const struct review *review,
                         char text[KC_MESSAGE_MAX]) {
    const struct chain *chain = exchange->identity->chain;
    char subject[SUBJECT_SIZE];
    char more[KC_MESSAGE_MAX];
    if (review->spoiler < chain->count && review->verdict == LINK_LACKS_HANDS) {
        say_command("if you don't mean that any more", "allow --interactive",
                    chain_link_path(&chain->links[review->spoiler]), text);
        return;
    }
    if (review->obstacle < chain->count && review->obstacle != review->spoiler) {
        name_link(&chain->links[review->obstacle], subject);
        (void)snprintf(more, sizeof more, "; it can't be approved: %s %s", subject,
                       link_verdict_text(review->obstacle_verdict));
    } else if (review->obstacle < chain->count || review->flaw == REVIEW_DOUBT) {
        (void)snprintf(more, sizeof more, "; it can't be approved");
    } else if (chain->end == CHAIN_END_DOUBT) {
        (void)snprintf(more, sizeof more, "; it can't be approved: %s",
                       chain->why != NULL ? chain->why : "what is above can't be told");
    } else if (review->caller < chain->count && review->unlisted != NULL) {
        (void)snprintf(more, sizeof more, "; it can't be approved: %s", review->unlisted);
    } else {
        (void)snprintf(more, sizeof more, "%s",
                       review->flaw == REVIEW_ALONE ? ""
                                                    : "; nobody is there who could be approved");
    }
    (void)advice_append(text, more);
}

/* Whether an odd script's entry has the interpreter that runs it, which then is odd itself. */
static bool names_interpreter(const struct policy *policy, const struct chain_link *link) {
    return strcmp(policy_entry_interpreter(caller_entry(policy, link)), link->path) == 0;
}

/* The first process that doesn't pass, and what it lacks. */
static void name_spoiler(const struct policy *policy, const struct chain_link *link,
                         enum link_verdict verdict, char text[KC_MESSAGE_MAX]) {
    char subject[SUBJECT_SIZE];
    const char *lacks = link_verdict_text(verdict);
    name_link(link, subject);
    if (verdict == LINK_UNREGISTERED) {
        lacks = unregistered_text(find_standing(policy, link));
    } else if (verdict == LINK_ODD_SCRIPT && names_interpreter(policy, link)) {
        lacks = "is run by an interpreter that is neither the administrator's nor registered";
    }
    (void)snprintf(text, KC_MESSAGE_MAX, "%s %s", subject, lacks);
    if (verdict == LINK_CANT_BE_TOLD && link->why != NULL) {
        (void)advice_append(text, ": ");
        (void)advice_append(text, link->why);
    }
}

/* An entry has one interpreter. */
static void say_interpreter(const struct chain_link *link, char text[KC_MESSAGE_MAX]) {
    char script[ADVICE_PATH_SIZE];
    char interpreter[ADVICE_PATH_SIZE];
    char more[2 * ADVICE_PATH_SIZE + 96];
    if (shell_quote(link->script, script, sizeof script) &&
        shell_quote(link->path, interpreter, sizeof interpreter)) {
        (void)snprintf(more, sizeof more,
                       "; if this one is to run it instead: keychain-auth register %s "
                       "--interpreter %s",
                       script, interpreter);
        (void)advice_append(text, more);
    }
}

/* What would allow the process that spoiled it; most often, to approve the chain. */
static void say_remedy(const struct policy *policy, const struct exchange *exchange,
                       const struct review *review, char text[KC_MESSAGE_MAX]) {
    const struct chain_link *link = &exchange->identity->chain->links[review->spoiler];
    enum standing standing =
        review->verdict == LINK_UNREGISTERED ? find_standing(policy, link) : STANDS_NOWHERE;
    if (standing == STANDS_CHANGED) {
        say_command("if you know why it changed", "upgrade", chain_link_path(link), text);
    } else if (standing == STANDS_AS_ANOTHER) {
        say_command("to approve it anew, first", "unregister", chain_link_path(link), text);
    } else if (review->verdict == LINK_ODD_SCRIPT && !names_interpreter(policy, link)) {
        say_interpreter(link, text);
    } else if (link->kind == LINK_SCRIPT && policy_has_another(policy, link->path, link->hash)) {
        /* Which approve wouldn't touch. */
        say_command("its interpreter changed; if you know why", "upgrade", link->path, text);
    } else {
        say_approve(exchange, review, text);
    }
}

/* Below the first process there is no telling who was born there and who was left there. */
static void say_alone(const struct chain *chain, char text[KC_MESSAGE_MAX]) {
    const char *sentence = "nobody of this user is above it, helpers aside";
    if (chain->count == 0 && chain->end == CHAIN_END_FIRST) {
        sentence = "only the first process is above it: an orphan, or a container without an init "
                   "(docker run --init)";
    } else if (chain->count == 0 && chain->end != CHAIN_END_OTHER) {
        sentence = "nobody is above it: an orphan";
    }
    (void)snprintf(text, KC_MESSAGE_MAX, "%s", sentence);
}

static void say_doubt(const struct chain *chain, char text[KC_MESSAGE_MAX]) {
    (void)snprintf(text, KC_MESSAGE_MAX, "who is above it can't be told%s%.256s",
                   chain->why != NULL ? ": " : "", chain->why != NULL ? chain->why : "");
}

static void say_powerless(const struct exchange *exchange, const struct review *review,
                          char text[KC_MESSAGE_MAX]) {
    char subject[SUBJECT_SIZE];
    name_link(&exchange->identity->chain->links[review->caller], subject);
    (void)snprintf(text, KC_MESSAGE_MAX,
                   "%s hands rights on, but neither it nor anybody above has this one", subject);
}

void advise_caller(const struct policy *policy, const struct exchange *exchange,
                   const struct review *review, char text[KC_MESSAGE_MAX]) {
    const struct chain *chain = exchange->identity->chain;
    char path[LINK_PATH_SIZE];
    switch (review->flaw) {
    case REVIEW_LINK:
        name_spoiler(policy, &chain->links[review->spoiler], review->verdict, text);
        break;
    case REVIEW_DOUBT:
        say_doubt(chain, text);
        break;
    case REVIEW_ALONE:
        say_alone(chain, text);
        break;
    case REVIEW_POWERLESS:
        say_powerless(exchange, review, text);
        break;
    case REVIEW_NOT_LOOKED:
    case REVIEW_SOUND:
        (void)snprintf(text, KC_MESSAGE_MAX,
                       "nobody looked at who is above \"%s\": the policy was changed since it "
                       "connected; connect anew",
                       advice_show(exchange->identity->path, path, sizeof path));
        return;
    }
    say_consequence(exchange, text);
    if (!review->is_approvable) {
        say_obstacle(exchange, review, text);
    } else if (review->flaw == REVIEW_LINK) {
        say_remedy(policy, exchange, review, text);
    } else {
        say_approve(exchange, review, text);
    }
}

void advise_unaccompanied(const struct policy_entry *entry, char text[KC_MESSAGE_MAX]) {
    char path[ADVICE_PATH_SIZE];
    const char *what = "has the right, but asks that those above it may, too";
    if (policy_entry_interpreter(entry) != NULL) {
        what = "is a script, which counts above the helpers that it runs";
    } else if (policy_entry_is_helper(entry)) {
        what = "is a helper and speaks for its caller";
    }
    (void)snprintf(text, KC_MESSAGE_MAX, "\"%s\" %s; see keychain-auth explain --pid",
                   advice_show(policy_entry_path(entry), path, sizeof path), what);
}
