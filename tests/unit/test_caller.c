/* SPDX-License-Identifier: MIT */
/*
 * Chains and what is said of them: each rule of caller.h, the sentence that a person reads, and
 * that nothing which is taken away ever allows more.
 * links: daemon/caller.c daemon/advice_caller.c daemon/advice.c daemon/right.c daemon/shell_quote.c
 * links: daemon/policy.c daemon/policy_entry.c daemon/grant.c daemon/pending_links.c
 * links: daemon/chain_words.c kc_static -ljansson
 */
#include "daemon/caller.h"
#include "daemon/chain.h"
#include "daemon/exchange.h"
#include "daemon/policy.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_A   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B   "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define CHAIN_ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

#define READS    ",\"allowed_read_services\":[\"aws\"]"
#define HANDS_ON ",\"launcher\":true"
#define ROOT     ",\"session_root\":true"
#define ENTRY(path, more) \
    "{\"path\":\"" path "\",\"hash\":\"" HASH_A "\",\"registered_at\":\"\"" more "},"

/* clang-format off */
static const char entries_text[] =
    ENTRY("/kcget", ",\"helper\":true" READS)
    ENTRY("/adapter", ",\"helper\":true")
    ENTRY("/adapter-root", ",\"helper\":true" ROOT)
    ENTRY("/own", READS ",\"ancestry\":\"chain\"")
    ENTRY("/holds", READS)
    ENTRY("/starts", HANDS_ON)
    ENTRY("/root", HANDS_ON ROOT)
    ENTRY("/root-only", ROOT)
    ENTRY("/root-holds", READS ROOT)
    ENTRY("/none", "")
    ENTRY("/git", ",\"allowed_read_services\":[\"git\"]")
    ENTRY("/writes", ",\"allowed_write_services\":[\"aws\"]")
    ENTRY("/bash", READS ROOT)
    ENTRY("/bash-inline", READS ",\"inline\":true")
    ENTRY("/bash-script-only", READS ",\"interactive\":false")
    ENTRY("/bash-helper", ",\"helper\":true")
    ENTRY("/deploy.sh", READS ",\"interpreter\":\"/bash\"")
    ENTRY("/build.sh", HANDS_ON ",\"interpreter\":\"/bash\"")
    ENTRY("/zsh.sh", READS ",\"interpreter\":\"/zsh\"")
    ENTRY("/odd.sh", READS ",\"interpreter\":\"/dash\"")
    "{\"path\":\"/end\",\"hash\":\"" HASH_A "\"}";
/* clang-format on */

static struct policy *policy_of(const char *rule, const char *entries) {
    static char text[16384];
    struct policy *policy = NULL;
    char why[KC_MESSAGE_MAX] = "";
    int length = snprintf(text, sizeof text,
                          "{\"caller_rule\":\"%s\",\"registered_binaries\":[%s]}", rule, entries);
    assert_true(length > 0 && (size_t)length < sizeof text);
    if (policy_parse(text, (size_t)length, &policy, why) != KC_OK) {
        fail_msg("%s", why);
    }
    return policy;
}

/* A chain as words, nearest first: a letter for the kind, ':' and the path; a '!' in the end is
 * another hash. */
struct drawn {
    char text[512];
    struct chain_link links[CHAIN_LINKS_MAX];
    struct chain chain;
};

static char *take_hash(char *path, char hash[HASH_TEXT_SIZE]) {
    size_t length = strlen(path);
    bool is_other = length > 0 && path[length - 1] == '!';
    (void)snprintf(hash, HASH_TEXT_SIZE, "%s", is_other ? HASH_B : HASH_A);
    if (is_other) {
        path[length - 1] = '\0';
    }
    return path;
}

/*
 * b: a binary; i: an interpreter at a terminal; c: code without a name; s: a script, which /bash
 * runs, S: a /bash that nobody vouches for, V: one that isn't registered, T: both; W:
 * a /zsh of both kinds; u: unknown.
 */
