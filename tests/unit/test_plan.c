/* SPDX-License-Identifier: MIT */
/*
 * What an approval registers: enough for the judge, nothing that the judge doesn't need, the
 * rights last, and nothing at all where a part can't be approved.
 * links: daemon/admin/plan.c daemon/caller.c daemon/advice_caller.c daemon/advice.c daemon/right.c
 * links: daemon/shell_quote.c daemon/policy.c daemon/policy_entry.c daemon/grant.c kc_static
 * links: daemon/pending_links.c daemon/chain_words.c -ljansson
 */
#include "daemon/admin/plan.h"
#include "daemon/caller.h"
#include "daemon/exchange.h"
#include "daemon/policy.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define DIGITS_A                   "aaaaaaaaaaaaaaaa"
#define DIGITS_B                   "bbbbbbbbbbbbbbbb"
#define HASH_A                     DIGITS_A DIGITS_A DIGITS_A DIGITS_A
#define HASH_B                     DIGITS_B DIGITS_B DIGITS_B DIGITS_B

#define ENTRY_OF(path, hash, more) "{\"path\":\"" path "\",\"hash\":\"" hash "\"" more "},"
#define ENTRY(path, more)          ENTRY_OF(path, HASH_A, more)
#define READS                      ",\"allowed_read_services\":[\"aws\"]"
#define HANDS_ON                   ",\"launcher\":true"
#define ROOT                       ",\"session_root\":true"
#define KCGET                      ENTRY("/kcget", ",\"helper\":true")

#define TEXT_SIZE                  8192

struct stage {
    char words[256];
    struct chain_link links[CHAIN_LINKS_MAX];
    struct chain chain;
    struct identity identity;
    char *targets[1];
    struct request request;
    struct exchange exchange;
    struct plan plan;
};

/* b: a binary; i: interactive; c: code without a name; u: unknown; s: a script that a trusted /sh
 * runs, S: one that another's /sh runs. */
static struct chain_link link_of(char *word) {
    static char shell[] = "/sh";
    struct chain_link link = {.hash = HASH_A, .path = word + 2, .is_vouched = word[0] == 's'};
    link.kind = word[0] == 'b'   ? LINK_BINARY
                : word[0] == 'i' ? LINK_INTERACTIVE
                : word[0] == 'c' ? LINK_INLINE
                : word[0] == 'u' ? LINK_UNKNOWN
                                 : LINK_SCRIPT;
    if (link.kind == LINK_SCRIPT) {
        link.path = shell;
        link.script = word + 2;
        memcpy(link.script_hash, HASH_A, sizeof HASH_A);
    }
    return link;
}

static void set(struct stage *stage, const char *words, enum chain_end end) {
    memset(stage, 0, sizeof *stage);
    (void)snprintf(stage->words, sizeof stage->words, "%s", words);
    for (char *word = stage->words; *word != '\0';) {
        size_t length = strcspn(word, " ");
        bool is_last = word[length] == '\0';
        word[length] = '\0';
        stage->links[stage->chain.count++] = link_of(word);
        word += is_last ? length : length + 1;
    }
    static char path[] = "/kcget";
    static char service[] = "aws";
    static char target[] = "key";
    stage->chain.links = stage->links;
    stage->chain.end = end;
    stage->identity = (struct identity){.path = path, .hash = HASH_A, .chain = &stage->chain};
    stage->targets[0] = target;
    stage->request = (struct request){.type = KC_TYPE_REQUEST,
                                      .action = KC_ACTION_READ,
                                      .service = service,
                                      .target_count = 1,
                                      .targets = stage->targets};
    stage->exchange = (struct exchange){.identity = &stage->identity, .request = &stage->request};
}

static struct policy *policy_of(const char *rule, const char *entries) {
    static char text[2 * TEXT_SIZE];
    struct policy *policy = NULL;
    char why[KC_MESSAGE_MAX] = "";
    (void)snprintf(text, sizeof text,
                   "{\"caller_rule\":\"%s\",\"registered_binaries\":[%s" KCGET
                   "{\"path\":\"/end\",\"hash\":\"" HASH_A "\"}]}",
                   rule, entries);
    if (policy_parse(text, strlen(text), &policy, why) != KC_OK) {
        fail_msg("%s in %s", why, text);
    }
    return policy;
}

/* "/term:LR /sh:*I": the flags, and a star for who gets the rights. */
static void describe(const struct plan *plan, char *text) {
    text[0] = '\0';
    for (size_t i = 0; i < plan->count; i++) {
        const struct step *step = &plan->steps[i];
        size_t length = strlen(text);
        (void)snprintf(text + length, TEXT_SIZE - length, "%s%s:%s%s%s%s%s", i == 0 ? "" : " ",
                       step->path, step->is_caller ? "*" : "",
                       step->flags[CONFIG_LAUNCHER] == CONFIG_SET ? "L" : "",
                       step->flags[CONFIG_SESSION_ROOT] == CONFIG_SET ? "R" : "",
                       step->flags[CONFIG_INLINE] == CONFIG_SET ? "I" : "",
                       step->interpreter != NULL ? "S" : "");
    }
}

