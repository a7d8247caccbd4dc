/* SPDX-License-Identifier: MIT */
/*
 * A made-up request of a real process, put to the authoriser itself. A shell never asks; what runs
 * below it does, through a helper, so of a shell of ours that is what is explained.
 */
#include "daemon/admin/explain_chain.h"

#include "daemon/admin/colour.h"
#include "daemon/admin/findings.h"
#include "daemon/admin/print.h"
#include "daemon/admin/question.h"
#include "daemon/admin/say.h"
#include "daemon/admin/tree.h"
#include "daemon/admin/walked.h"
#include "daemon/advice.h"
#include "daemon/authorise.h"
#include "daemon/exchange.h"
#include "daemon/policy.h"
#include "platform/self.h"

#include <jansson.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct scene {
    const struct policy *policy;
    struct identity identity;
    struct chain chain; /* what the identity has, or a part of it */
    struct decision decision;
    bool is_made_up;     /* it is a helper that nobody runs */
    bool asks_for_chain; /* else the processes above don't matter */
};

static void set_hash(char hash[HASH_TEXT_SIZE], const char *text) {
    (void)snprintf(hash, HASH_TEXT_SIZE, "%s", text);
}

/* What the daemon would refuse before it looked at any right. An unregistered program is refused
 * for that, whatever code it makes. */
static void find_trouble(const struct policy *policy, const struct findings *findings,
                         struct identity *identity) {
    bool is_known = policy_find(policy, identity->path, identity->hash) != NULL;
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        bool is_entrys =
            strcmp(finding->check, "jit") == 0 || strcmp(finding->check, "library") == 0;
        if (finding->result == FINDING_FAILED && strcmp(finding->check, "entry") != 0 &&
            (is_known || !is_entrys)) {
            identity->trouble = KC_REASON_UNTRUSTED_PROCESS;
            (void)snprintf(identity->why, sizeof identity->why, "%.*s", KC_MESSAGE_MAX - 1,
                           finding->fact);
            return;
        }
    }
}

/* The first in the file; the program whose rule is to be shown doesn't matter. */
static const struct policy_entry *find_helper(const struct policy *policy) {
    for (size_t i = 0; i < policy_count(policy); i++) {
        const struct policy_entry *entry = policy_at(policy, i);
        if (policy_entry_is_helper(entry)) {
            return entry;
        }
    }
    return NULL;
}

/* When the process is above this very command, it is a link of our own chain, and what it would be
 * for a helper below it is known. */
static enum kc_error imagine_helper(const struct chain *own, uint64_t pid, struct scene *scene) {
    const struct policy_entry *helper = find_helper(scene->policy);
    size_t index = 0;
    while (index < own->count && own->links[index].pid != pid) {
        index++;
    }
    if (helper == NULL || index == own->count) {
        return KC_NOT_FOUND;
    }
    scene->chain = *own;
    scene->chain.links += index;
    scene->chain.count -= index;
    scene->identity = (struct identity){.path = (char *)policy_entry_path(helper), .pid = pid};
    set_hash(scene->identity.hash, policy_entry_hash(helper));
    scene->is_made_up = true;
    return chain_name(&scene->chain, scene->identity.path, scene->identity.hash);
}

static void decide(struct question *question, struct scene *scene) {
    struct request request = question_request(question);
    struct exchange exchange = {.identity = &scene->identity, .request = &request};
    scene->asks_for_chain = authorise_needs_chain(scene->policy, &scene->identity);
    scene->identity.chain = &scene->chain;
    authorise_exchange(scene->policy, "", &exchange);
    if (exchange.decision.reason == KC_REASON_UNREGISTERED_BINARY) {
        exchange.decision.is_pending = false;
        advise_unasked(scene->policy, &scene->identity, &request, exchange.decision.message);
    }
    scene->decision = exchange.decision;
}

static void judge(struct question *question, const struct scene *scene,
                  struct remarks *ret_remarks) {
    struct request request = question_request(question);
    struct exchange exchange = {.identity = &scene->identity, .request = &request};
    *ret_remarks = (struct remarks){0};
    if (scene->asks_for_chain) {
        remarks_judge(scene->policy, &exchange, ret_remarks);
    }
}