static struct chain_link link_of(char *word) {
    static char bash[] = "/bash";
    static char zsh[] = "/zsh";
    static char empty[] = "";
    struct chain_link link = {.pid = 7, .path = empty, .is_vouched = true};
    if (strchr("sSVTW", word[0]) != NULL) {
        link.kind = LINK_SCRIPT;
        link.script = take_hash(word + 2, link.script_hash);
        link.path = word[0] == 'W' ? zsh : bash;
        link.is_vouched = word[0] == 's' || word[0] == 'V';
        (void)snprintf(link.hash, sizeof link.hash, "%s",
                       strchr("VT", word[0]) != NULL ? HASH_B : HASH_A);
        return link;
    }
    switch (word[0]) {
    case 'i':
        link.kind = LINK_INTERACTIVE;
        break;
    case 'c':
        link.kind = LINK_INLINE;
        break;
    case 'u':
        link.kind = LINK_UNKNOWN;
        link.why = "its program file was deleted";
        break;
    default:
        link.kind = LINK_BINARY;
    }
    link.path = take_hash(word + 2, link.hash);
    return link;
}

/* `text` ends in '>' and where the chain ends. */
static const struct chain *draw(struct drawn *drawn, const char *text) {
    static const char *const ends[] = {"first", "manager", "other", "doubt"};
    memset(drawn, 0, sizeof *drawn);
    (void)snprintf(drawn->text, sizeof drawn->text, "%s", text);
    char *rest = drawn->text;
    for (char *word = strtok_r(drawn->text, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        if (word[0] != '>') {
            drawn->links[drawn->chain.count++] = link_of(word);
            continue;
        }
        for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
            if (strcmp(word + 1, ends[i]) == 0) {
                drawn->chain.end = (enum chain_end)i;
            }
        }
    }
    drawn->chain.links = drawn->links;
    drawn->chain.why =
        drawn->chain.end == CHAIN_END_DOUBT ? "its parents changed again and again" : NULL;
    (void)snprintf(drawn->chain.id, sizeof drawn->chain.id, "%s", CHAIN_ID);
    return &drawn->chain;
}

/* One who asks to read aws, target x. */
struct asker {
    struct identity identity;
    char path[64];
    char service[16];
    char target[16];
    char *targets[1];
    struct request request;
    struct exchange exchange;
};

static const struct exchange *ask(struct asker *asker, const char *path,
                                  const struct chain *chain) {
    memset(asker, 0, sizeof *asker);
    (void)snprintf(asker->path, sizeof asker->path, "%s", path);
    (void)snprintf(asker->service, sizeof asker->service, "aws");
    (void)snprintf(asker->target, sizeof asker->target, "x");
    (void)snprintf(asker->identity.hash, sizeof asker->identity.hash, "%s", HASH_A);
    asker->identity.path = asker->path;
    asker->identity.chain = chain;
    asker->targets[0] = asker->target;
    asker->request = (struct request){.type = KC_TYPE_REQUEST,
                                      .action = KC_ACTION_READ,
                                      .service = asker->service,
                                      .target_count = 1,
                                      .targets = asker->targets};
    asker->exchange = (struct exchange){.identity = &asker->identity, .request = &asker->request};
    return &asker->exchange;
}

#define WITH_CHAIN "; to allow this: keychain-auth approve 0123456789abcdef --read aws --with-chain"

enum answer { ALLOWED, PENDING, DENIED }; /* PENDING: denied, and can be approved */

struct chain_case {
    const char *asker;
    const char *chain;
    enum answer answer;
    const char *says; /* all of the message, or NULL */
};

static void check(const struct policy *policy, const struct chain_case *one) {
    struct drawn drawn;
    struct asker asker;
    char message[KC_MESSAGE_MAX] = "";
    bool is_pending = false;
    const struct exchange *exchange = ask(&asker, one->asker, draw(&drawn, one->chain));
    enum kc_reason reason = caller_judge(policy, exchange, message, &is_pending);
    enum kc_reason wanted = one->answer == ALLOWED ? KC_REASON_NONE : KC_REASON_CALLER_NOT_ALLOWED;
    if (reason != wanted || is_pending != (one->answer == PENDING) ||
        (message[0] == '\0') != (one->answer == ALLOWED) ||
        (one->says != NULL && strcmp(one->says, message) != 0)) {
        fail_msg("%s < %s:\n%s%s: \"%s\"\ninstead of \"%s\"", one->asker, one->chain,
                 kc_reason_word(reason), is_pending ? ", pending" : "", message,
                 one->says != NULL ? one->says : "");
    }
}