/* What is planned for that chain; `text` gets the steps. */
static enum plan_verdict plan_for(const struct policy *policy, struct stage *stage,
                                  const struct plan_wish *wish, char *text) {
    enum plan_verdict verdict = plan_approval(policy, &stage->exchange, wish, &stage->plan);
    describe(&stage->plan, text);
    return verdict;
}

/* The entries that the plan makes, in front of those that were there: for new ones only. */
static void carry_out(const struct plan *plan, const char *entries, char *text) {
    text[0] = '\0';
    for (size_t i = 0; i < plan->count; i++) {
        const struct step *step = &plan->steps[i];
        char interpreter[64] = "";
        size_t length = strlen(text);
        if (step->interpreter != NULL) {
            (void)snprintf(interpreter, sizeof interpreter, ",\"interpreter\":\"%s\"",
                           step->interpreter);
        }
        (void)snprintf(
            text + length, TEXT_SIZE - length, "{\"path\":\"%s\",\"hash\":\"%s\"%s%s%s%s%s},",
            step->path, step->hash, step->is_caller ? READS : "",
            step->flags[CONFIG_LAUNCHER] == CONFIG_SET ? HANDS_ON : "",
            step->flags[CONFIG_SESSION_ROOT] == CONFIG_SET ? ROOT : "",
            step->flags[CONFIG_INLINE] == CONFIG_SET ? ",\"inline\":true" : "", interpreter);
    }
    size_t length = strlen(text);
    (void)snprintf(text + length, TEXT_SIZE - length, "%s", entries);
}

#define ALONE \
    { .with_rights = true }
#define CHAIN \
    { .with_chain = true, .with_rights = true }
#define INLINE \
    { .with_chain = true, .with_rights = true, .with_inline = true }

static void test_plan_is_enough_for_the_judge_and_no_more(void **state) {
    (void)state;
    static const struct {
        const char *chain;
        enum chain_end end;
        struct plan_wish wish;
        const char *entries;
        const char *steps;
    } rows[] = {
        {"i:/bash b:/term", CHAIN_END_FIRST, CHAIN, "", "/term:LR /bash:*"},
        {"i:/bash b:/term", CHAIN_END_MANAGER, CHAIN, "", "/term:LR /bash:*"},
        {"i:/bash b:/login", CHAIN_END_OTHER, CHAIN, "", "/login:L /bash:*"},
        {"i:/bash", CHAIN_END_FIRST, CHAIN, "", "/bash:*R"},
        {"i:/bash", CHAIN_END_OTHER, ALONE, "", "/bash:*"},
        {"s:/deploy i:/bash", CHAIN_END_OTHER, CHAIN, "", "/bash:L /deploy:*S"},
        {"S:/deploy i:/bash", CHAIN_END_OTHER, CHAIN, "", "/sh: /bash:L /deploy:*S"},
        {"c:/sh b:/node", CHAIN_END_OTHER, INLINE, "", "/node:L /sh:*I"},
        {"b:/tool c:/sh", CHAIN_END_OTHER, INLINE, "", "/sh:LI /tool:*"},
        /* The same program twice has one entry. */
        {"i:/bash b:/make i:/bash b:/term", CHAIN_END_FIRST, CHAIN, "", "/make:L /term:LR /bash:*"},
        /* What is there already isn't made again. */
        {"b:/tool i:/bash b:/term", CHAIN_END_FIRST, CHAIN,
         ENTRY("/bash", HANDS_ON) ENTRY("/term", HANDS_ON ROOT), "/tool:*"},
        {"b:/tool b:/other", CHAIN_END_OTHER, CHAIN, ENTRY("/other", READS), "/tool:*"},
        {"b:/kcget b:/tool", CHAIN_END_OTHER, CHAIN, "", "/tool:*"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static struct stage stage;
        static char text[TEXT_SIZE];
        char message[KC_MESSAGE_MAX] = "";
        bool is_pending = false;
        KC_AUTO(policy) before = policy_of("chain", rows[i].entries);
        set(&stage, rows[i].chain, rows[i].end);
        assert_int_equal(caller_judge(before, &stage.exchange, message, &is_pending),
                         KC_REASON_CALLER_NOT_ALLOWED);
        assert_int_equal(plan_for(before, &stage, &rows[i].wish, text), PLAN_READY);
        assert_string_equal(text, rows[i].steps);
        carry_out(&stage.plan, rows[i].entries, text);
        KC_AUTO(policy) after = policy_of("chain", text);
        assert_int_equal(caller_judge(after, &stage.exchange, message, &is_pending),
                         KC_REASON_NONE);
    }
}

static void test_plan_knows_an_interpreter_that_nobody_vouches_for(void **state) {
    (void)state;
    static struct stage stage;
    static const struct plan_wish wish = ALONE;
    char text[TEXT_SIZE];
    KC_AUTO(policy) none = policy_of("chain", "");
    set(&stage, "S:/deploy", CHAIN_END_OTHER);
    assert_int_equal(plan_for(none, &stage, &wish, text), PLAN_READY);
    assert_string_equal(text, "/sh: /deploy:*S");
    KC_AUTO(policy) known = policy_of("chain", ENTRY("/sh", ""));
    assert_int_equal(plan_for(known, &stage, &wish, text), PLAN_READY);
    assert_string_equal(text, "/deploy:*S");
}

static void test_plan_gives_a_program_that_is_known_only_what_it_lacks(void **state) {
    (void)state;
    static const struct {
        const char *chain;
        const char *entries;
        const char *steps;
    } rows[] = {
        {"b:/tool b:/term", ENTRY("/term", HANDS_ON), "/term:R /tool:*"},
        {"b:/tool b:/term", ENTRY("/term", ROOT), "/term:L /tool:*"},
        {"b:/tool b:/term", ENTRY("/term", READS), "/term:R /tool:*"},
        {"b:/tool c:/sh b:/term", ENTRY("/sh", READS) ENTRY("/term", HANDS_ON ROOT),
         "/sh:I /tool:*"},
        {"b:/tool b:/term", ENTRY("/tool", READS) ENTRY("/term", HANDS_ON ROOT), "/tool:*"},
    };
    static const struct plan_wish wish = INLINE;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static struct stage stage;
        char text[TEXT_SIZE];
        KC_AUTO(policy) policy = policy_of("chain", rows[i].entries);
        set(&stage, rows[i].chain, CHAIN_END_FIRST);
        assert_int_equal(plan_for(policy, &stage, &wish, text), PLAN_READY);
        assert_string_equal(text, rows[i].steps);
    }
}