static void print_scene(const struct scene *scene, const struct remarks *remarks) {
    const struct decision *decision = &scene->decision;
    struct shown shown;
    bool is_allowed = decision->verdict == VERDICT_ALLOWED;
    (void)printf("%s%s%s%s%s\n", colour_good_or_bad(is_allowed), is_allowed ? "allowed" : "denied",
                 colour_end(), is_allowed ? "" : "  ", kc_reason_word(decision->reason));
    if (decision->message[0] != '\0') {
        (void)printf("why      %s\n", decision->message);
    }
    if (decision->is_pending) {
        (void)puts("note     approve knows it once it was really denied: see list-pending");
    }
    if (find_helper(scene->policy) == NULL) {
        (void)puts("note     no helper is registered; the daemon does that when it first starts");
    }
    (void)printf("program  \"%s\"", say_show(scene->identity.path, &shown));
    if (scene->is_made_up) {
        (void)printf(", if pid %" PRIu64 " ran it\n", scene->identity.pid);
    } else {
        (void)printf(" (pid %" PRIu64 ", sha256 %.8s)%s\n", scene->identity.pid,
                     scene->identity.hash,
                     scene->asks_for_chain ? "" : ", which asks for itself: nobody above is asked");
    }
    tree_print(&scene->chain, remarks, true);
}

static json_t *scene_to_json(const struct question *question, const struct scene *scene,
                             const struct remarks *remarks) {
    const struct decision *decision = &scene->decision;
    bool is_allowed = decision->verdict == VERDICT_ALLOWED;
    return json_pack("{s:s, s:s, s:s, s:I, s:o, s:s, s:b, s:s, s:o, s:o*, s:b, s:s, s:s, s:o}",
                     "decision", is_allowed ? "allowed" : "denied", "reason",
                     kc_reason_word(decision->reason), "message", decision->message, "pid",
                     (json_int_t)scene->identity.pid, "path", print_text(scene->identity.path),
                     "hash", scene->identity.hash, "imagined", (int)scene->is_made_up, "action",
                     kc_action_word(question->action), "service", print_text(question->service),
                     "target", question->target == NULL ? NULL : print_text(question->target),
                     "chain_counts", (int)scene->asks_for_chain, "id", scene->chain.id, "end",
                     chain_end_word(scene->chain.end), "links",
                     tree_to_json(&scene->chain, remarks));
}

static enum exit_code show(const struct options *options, struct question *question,
                           struct scene *scene) {
    struct remarks remarks;
    decide(question, scene);
    judge(question, scene, &remarks);
    if (options_flag(options, "json", false)) {
        enum exit_code code = print_json(scene_to_json(question, scene, &remarks));
        if (code != EXIT_DONE) {
            return code;
        }
    } else {
        print_scene(scene, &remarks);
    }
    return scene->decision.verdict == VERDICT_ALLOWED ? EXIT_DONE : EXIT_NO;
}

static enum exit_code say_unseen(uint64_t pid, enum kc_error error) {
    say("process %" PRIu64 " can't be looked at; see keychain-auth explain %" PRIu64, pid, pid);
    return error == KC_NO_MEMORY ? EXIT_FAULT : EXIT_NO;
}

/* As it is: who it is, what is wrong with it, and who is above. */
static enum exit_code explain_itself(const struct options *options, struct question *question,
                                     const struct findings *findings, struct scene *scene) {
    KC_AUTO(walked) walked = NULL;
    enum kc_error error =
        walked_new(findings->pid, scene->identity.path, scene->identity.hash, &walked);
    if (error != KC_OK) {
        return say_unseen(findings->pid, error);
    }
    scene->chain = *walked->chain;
    find_trouble(scene->policy, findings, &scene->identity);
    return show(options, question, scene);
}

enum exit_code explain_chain(const struct options *options, const struct policy *policy,
                             uint64_t pid) {
    KC_AUTO(findings) findings = NULL;
    KC_AUTO(walked) own = NULL;
    struct question question;
    struct scene scene = {.policy = policy};
    enum exit_code code = question_read(options, 0, &question);
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = findings_new(pid, policy, &findings);
    if (error != KC_OK || findings->path == NULL) {
        return say_unseen(pid, error);
    }
    scene.identity = (struct identity){.path = findings->path, .pid = pid};
    set_hash(scene.identity.hash, findings->hash);
    if (!authorise_needs_chain(policy, &scene.identity) &&
        walked_new(self_number(), "", "", &own) == KC_OK &&
        imagine_helper(own->chain, pid, &scene) == KC_OK) {
        return show(options, &question, &scene);
    }
    return explain_itself(options, &question, findings, &scene);
}