static void check_all(const char *rule, const struct chain_case *cases, size_t count) {
    KC_AUTO(policy) policy = policy_of(rule, entries_text);
    for (size_t i = 0; i < count; i++) {
        check(policy, &cases[i]);
    }
}

static void test_caller_judges_every_process_up_to_the_end(void **state) {
    (void)state;
    static const struct chain_case cases[] = {
        /* Somebody must hold the right, and all must pass. */
        {"/kcget", "b:/holds >other", ALLOWED, NULL},
        {"/kcget", "b:/holds b:/starts b:/starts >other", ALLOWED, NULL},
        {"/kcget", "b:/starts b:/holds >other", ALLOWED, NULL},
        {"/kcget", "b:/holds b:/none >other", PENDING,
         "\"/none\" (pid 7) is registered without this right, so \"/kcget\" may not read \"aws\" "
         "target \"x\"" WITH_CHAIN},
        {"/kcget", "b:/none b:/holds >other", PENDING, NULL},
        {"/kcget", "b:/git >other", PENDING, NULL},
        {"/kcget", "b:/writes >other", PENDING, NULL},
        {"/kcget", "b:/stranger >other", PENDING,
         "\"/stranger\" (pid 7) is not registered, so \"/kcget\" may not read \"aws\" target "
         "\"x\"" WITH_CHAIN},
        {"/kcget", "b:/holds b:/stranger b:/root >first", PENDING, NULL},
        {"/kcget", "b:/stranger b:/none >other", PENDING,
         "\"/stranger\" (pid 7) is not registered, so \"/kcget\" may not read \"aws\" target "
         "\"x\"" WITH_CHAIN},
        {"/kcget", "b:/starts b:/starts >other", PENDING,
         "\"/starts\" (pid 7) hands rights on, but neither it nor anybody above has this one, so "
         "\"/kcget\" may not read \"aws\" target \"x\"" WITH_CHAIN},
        /* Helpers are passed over, and have nothing of their own. */
        {"/kcget", "b:/adapter b:/holds >other", ALLOWED, NULL},
        {"/kcget", "b:/adapter b:/starts >other", PENDING, NULL},
        {"/kcget", "b:/kcget >other", DENIED,
         "nobody of this user is above it, helpers aside, so \"/kcget\" may not read \"aws\" "
         "target "
         "\"x\""},
        /* Where it ends. */
        {"/kcget", "b:/holds >first", PENDING,
         "\"/holds\" (pid 7) is where the session begins, but not registered as a session root, "
         "so \"/kcget\" may not read \"aws\" target \"x\"" WITH_CHAIN},
        {"/kcget", "b:/holds >manager", PENDING, NULL},
        {"/kcget", "b:/holds b:/root >first", ALLOWED, NULL},
        {"/kcget", "b:/holds b:/root >manager", ALLOWED, NULL},
        {"/kcget", "b:/root-holds >first", ALLOWED, NULL},
        {"/kcget", "b:/root-holds b:/starts >first", PENDING, NULL},
        {"/kcget", "b:/holds b:/root-only >first", PENDING, NULL},
        {"/kcget", "b:/holds b:/adapter >first", PENDING, NULL},
        {"/kcget", "b:/holds b:/adapter-root >first", ALLOWED, NULL},
        {"/kcget", "b:/adapter-root >first", DENIED, NULL},
        {"/kcget", "b:/adapter >first", DENIED,
         "\"/adapter\" (pid 7) is where the session begins, but not registered as a session root, "
         "so \"/kcget\" may not read \"aws\" target \"x\"; nobody is there who could be approved"},
        {"/kcget", ">first", DENIED,
         "only the first process is above it: an orphan, or a container without an init (docker "
         "run "
         "--init), so \"/kcget\" may not read \"aws\" target \"x\""},
        {"/kcget", ">manager", DENIED,
         "nobody is above it: an orphan, so \"/kcget\" may not read \"aws\" target \"x\""},
        {"/kcget", ">other", DENIED, NULL},
        {"/kcget", "b:/holds b:/root >doubt", DENIED,
         "who is above it can't be told: its parents changed again and again, so "
         "\"/kcget\" may not read \"aws\" target \"x\"; it can't be approved"},
        {"/kcget", ">doubt", DENIED, NULL},
        {"/kcget", "b:/stranger >doubt", DENIED,
         "\"/stranger\" (pid 7) is not registered, so \"/kcget\" may not read \"aws\" target "
         "\"x\"; it can't be approved: its parents changed again and again"},
        /* What can't be told is never allowed, and nobody can allow it. */
        {"/kcget", "u:/holds >other", DENIED,
         "\"/holds\" (pid 7) can't be looked at: its program file was deleted, so \"/kcget\" may "
         "not read \"aws\" target \"x\"; it can't be approved"},
        {"/kcget", "b:/holds u: >other", DENIED, NULL},
        {"/kcget", "b:/stranger u: >other", DENIED,
         "\"/stranger\" (pid 7) is not registered, so \"/kcget\" may not read \"aws\" target "
         "\"x\"; it can't be approved: a process (pid 7) can't be looked at"},
        /* Changed files. */
        {"/kcget", "b:/holds! >other", PENDING,
         "\"/holds\" (pid 7) is not what was registered under this path, so \"/kcget\" may not "
         "read \"aws\" target \"x\"; if you know why it changed: keychain-auth upgrade /holds"},
    };
    check_all("chain", cases, sizeof cases / sizeof cases[0]);
}