static void test_plan_takes_only_the_nearest_where_only_it_counts(void **state) {
    (void)state;
    static struct stage stage;
    static const struct plan_wish wish = CHAIN;
    char text[TEXT_SIZE];
    KC_AUTO(policy) policy = policy_of("nearest", "");
    set(&stage, "i:/bash u:/odd b:/term", CHAIN_END_DOUBT);
    assert_int_equal(plan_for(policy, &stage, &wish, text), PLAN_READY);
    assert_string_equal(text, "/bash:*");
}

static void test_plan_without_rights_lets_the_caller_hand_on(void **state) {
    (void)state;
    static struct stage stage;
    static const struct plan_wish wish = {.with_chain = true};
    char text[TEXT_SIZE];
    KC_AUTO(policy) policy = policy_of("chain", "");
    set(&stage, "i:/bash b:/make i:/bash", CHAIN_END_OTHER);
    assert_int_equal(plan_for(policy, &stage, &wish, text), PLAN_READY);
    assert_string_equal(text, "/make:L /bash:*L");
}

static void test_plan_refuses_as_a_whole_and_says_whom(void **state) {
    (void)state;
    static const struct {
        const char *chain;
        enum chain_end end;
        struct plan_wish wish;
        const char *entries;
        enum plan_verdict verdict;
        size_t flaw;
    } rows[] = {
        {"", CHAIN_END_FIRST, CHAIN, "", PLAN_NOBODY, 0},
        {"b:/kcget", CHAIN_END_OTHER, CHAIN, "", PLAN_NOBODY, 0},
        {"u:/odd", CHAIN_END_OTHER, ALONE, "", PLAN_UNKNOWN, 0},
        {"b:/tool u:/odd", CHAIN_END_OTHER, INLINE, "", PLAN_UNKNOWN, 1},
        {"b:/tool", CHAIN_END_DOUBT, CHAIN, "", PLAN_DOUBT, 0},
        {"c:/sh", CHAIN_END_OTHER, ALONE, "", PLAN_INLINE, 0},
        {"b:/tool c:/sh", CHAIN_END_OTHER, CHAIN, "", PLAN_INLINE, 1},
        {"b:/tool c:/sh", CHAIN_END_OTHER, CHAIN, ENTRY("/sh", READS), PLAN_INLINE, 1},
        {"b:/tool i:/sh", CHAIN_END_OTHER, INLINE, ENTRY("/sh", ",\"interactive\":false"),
         PLAN_HANDS, 1},
        {"b:/tool", CHAIN_END_OTHER, CHAIN, ENTRY_OF("/tool", HASH_B, ""), PLAN_REPLACED, 0},
        {"s:/deploy", CHAIN_END_OTHER, CHAIN,
         ENTRY_OF("/deploy", HASH_B, ",\"interpreter\":\"/sh\""), PLAN_REPLACED, 0},
        {"s:/deploy", CHAIN_END_OTHER, CHAIN, ENTRY("/deploy", ",\"interpreter\":\"/dash\""),
         PLAN_INTERPRETER, 0},
        {"s:/deploy", CHAIN_END_OTHER, CHAIN, ENTRY("/deploy", ""), PLAN_OTHER_KIND, 0},
        {"b:/tool", CHAIN_END_OTHER, CHAIN, ENTRY("/tool", ",\"interpreter\":\"/sh\""),
         PLAN_OTHER_KIND, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static struct stage stage;
        KC_AUTO(policy) policy = policy_of("chain", rows[i].entries);
        set(&stage, rows[i].chain, rows[i].end);
        assert_int_equal(plan_approval(policy, &stage.exchange, &rows[i].wish, &stage.plan),
                         rows[i].verdict);
        assert_int_equal(stage.plan.flaw, rows[i].flaw);
        assert_true(strlen(plan_verdict_text(rows[i].verdict)) > 0);
    }
}

static void test_plan_leaves_the_others_alone_without_with_chain(void **state) {
    (void)state;
    static struct stage stage;
    static const struct plan_wish wish = ALONE;
    char text[TEXT_SIZE];
    KC_AUTO(policy) policy = policy_of("chain", "");
    set(&stage, "i:/bash c:/sh u:/odd", CHAIN_END_DOUBT);
    assert_int_equal(plan_for(policy, &stage, &wish, text), PLAN_READY);
    assert_string_equal(text, "/bash:*");
}

static void test_plan_trusts_the_programs_of_a_session_and_nothing_else(void **state) {
    (void)state;
    static const struct {
        const char *chain;
        enum chain_end end;
        const char *entries;
        enum plan_verdict verdict;
        const char *steps;
    } rows[] = {
        {"i:/bash b:/tmux", CHAIN_END_MANAGER, "", PLAN_READY, "/bash:L /tmux:LR"},
        {"i:/bash b:/sshd", CHAIN_END_OTHER, "", PLAN_READY, "/bash:L /sshd:L"},
        {"i:/bash", CHAIN_END_OTHER, ENTRY("/bash", HANDS_ON), PLAN_READY, ""},
        {"i:/bash", CHAIN_END_FIRST, ENTRY("/bash", HANDS_ON), PLAN_READY, "/bash:R"},
        {"i:/bash", CHAIN_END_FIRST, ENTRY("/bash", HANDS_ON ROOT), PLAN_READY, ""},
        /* Who has a right doesn't hand on the others. */
        {"i:/bash", CHAIN_END_OTHER, ENTRY("/bash", READS), PLAN_READY, "/bash:L"},
        {"i:/bash s:/deploy c:/sh b:/term", CHAIN_END_FIRST, "", PLAN_READY, "/bash:L /term:LR"},
        {"i:/bash s:/deploy", CHAIN_END_FIRST, "", PLAN_READY, "/bash:L"},
        {"i:/bash u:/odd", CHAIN_END_FIRST, "", PLAN_UNKNOWN, NULL},
        {"i:/bash b:/term", CHAIN_END_DOUBT, "", PLAN_DOUBT, NULL},
        {"i:/bash", CHAIN_END_FIRST, ENTRY_OF("/bash", HASH_B, ""), PLAN_REPLACED, NULL},
        {"i:/bash", CHAIN_END_FIRST, ENTRY("/bash", ",\"interactive\":false"), PLAN_HANDS, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static struct stage stage;
        char text[TEXT_SIZE];
        KC_AUTO(policy) policy = policy_of("chain", rows[i].entries);
        set(&stage, rows[i].chain, rows[i].end);
        assert_int_equal(plan_session(policy, &stage.chain, &stage.plan), rows[i].verdict);
        describe(&stage.plan, text);
        if (rows[i].steps != NULL) {
            assert_string_equal(text, rows[i].steps);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan_is_enough_for_the_judge_and_no_more),
        cmocka_unit_test(test_plan_knows_an_interpreter_that_nobody_vouches_for),
        cmocka_unit_test(test_plan_gives_a_program_that_is_known_only_what_it_lacks),
        cmocka_unit_test(test_plan_takes_only_the_nearest_where_only_it_counts),
        cmocka_unit_test(test_plan_without_rights_lets_the_caller_hand_on),
        cmocka_unit_test(test_plan_refuses_as_a_whole_and_says_whom),
        cmocka_unit_test(test_plan_leaves_the_others_alone_without_with_chain),
        cmocka_unit_test(test_plan_trusts_the_programs_of_a_session_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