static void test_caller_tells_scripts_from_hands_and_from_code_without_a_name(void **state) {
    (void)state;
    static const struct chain_case cases[] = {
        {"/kcget", "i:/bash >first", ALLOWED, NULL},
        {"/kcget", "i:/bash-script-only >other", DENIED,
         "\"/bash-script-only\" at a terminal (pid 7) is registered with \"interactive\": false, "
         "so \"/kcget\" may not read \"aws\" target \"x\"; if you don't mean that any more: "
         "keychain-auth allow --interactive /bash-script-only"},
        {"/kcget", "c:/bash >other", PENDING,
         "\"/bash\" with code that has no name (pid 7) is registered, but not for code without a "
         "name (\"inline\"), so \"/kcget\" may not read \"aws\" target \"x\"" WITH_CHAIN
         " --inline"},
        {"/kcget", "c:/bash-inline >other", ALLOWED, NULL},
        {"/kcget", "c:/bash-helper b:/holds >other", PENDING, NULL},
        {"/kcget", "b:/bash-helper b:/holds >other", ALLOWED, NULL},
        {"/kcget", "b:/stranger c:/stranger >other", PENDING,
         "\"/stranger\" (pid 7) is not registered, so \"/kcget\" may not read \"aws\" target "
         "\"x\"" WITH_CHAIN " --inline"},
        {"/kcget", "b:/stranger c:/bash-inline >other", PENDING,
         "\"/stranger\" (pid 7) is not registered, so \"/kcget\" may not read \"aws\" target "
         "\"x\"" WITH_CHAIN},
        /* The interpreter's entry is never a script's, nor the other way round. */
        {"/kcget", "s:/stranger.sh i:/bash >first", PENDING,
         "the script \"/stranger.sh\" (\"/bash\", pid 7) is not registered, so \"/kcget\" may not "
         "read \"aws\" target \"x\"" WITH_CHAIN},
        {"/kcget", "s:/deploy.sh i:/bash >first", ALLOWED, NULL},
        {"/kcget", "s:/deploy.sh s:/build.sh >other", ALLOWED, NULL},
        {"/kcget", "s:/build.sh >other", PENDING, NULL},
        {"/kcget", "s:/build.sh b:/holds >other", ALLOWED, NULL},
        {"/kcget", "s:/deploy.sh! i:/bash >first", PENDING,
         "the script \"/deploy.sh\" (\"/bash\", pid 7) is not what was registered under this path, "
         "so \"/kcget\" may not read \"aws\" target \"x\"; if you know why it changed: "
         "keychain-auth upgrade /deploy.sh"},
        {"/kcget", "b:/deploy.sh >other", PENDING, NULL},
        {"/kcget", "s:/holds >other", PENDING,
         "the script \"/holds\" (\"/bash\", pid 7) is registered, but as what it isn't: a program "
         "as a script, or a script as a program, so \"/kcget\" may not read \"aws\" target \"x\"; "
         "to approve it anew, first: keychain-auth unregister /holds"},
        /* And its interpreter is the one that was named, and known. */
        {"/kcget", "s:/odd.sh >other", PENDING,
         "the script \"/odd.sh\" (\"/bash\", pid 7) is run by another interpreter than its entry "
         "names, so \"/kcget\" may not read \"aws\" target \"x\"; if this one is to run it "
         "instead: keychain-auth register /odd.sh --interpreter /bash"},
        {"/kcget", "S:/deploy.sh >other", ALLOWED, NULL},
        {"/kcget", "V:/deploy.sh >other", ALLOWED, NULL},
        {"/kcget", "T:/deploy.sh >other", PENDING,
         "the script \"/deploy.sh\" (\"/bash\", pid 7) is run by an interpreter that is neither "
         "the administrator's nor registered, so \"/kcget\" may not read \"aws\" target \"x\"; its "
         "interpreter changed; if you know why: keychain-auth upgrade /bash"},
        {"/kcget", "W:/zsh.sh >other", PENDING,
         "the script \"/zsh.sh\" (\"/zsh\", pid 7) is run by an interpreter that is neither the "
         "administrator's nor registered, so \"/kcget\" may not read \"aws\" target "
         "\"x\"" WITH_CHAIN},
        {"/kcget", "T:/stranger.sh >other", PENDING,
         "the script \"/stranger.sh\" (\"/bash\", pid 7) is not registered, so \"/kcget\" may not "
         "read \"aws\" target \"x\"; its interpreter changed; if you know why: keychain-auth "
         "upgrade /bash"},
    };
    check_all("chain", cases, sizeof cases / sizeof cases[0]);
}

static void test_caller_asks_only_the_nearest_when_told_so(void **state) {
    (void)state;
    static const struct chain_case cases[] = {
        {"/kcget", "b:/holds >first", ALLOWED, NULL},
        {"/kcget", "b:/holds b:/stranger u: >doubt", ALLOWED, NULL},
        {"/kcget", "b:/adapter b:/holds b:/stranger >first", ALLOWED, NULL},
        {"/kcget", "b:/starts b:/holds >other", PENDING,
         "\"/starts\" (pid 7) is registered without this right, so \"/kcget\" may not read \"aws\" "
         "target \"x\"; to allow this: keychain-auth approve 0123456789abcdef --read aws"},
        {"/kcget", "c:/bash c:/bash >other", PENDING,
         "\"/bash\" with code that has no name (pid 7) is registered, but not for code without a "
         "name (\"inline\"), so \"/kcget\" may not read \"aws\" target \"x\"; to allow this: "
         "keychain-auth approve 0123456789abcdef --read aws --inline"},
        {"/kcget", "b:/stranger c:/bash u: >doubt", PENDING,
         "\"/stranger\" (pid 7) is not registered, so \"/kcget\" may not read \"aws\" target "
         "\"x\"; to allow this: keychain-auth approve 0123456789abcdef --read aws"},
        {"/kcget", "u:/holds b:/holds >other", DENIED, NULL},
        {"/kcget", "b:/adapter-root >first", DENIED, NULL},
        {"/kcget", ">first", DENIED, NULL},
        {"/kcget", ">other", DENIED, NULL},
        {"/own", ">other", ALLOWED, NULL},
        {"/own", "b:/holds >first", ALLOWED, NULL},
        {"/own", "b:/starts >other", PENDING, NULL},
        {"/own", ">first", DENIED, NULL},
    };
    check_all("nearest", cases, sizeof cases / sizeof cases[0]);
}

#define NOT_LISTED                                                                 \
    "\"/stranger\" (pid 7) is not registered, so \"/kcget\" may not read \"aws\" " \
    "target \"x\"; it can't be approved: "

/* There is no entry that could be approved; so nobody is told to. */
static void test_caller_says_why_a_chain_cannot_be_listed(void **state) {
    (void)state;
    static const struct chain_case cases[] = {
        {"/kcget", "b:/stranger b:/caf\xe9 >other", DENIED,
         NOT_LISTED "a path isn't UTF-8 text, which no policy can hold; rename that file"},
        {"/kcget", "b:/stranger s:/caf\xe9 >other", DENIED,
         NOT_LISTED "a path isn't UTF-8 text, which no policy can hold; rename that file"},
        {"/kcget", "b:/stranger b:(unreachable)/x >other", DENIED,
         NOT_LISTED "a path isn't one that this user sees, so that no policy can hold it"},
        {"/kcget", "b:/holds u:/caf\xe9 >other", DENIED, NULL},
        {"/kcget", "b:/stranger u: >other", DENIED, NULL},
    };
    check_all("chain", cases, sizeof cases / sizeof cases[0]);
}

static void test_caller_says_that_a_chain_is_too_long_for_the_list(void **state) {
    (void)state;
    static char path[4000] = "/";
    struct drawn drawn;
    struct asker asker;
    KC_AUTO(policy) policy = policy_of("chain", entries_text);
    struct chain *chain = &drawn.chain;
    (void)draw(&drawn, "b:/stranger b: b: b: b: b: b: b: b: >other");
    memset(path + 1, 'x', sizeof path - 2);
    for (size_t fits = 2; fits-- > 0;) {
        char message[KC_MESSAGE_MAX] = "";
        bool is_pending = false;
        for (size_t i = 1; i < chain->count; i++) {
            chain->links[i].path = path;
        }
        chain->count -= fits;
        (void)caller_judge(policy, ask(&asker, "/kcget", chain), message, &is_pending);
        chain->count += fits;
        assert_int_equal(is_pending, fits == 1);
        assert_true(is_pending ||
                    strcmp(message, NOT_LISTED "the paths are too long for the list of what waits; "
                                               "name the programs one by one: "
                                               "keychain-auth register PATH") == 0);
    }
}

static void test_caller_counts_the_right_of_one_who_asks_for_itself(void **state) {
    (void)state;
    static const struct chain_case cases[] = {
        {"/own", "b:/starts >other", ALLOWED, NULL},
        {"/own", "b:/starts b:/root >first", ALLOWED, NULL},
        {"/own", "b:/holds b:/root >manager", ALLOWED, NULL},
        {"/own", "b:/adapter >other", ALLOWED, NULL},
        {"/own", ">other", ALLOWED, NULL},
        {"/own", ">first", DENIED, NULL},
        {"/own", ">doubt", DENIED, NULL},
        {"/own", "b:/starts >first", PENDING, NULL},
        {"/own", "b:/none >other", PENDING, NULL},
        {"/own", "b:/stranger >other", PENDING,
         "\"/stranger\" (pid 7) is not registered, so \"/own\" may not read \"aws\" target "
         "\"x\"" WITH_CHAIN},
    };
    check_all("chain", cases, sizeof cases / sizeof cases[0]);
}

static void test_caller_denies_where_nobody_has_looked(void **state) {
    (void)state;
    struct asker asker;
    char message[KC_MESSAGE_MAX] = "";
    bool is_pending = true;
    KC_AUTO(policy) policy = policy_of("chain", entries_text);
    const struct exchange *exchange = ask(&asker, "/kcget", NULL);
    assert_int_equal(caller_judge(policy, exchange, message, &is_pending),
                     KC_REASON_CALLER_NOT_ALLOWED);
    assert_false(is_pending);
    assert_non_null(strstr(message, "connect anew"));
}

static void test_caller_says_a_word_of_each_process(void **state) {
    (void)state;
    static const enum link_verdict wanted[] = {
        LINK_SPEAKS,       LINK_HOLDS,        LINK_HANDS_ON,  LINK_LACKS_RIGHT,
        LINK_UNREGISTERED, LINK_CANT_BE_TOLD, LINK_LACKS_ROOT};
    struct drawn drawn;
    struct asker asker;
    const struct chain *chain =
        draw(&drawn, "b:/adapter b:/holds b:/starts b:/none b:/stranger u: b:/starts >first");
    const struct exchange *exchange = ask(&asker, "/kcget", chain);
    KC_AUTO(policy) policy = policy_of("chain", entries_text);
    KC_AUTO(policy) nearest = policy_of("nearest", entries_text);
    for (size_t i = 0; i < chain->count; i++) {
        assert_int_equal(caller_verdict(policy, exchange, i), wanted[i]);
        assert_int_equal(caller_verdict(nearest, exchange, i), i < 2 ? wanted[i] : LINK_NOT_ASKED);
        assert_true(link_verdict_text(wanted[i])[0] != '\0');
    }
    assert_int_equal(caller_index(policy, chain), 1);
    assert_int_equal(caller_index(policy, draw(&drawn, "b:/adapter >first")), 1);
    assert_null(caller_entry(policy, &draw(&drawn, "u:/holds >first")->links[0]));
}

static void test_caller_never_shows_a_cut_command(void **state) {
    (void)state;
    struct drawn drawn;
    struct asker asker;
    char message[KC_MESSAGE_MAX] = "";
    char service[KC_SERVICE_MAX + 1];
    bool is_pending = false;
    memset(service, '%', KC_SERVICE_MAX);
    service[KC_SERVICE_MAX] = '\0';
    KC_AUTO(policy) policy = policy_of("chain", entries_text);
    (void)ask(&asker, "/kcget", draw(&drawn, "b:/stranger >other"));
    asker.request.service = service;
    assert_int_equal(caller_judge(policy, &asker.exchange, message, &is_pending),
                     KC_REASON_CALLER_NOT_ALLOWED);
    assert_non_null(strstr(message, "is not registered"));
    assert_null(strstr(message, "keychain-auth"));
}

/* From here on: chains and policies by chance, from a seed, so that a failure comes again. */

#define KEYS 6

static const char *const keys[KEYS] = {
    READS, HANDS_ON, ROOT, ",\"inline\":true", ",\"helper\":true", ",\"interpreter\":\"/bash\""};
#define RIGHTS 4 /* the first of them: what may be taken away */

enum { PROGRAMS = 6, TRIALS = 6000 };

static uint32_t next_number(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

/* Programs /p0 …, each with the keys of its mask; bit KEYS: it has no entry at all. */
static struct policy *random_policy(const char *rule, const unsigned masks[PROGRAMS]) {
    char text[8192];
    size_t used =
        (size_t)snprintf(text, sizeof text, "%s%s%s", ENTRY("/kcget", ",\"helper\":true"),
                         ENTRY("/own", READS ",\"ancestry\":\"chain\""), ENTRY("/bash", ""));
    for (unsigned i = 0; i < PROGRAMS; i++) {
        if ((masks[i] >> KEYS & 1U) != 0) {
            continue;
        }
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "{\"path\":\"/p%u\",\"hash\":\"" HASH_A "\"", i);
        for (unsigned key = 0; key < KEYS; key++) {
            used += (size_t)snprintf(text + used, sizeof text - used, "%s",
                                     (masks[i] >> key & 1U) != 0 ? keys[key] : "");
        }
        used += (size_t)snprintf(text + used, sizeof text - used, "},");
    }
    text[used - 1] = '\0';
    return policy_of(rule, text);
}

static void random_chain(uint64_t *seed, char text[256]) {
    static const char *const ends[] = {">first", ">manager", ">other", ">doubt"};
    size_t used = 0;
    unsigned count = next_number(seed) % 5;
    for (unsigned i = 0; i < count; i++) {
        used += (size_t)snprintf(text + used, 256 - used, "%c:/p%u%s ",
                                 "bbbbicsS"[next_number(seed) % 8], next_number(seed) % PROGRAMS,
                                 next_number(seed) % 16 == 0 ? "!" : "");
    }
    /* Doubts are denied whatever is asked, so they would only waste trials. */
    (void)snprintf(text + used, 256 - used, "%s", ends[next_number(seed) % 16 % 7 % 4]);
}

static bool is_allowed(const struct policy *policy, const char *asker_path, const char *text) {
    struct drawn drawn;
    struct asker asker;
    char message[KC_MESSAGE_MAX] = "";
    bool is_pending = false;
    const struct exchange *exchange = ask(&asker, asker_path, draw(&drawn, text));
    return caller_judge(policy, exchange, message, &is_pending) == KC_REASON_NONE;
}

/* The chain with a stranger before its word number `at`. */
static void insert_stranger(const char *text, unsigned at, char longer[300]) {
    const char *rest = text;
    for (unsigned i = 0; i < at && strchr(rest, ' ') != NULL; i++) {
        rest = strchr(rest, ' ') + 1;
    }
    (void)snprintf(longer, 300, "%.*sb:/stranger %s", (int)(rest - text), text, rest);
}

/* Each right of each program, and each entry, taken away by itself. */
static void check_taking_away(const char *rule, unsigned masks[PROGRAMS], const char *asker,
                              const char *text) {
    for (unsigned i = 0; i < PROGRAMS; i++) {
        unsigned before = masks[i];
        for (unsigned key = 0; key <= RIGHTS; key++) {
            masks[i] = key < RIGHTS ? before & ~(1U << key) : before | 1U << KEYS;
            KC_AUTO(policy) policy = random_policy(rule, masks);
            if (is_allowed(policy, asker, text)) {
                fail_msg("%s, %s < %s: allowed without key %u of /p%u", rule, asker, text, key, i);
            }
        }
        masks[i] = before;
    }
}

static void test_caller_never_allows_more_when_something_is_taken_away(void **state) {
    (void)state;
    uint64_t seed = 4;
    unsigned allowed = 0;
    for (unsigned trial = 0; trial < TRIALS; trial++) {
        char text[256];
        char longer[300];
        unsigned masks[PROGRAMS];
        const char *rule = next_number(&seed) % 4 == 0 ? "nearest" : "chain";
        const char *asker = next_number(&seed) % 4 == 0 ? "/own" : "/kcget";
        for (unsigned i = 0; i < PROGRAMS; i++) {
            masks[i] = next_number(&seed) & next_number(&seed) % (2U << KEYS);
            masks[i] |= next_number(&seed) % 2;
        }
        random_chain(&seed, text);
        KC_AUTO(policy) policy = random_policy(rule, masks);
        if (is_allowed(policy, asker, text)) {
            allowed++;
            continue;
        }
        for (unsigned at = 0; at < 5; at++) {
            insert_stranger(text, at, longer);
            if (is_allowed(policy, asker, longer)) {
                fail_msg("%s, %s < %s: allowed, and without the stranger not", rule, asker, longer);
            }
        }
        if (trial % 16 == 0) {
            check_taking_away(rule, masks, asker, text);
        }
    }
    /* Or nothing was shown. */
    assert_in_range(allowed, TRIALS / 20, TRIALS / 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_caller_judges_every_process_up_to_the_end),
        cmocka_unit_test(test_caller_tells_scripts_from_hands_and_from_code_without_a_name),
        cmocka_unit_test(test_caller_asks_only_the_nearest_when_told_so),
        cmocka_unit_test(test_caller_says_why_a_chain_cannot_be_listed),
        cmocka_unit_test(test_caller_says_that_a_chain_is_too_long_for_the_list),
        cmocka_unit_test(test_caller_counts_the_right_of_one_who_asks_for_itself),
        cmocka_unit_test(test_caller_denies_where_nobody_has_looked),
        cmocka_unit_test(test_caller_says_a_word_of_each_process),
        cmocka_unit_test(test_caller_never_shows_a_cut_command),
        cmocka_unit_test(test_caller_never_allows_more_when_something_is_taken_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
