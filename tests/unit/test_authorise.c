/* SPDX-License-Identifier: MIT */
/*
 * Every reason of a denial, in its order, and what the denial tells a person to type.
 * links: daemon/authorise.c daemon/advice.c daemon/advice_caller.c daemon/caller.c daemon/right.c
 * links: daemon/shell_quote.c daemon/policy.c daemon/policy_entry.c daemon/grant.c
 * links: daemon/pending_links.c daemon/chain_words.c kc_static -ljansson
 */
#include "daemon/authorise.h"
#include "daemon/chain.h"
#include "daemon/exchange.h"
#include "daemon/policy.h"
#include "daemon/shell_quote.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define HASH_A            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B            "0123456789abcdefbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ENTRY(path, more) "{\"path\":\"" path "\",\"hash\":\"" HASH_A "\"" more "}"

#define READ_AWS          ",\"allowed_read_services\":[\"aws\"]"
#define READ_SOME         ",\"allowed_read_services\":[\"aws\",\"git/x*\"]"
#define WRITE_DB          ",\"allowed_write_services\":[\"db\"]"
#define SEARCHES          ",\"can_search\":true"

/* clang-format off */
static const char policy_text[] =
    "{\"registered_binaries\":["
    ENTRY("/bin/none", "") ","
    ENTRY("/bin/read", READ_SOME) ","
    ENTRY("/bin/write", ",\"allowed_write_services\":[\"aws\"]") ","
    ENTRY("/bin/search", READ_SOME WRITE_DB SEARCHES) ","
    ENTRY("/bin/only", SEARCHES) ","
    ENTRY("/bin/plain", READ_AWS ",\"plain\":true") ","
    ENTRY("/bin/a b'c", "") ","
    ENTRY("/bin/a\\nb", "") ","
    ENTRY("/bin/helper", READ_AWS ",\"helper\":true") ","
    ENTRY("/bin/asks", READ_AWS ",\"ancestry\":\"chain\"") ","
    ENTRY("/bin/script", READ_AWS ",\"interpreter\":\"/bin/sh\"") ","
    ENTRY("/bin/script-helper", ",\"helper\":true,\"interpreter\":\"/bin/sh\"")
    "]}";
/* clang-format on */

/* One request. `targets` are separated by blanks; "" is no target at all. */
struct question {
    const char *path;
    const char *hash;
    enum kc_type type;
    enum kc_action action;
    enum kc_match match;
    const char *service;
    const char *targets;
    enum kc_reason reason; /* KC_REASON_NONE: allowed */
    const char *says;
};

static const struct policy *policy_of_tests(void **state) {
    return *state;
}

static int parse_policy(void **state) {
    struct policy *policy = NULL;
    char why[KC_MESSAGE_MAX] = "";
    if (policy_parse(policy_text, sizeof policy_text - 1, &policy, why) != KC_OK) {
        print_error("%s\n", why);
        return -1;
    }
    *state = policy;
    return 0;
}

static int free_policy(void **state) {
    policy_free(*state);
    return 0;
}

static struct decision ask_as(const struct policy *policy, struct identity *identity,
                              const struct question *question) {
    char path[512];
    char service[KC_SERVICE_MAX + 1];
    char text[64];
    char *targets[8];
    struct request request = {
        .type = question->type, .action = question->action, .match = question->match};
    (void)snprintf(path, sizeof path, "%s", question->path);
    (void)snprintf(identity->hash, sizeof identity->hash, "%s", question->hash);
    identity->path = path;
    if (question->service != NULL) {
        (void)snprintf(service, sizeof service, "%s", question->service);
        request.service = service;
    }
    (void)snprintf(text, sizeof text, "%s", question->targets);
    request.targets = targets;
    for (char *at = text; *at != '\0';) {
        targets[request.target_count++] = at;
        at += strcspn(at, " ");
        if (*at == ' ') {
            *at++ = '\0';
        }
    }
    struct exchange exchange = {.identity = identity, .request = &request};
    memset(&exchange.decision, 0x5a, sizeof exchange.decision);
    authorise_exchange(policy, "the file is broken", &exchange);
    return exchange.decision;
}

static struct decision ask(const struct policy *policy, const struct question *question) {
    struct identity identity = {0};
    return ask_as(policy, &identity, question);
}

static void check(const struct question *question, const struct decision *decision) {
    bool is_allowed = question->reason == KC_REASON_NONE;
    if (decision->reason != question->reason ||
        decision->verdict != (is_allowed ? VERDICT_ALLOWED : VERDICT_DENIED) ||
        (decision->message[0] == '\0') != is_allowed ||
        (question->says != NULL && strstr(decision->message, question->says) == NULL)) {
        fail_msg("%s %s %s \"%s\": \"%s\", \"%s\" instead of \"%s\", \"%s\"", question->path,
                 kc_action_word(question->action), question->service, question->targets,
                 kc_reason_word(decision->reason), decision->message,
                 kc_reason_word(question->reason), question->says);
    }
}

#define EXACT(path, action, service, targets) \
    path, HASH_A, KC_TYPE_REQUEST, KC_ACTION_##action, KC_MATCH_EXACT, service, targets
#define PREFIX(path, action, service, targets) \
    path, HASH_A, KC_TYPE_REQUEST, KC_ACTION_##action, KC_MATCH_PREFIX, service, targets
#define ADMIN(action) \
    "/bin/keychain-auth", HASH_B, KC_TYPE_ADMIN, KC_ACTION_##action, KC_MATCH_EXACT, "aws", "x"

static void test_authorise_gives_the_reason_of_each_answer(void **state) {
    static const struct question cases[] = {
        {EXACT("/bin/read", READ, "aws", "x"), KC_REASON_NONE, NULL},
        {EXACT("/bin/read", READ, "aws", "x y"), KC_REASON_NONE, NULL},
        {EXACT("/bin/read", READ, "git", "x1 x2"), KC_REASON_NONE, NULL},
        {EXACT("/bin/read", READ, "git", "x1 y2 x3"), KC_REASON_SERVICE_NOT_ALLOWED,
         "\"/bin/read\" may not read \"git\" target \"y2\"; to allow this: keychain-auth allow "
         "/bin/read --read git"},
        {EXACT("/bin/read", READ, "db", "x"), KC_REASON_SERVICE_NOT_ALLOWED, "--read db"},
        {EXACT("/bin/read", READ, "git", ""), KC_REASON_SERVICE_NOT_ALLOWED, "all of \"git\""},
        {EXACT("/bin/read", WRITE, "aws", "x"), KC_REASON_ACTION_NOT_IN_POLICY,
         "\"/bin/read\" may not write anything; to allow this: keychain-auth allow /bin/read "
         "--write aws"},
        {EXACT("/bin/read", DELETE, "aws", "x"), KC_REASON_ACTION_NOT_IN_POLICY, "--write aws"},
        {EXACT("/bin/read", SEARCH, "aws", ""), KC_REASON_ACTION_NOT_IN_POLICY,
         "may not search anything; to allow this: keychain-auth allow /bin/read --search"},
        {PREFIX("/bin/read", READ, "aws", "x"), KC_REASON_ACTION_NOT_IN_POLICY,
         "may not search, which a read by prefix needs; to allow this: keychain-auth allow "
         "/bin/read --search"},
        {PREFIX("/bin/read", READ, "db", "x"), KC_REASON_ACTION_NOT_IN_POLICY,
         "keychain-auth allow /bin/read --read db --search"},
        {EXACT("/bin/none", READ, "aws", "x"), KC_REASON_ACTION_NOT_IN_POLICY, "--read aws"},
        {EXACT("/bin/none", GRANTS, NULL, ""), KC_REASON_NONE, NULL},
        {EXACT("/bin/helper", GRANTS, NULL, ""), KC_REASON_CALLER_NOT_ALLOWED, NULL},
        {EXACT("/bin/nobody", GRANTS, NULL, ""), KC_REASON_UNREGISTERED_BINARY, "not registered"},
        {EXACT("/bin/write", WRITE, "aws", "x"), KC_REASON_NONE, NULL},
        {EXACT("/bin/write", DELETE, "aws", "x"), KC_REASON_NONE, NULL},
        {EXACT("/bin/write", WRITE, "git", "x"), KC_REASON_SERVICE_NOT_ALLOWED, "--write git"},
        {EXACT("/bin/write", READ, "aws", "x"), KC_REASON_ACTION_NOT_IN_POLICY, "--read aws"},
        {PREFIX("/bin/write", DELETE, "aws", "x"), KC_REASON_ACTION_NOT_IN_POLICY, "--search"},
        {PREFIX("/bin/search", READ, "aws", "x"), KC_REASON_NONE, NULL},
        {PREFIX("/bin/search", READ, "git", "x2"), KC_REASON_NONE, NULL},
        {PREFIX("/bin/search", READ, "git", "y"), KC_REASON_SERVICE_NOT_ALLOWED,
         "may not read all of \"git\" that begins with \"y\""},
        {PREFIX("/bin/search", READ, "git", ""), KC_REASON_SERVICE_NOT_ALLOWED, "all of \"git\""},
        {PREFIX("/bin/search", DELETE, "db", "x"), KC_REASON_NONE, NULL},
        {PREFIX("/bin/search", DELETE, "aws", "x"), KC_REASON_SERVICE_NOT_ALLOWED, "--write aws"},
        {EXACT("/bin/search", SEARCH, "aws", ""), KC_REASON_NONE, NULL},
        {EXACT("/bin/search", SEARCH, "db", ""), KC_REASON_NONE, NULL},
        {EXACT("/bin/search", SEARCH, "git", "x"), KC_REASON_NONE, NULL},
        {EXACT("/bin/search", SEARCH, "git", ""), KC_REASON_SERVICE_NOT_ALLOWED, "--read git"},
        {EXACT("/bin/search", SEARCH, "git", "x1 y"), KC_REASON_SERVICE_NOT_ALLOWED, "\"y\""},
        {EXACT("/bin/only", SEARCH, "aws", ""), KC_REASON_ACTION_NOT_IN_POLICY, "--read aws"},
        {EXACT("/bin/helper", READ, "aws", "x"), KC_REASON_CALLER_NOT_ALLOWED, "connect anew"},
        {EXACT("/bin/asks", READ, "aws", "x"), KC_REASON_CALLER_NOT_ALLOWED, "connect anew"},
        {EXACT("/bin/asks", READ, "db", "x"), KC_REASON_SERVICE_NOT_ALLOWED, "--read db"},
        {EXACT("/bin/script", READ, "aws", "x"), KC_REASON_CALLER_NOT_ALLOWED,
         "the entry of \"/bin/script\" is a script's, and no program may use it"},
        {EXACT("/bin/script-helper", READ, "aws", "x"), KC_REASON_CALLER_NOT_ALLOWED, "script's"},
        {EXACT("/bin/read", STATUS, NULL, ""), KC_REASON_ACTION_NOT_IN_POLICY, "administration"},
        {EXACT("/bin/read", STOP, NULL, ""), KC_REASON_ACTION_NOT_IN_POLICY, "administration"},
        {EXACT("/bin/other", READ, "aws", "x"), KC_REASON_UNREGISTERED_BINARY,
         "\"/bin/other\" (sha256 aaaaaaaaaaaaaaaa…) is not registered and may not read \"aws\" "
         "target \"x\"; to allow this: "
         "keychain-auth approve aaaaaaaaaaaaaaaa --read aws"},
        {PREFIX("/bin/other", DELETE, "aws", "x"), KC_REASON_UNREGISTERED_BINARY,
         "approve aaaaaaaaaaaaaaaa --write aws --search"},
        {EXACT("/bin/other", SEARCH, "aws", ""), KC_REASON_UNREGISTERED_BINARY,
         "--read aws --search"},
        {ADMIN(READ), KC_REASON_CALLER_NOT_ALLOWED, "never returns a value"},
        {ADMIN(WRITE), KC_REASON_CALLER_NOT_ALLOWED, "may not administer"},
        {ADMIN(DELETE), KC_REASON_CALLER_NOT_ALLOWED, "may not administer"},
        {ADMIN(SEARCH), KC_REASON_CALLER_NOT_ALLOWED, "may not administer"},
        {ADMIN(STOP), KC_REASON_CALLER_NOT_ALLOWED, "may not administer"},
        {ADMIN(STATUS), KC_REASON_NONE, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct decision decision = ask(policy_of_tests(state), &cases[i]);
        check(&cases[i], &decision);
        bool is_told_only = cases[i].action == KC_ACTION_GRANTS;
        assert_int_equal(decision.is_pending,
                         cases[i].reason == KC_REASON_UNREGISTERED_BINARY && !is_told_only);
    }
}

static void test_authorise_lets_the_administrator_do_all_but_read(void **state) {
    static const struct question cases[] = {
        {ADMIN(READ), KC_REASON_CALLER_NOT_ALLOWED, "never returns a value"},
        {ADMIN(WRITE), KC_REASON_NONE, NULL},
        {ADMIN(DELETE), KC_REASON_NONE, NULL},
        {ADMIN(SEARCH), KC_REASON_NONE, NULL},
        {ADMIN(STATUS), KC_REASON_NONE, NULL},
        {ADMIN(STOP), KC_REASON_NONE, NULL},
        {EXACT("/bin/other", READ, "aws", "x"), KC_REASON_UNREGISTERED_BINARY, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct identity identity = {.is_administrator = true};
        struct decision decision = ask_as(policy_of_tests(state), &identity, &cases[i]);
        check(&cases[i], &decision);
    }
}

static void test_authorise_denies_whom_identify_distrusts_before_all_else(void **state) {
    static const struct question cases[] = {
        {EXACT("/bin/read", READ, "aws", "x"), KC_REASON_UNTRUSTED_PROCESS, "it is traced"},
        {ADMIN(STATUS), KC_REASON_UNTRUSTED_PROCESS, "it is traced"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct identity identity = {.is_administrator = true,
                                    .trouble = KC_REASON_UNTRUSTED_PROCESS,
                                    .why = "it is traced"};
        struct decision decision = ask_as(policy_of_tests(state), &identity, &cases[i]);
        check(&cases[i], &decision);
        decision = ask_as(NULL, &identity, &cases[i]);
        check(&cases[i], &decision);
        assert_false(decision.is_pending);
    }
}

static void test_authorise_denies_everything_without_a_policy(void **state) {
    (void)state;
    static const struct question cases[] = {
        {EXACT("/bin/read", READ, "aws", "x"), KC_REASON_ACTION_NOT_IN_POLICY,
         "the file is broken"},
        {EXACT("/bin/other", READ, "aws", "x"), KC_REASON_ACTION_NOT_IN_POLICY,
         "the file is broken"},
        {ADMIN(WRITE), KC_REASON_ACTION_NOT_IN_POLICY, "the file is broken"},
        {ADMIN(STATUS), KC_REASON_NONE, ""},
        {ADMIN(STOP), KC_REASON_NONE, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct identity identity = {.is_administrator = true};
        struct decision decision = ask_as(NULL, &identity, &cases[i]);
        check(&cases[i], &decision);
        assert_false(decision.is_pending);
    }
}

static void test_authorise_suggests_an_upgrade_when_the_hash_changed(void **state) {
    static const struct question question = {
        "/bin/read",
        HASH_B,
        KC_TYPE_REQUEST,
        KC_ACTION_READ,
        KC_MATCH_EXACT,
        "aws",
        "x",
        KC_REASON_UNREGISTERED_BINARY,
        "(sha256 0123456789abcdef…) is not what was registered under this path; if you know why "
        "it changed: keychain-auth upgrade /bin/read"};
    struct decision decision = ask(policy_of_tests(state), &question);
    check(&question, &decision);
    assert_true(decision.is_pending);
}

static void test_authorise_does_not_list_what_could_not_be_approved(void **state) {
    static const struct question question = {"/bin/other",
                                             "",
                                             KC_TYPE_REQUEST,
                                             KC_ACTION_READ,
                                             KC_MATCH_EXACT,
                                             "aws",
                                             "x",
                                             KC_REASON_UNREGISTERED_BINARY,
                                             NULL};
    assert_false(ask(policy_of_tests(state), &question).is_pending);
}

static void test_authorise_says_why_a_program_cannot_be_approved(void **state) {
    static const struct question question = {
        EXACT("/bin/caf\xe9", READ, "aws", "x"), KC_REASON_UNREGISTERED_BINARY,
        "is not registered and may not read \"aws\" target \"x\"; it can't be approved: a path "
        "isn't UTF-8 text, which no policy can hold; rename that file"};
    struct decision decision = ask(policy_of_tests(state), &question);
    check(&question, &decision);
    assert_false(decision.is_pending);
    assert_null(strstr(decision.message, "keychain-auth"));
}

static void test_authorise_says_whether_the_entry_is_plain(void **state) {
    static const struct question plain = {EXACT("/bin/plain", READ, "aws", "x"), KC_REASON_NONE,
                                          NULL};
    static const struct question other = {EXACT("/bin/read", READ, "aws", "x"), KC_REASON_NONE,
                                          NULL};
    assert_true(ask(policy_of_tests(state), &plain).plain);
    assert_false(ask(policy_of_tests(state), &other).plain);
}

/* Who runs code that isn't the image's own, and what of it an entry allows. */
struct code_case {
    const char *path;
    bool is_administrator;
    bool makes_code;
    const char *library; /* NULL: none */
    const char *hash;
    enum kc_reason reason;
    const char *says;
};

static const char code_policy[] =
    "{\"registered_binaries\":["
    "{\"path\":\"/bin/strict\",\"hash\":\"" HASH_A "\",\"allowed_read_services\":[\"aws\"]},"
    "{\"path\":\"/bin/jit\",\"hash\":\"" HASH_A "\",\"allowed_read_services\":[\"aws\"],"
    "\"code\":\"jit\"},"
    "{\"path\":\"/bin/lib\",\"hash\":\"" HASH_A "\",\"allowed_read_services\":[\"aws\"],"
    "\"libraries\":[{\"path\":\"/l/a.so\",\"hash\":\"" HASH_B "\"}]}]}";

static struct decision ask_with_code(const struct policy *policy, const struct code_case *one) {
    char library[64] = "";
    struct identity_file file = {.path = library};
    struct identity identity = {.is_administrator = one->is_administrator,
                                .makes_code = one->makes_code,
                                .file_count = one->library != NULL ? 1 : 0,
                                .files = &file};
    struct question question = {one->path, HASH_A, KC_TYPE_REQUEST, KC_ACTION_READ, KC_MATCH_EXACT,
                                "aws",     "x",    one->reason,     one->says};
    if (one->library != NULL) {
        (void)snprintf(library, sizeof library, "%s", one->library);
        (void)snprintf(file.hash, sizeof file.hash, "%s", one->hash);
    }
    if (one->is_administrator) {
        question.type = KC_TYPE_ADMIN;
        question.action = KC_ACTION_WRITE;
    }
    struct decision decision = ask_as(policy, &identity, &question);
    check(&question, &decision);
    return decision;
}

static void test_authorise_allows_only_the_code_that_the_entry_names(void **state) {
    (void)state;
    static const struct code_case cases[] = {
        {"/bin/strict", false, false, NULL, NULL, KC_REASON_NONE, NULL},
        {"/bin/strict", false, true, NULL, NULL, KC_REASON_UNTRUSTED_PROCESS,
         "keychain-auth allow /bin/strict --jit"},
        {"/bin/jit", false, true, NULL, NULL, KC_REASON_NONE, NULL},
        {"/bin/jit", false, false, NULL, NULL, KC_REASON_NONE, NULL},
        {"/bin/jit", false, true, "/l/a.so", HASH_B, KC_REASON_UNTRUSTED_PROCESS, "/l/a.so"},
        {"/bin/lib", false, false, "/l/a.so", HASH_B, KC_REASON_NONE, NULL},
        {"/bin/lib", false, false, "/l/a.so", HASH_A, KC_REASON_UNTRUSTED_PROCESS,
         "keychain-auth allow /bin/lib --library /l/a.so"},
        {"/bin/lib", false, false, "/l/b.so", HASH_B, KC_REASON_UNTRUSTED_PROCESS, "/l/b.so"},
        {"/bin/lib", false, true, NULL, NULL, KC_REASON_UNTRUSTED_PROCESS, "--jit"},
        {"/bin/jit", true, false, NULL, NULL, KC_REASON_NONE, NULL},
        {"/bin/jit", true, true, NULL, NULL, KC_REASON_UNTRUSTED_PROCESS, NULL},
        {"/bin/lib", true, false, "/l/a.so", HASH_B, KC_REASON_UNTRUSTED_PROCESS, NULL},
    };
    KC_AUTO(policy) policy = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(policy_parse(code_policy, sizeof code_policy - 1, &policy, why), KC_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct decision decision = ask_with_code(policy, &cases[i]);
        assert_int_equal(decision.is_jit, cases[i].makes_code && cases[i].reason == KC_REASON_NONE);
    }
}

/* Below /bin/read, which may read aws, and above which another user is. */
static struct decision ask_below_reader(const struct policy *policy,
                                        const struct question *question, bool makes_code) {
    char reader[] = "/bin/read";
    struct chain_link link = {.kind = LINK_BINARY, .pid = 7, .path = reader, .hash = HASH_A};
    struct chain chain = {.count = 1, .links = &link, .end = CHAIN_END_OTHER, .id = HASH_B};
    struct identity identity = {.chain = &chain, .makes_code = makes_code};
    return ask_as(policy, &identity, question);
}

static void test_authorise_asks_those_for_whom_a_helper_speaks(void **state) {
    static const struct {
        struct question question;
        bool is_helper;
        bool is_pending;
    } cases[] = {
        {{EXACT("/bin/helper", READ, "aws", "x"), KC_REASON_NONE, NULL}, true, false},
        {{EXACT("/bin/helper", READ, "db", "x"), KC_REASON_CALLER_NOT_ALLOWED,
          "\"/bin/read\" (pid 7) is registered without this right, so \"/bin/helper\" may not read "
          "\"db\" target \"x\"; to allow this: keychain-auth approve 0123456789abcdef --read db "
          "--with-chain"},
         true,
         true},
        {{EXACT("/bin/helper", WRITE, "aws", "x"), KC_REASON_CALLER_NOT_ALLOWED, "--write aws"},
         true,
         true},
        {{EXACT("/bin/helper", SEARCH, "aws", ""), KC_REASON_CALLER_NOT_ALLOWED,
          "--read aws --search --with-chain"},
         true,
         true},
        {{EXACT("/bin/asks", READ, "aws", "x"), KC_REASON_NONE, NULL}, false, false},
        {{EXACT("/bin/asks", READ, "git", "x1"), KC_REASON_SERVICE_NOT_ALLOWED, "/bin/asks"},
         false,
         false},
        {{EXACT("/bin/none", READ, "aws", "x"), KC_REASON_ACTION_NOT_IN_POLICY, "/bin/none"},
         false,
         false},
        {{EXACT("/bin/plain", READ, "aws", "x"), KC_REASON_NONE, NULL}, false, false},
        {{EXACT("/bin/other", READ, "aws", "x"), KC_REASON_UNREGISTERED_BINARY, "/bin/other"},
         false,
         true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct decision decision =
            ask_below_reader(policy_of_tests(state), &cases[i].question, false);
        check(&cases[i].question, &decision);
        assert_int_equal(decision.is_helper, cases[i].is_helper);
        assert_int_equal(decision.is_pending, cases[i].is_pending);
    }
}

static void test_authorise_looks_at_the_code_of_a_helper_too(void **state) {
    static const struct question question = {EXACT("/bin/helper", READ, "aws", "x"),
                                             KC_REASON_UNTRUSTED_PROCESS, "--jit"};
    struct decision decision = ask_below_reader(policy_of_tests(state), &question, true);
    check(&question, &decision);
}

static void test_authorise_says_who_needs_a_chain(void **state) {
    static const struct {
        char path[20];
        const char *hash;
        bool needs;
    } cases[] = {
        {"/bin/helper", HASH_A, true}, {"/bin/asks", HASH_A, true},
        {"/bin/read", HASH_A, false},  {"/bin/helper", HASH_B, false},
        {"/bin/other", HASH_A, false}, {"/bin/script-helper", HASH_A, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[20];
        struct identity identity = {.path = path};
        memcpy(path, cases[i].path, sizeof path);
        memcpy(identity.hash, cases[i].hash, sizeof identity.hash);
        assert_int_equal(authorise_needs_chain(policy_of_tests(state), &identity), cases[i].needs);
        assert_false(authorise_needs_chain(NULL, &identity));
    }
}

static void test_authorise_suggests_commands_that_are_safe_to_paste(void **state) {
    static const struct question cases[] = {
        {EXACT("/bin/a b'c", READ, "a s;$(x)", "x"), KC_REASON_ACTION_NOT_IN_POLICY,
         "keychain-auth allow '/bin/a b'\\''c' --read 'a s;$(x)'"},
        {EXACT("/bin/a\nb", READ, "a/b,c%", "x"), KC_REASON_ACTION_NOT_IN_POLICY,
         "\"/bin/a\\x0ab\" may not read anything; to allow this: keychain-auth allow "
         "aaaaaaaaaaaaaaaa --read a%2Fb%2Cc%25"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct decision decision = ask(policy_of_tests(state), &cases[i]);
        check(&cases[i], &decision);
        assert_null(strchr(decision.message, '\n'));
    }
    static const struct question hidden[] = {
        {EXACT("/bin/none", READ,
               "a\xe2\x80\xae"
               "b",
               "x"),
         KC_REASON_ACTION_NOT_IN_POLICY, NULL},
        {EXACT("/bin/none", READ, "--yes", "x"), KC_REASON_ACTION_NOT_IN_POLICY, NULL},
    };
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        struct decision decision = ask(policy_of_tests(state), &hidden[i]);
        check(&hidden[i], &decision);
        assert_null(strstr(decision.message, "keychain-auth"));
    }
}

static void test_authorise_never_shows_a_cut_command(void **state) {
    char service[KC_SERVICE_MAX + 1];
    char path[500];
    memset(service, '%', KC_SERVICE_MAX);
    service[KC_SERVICE_MAX] = '\0';
    memset(path, 'p', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    struct question question = {path,
                                HASH_B,
                                KC_TYPE_REQUEST,
                                KC_ACTION_READ,
                                KC_MATCH_EXACT,
                                service,
                                "x",
                                KC_REASON_UNREGISTERED_BINARY,
                                "is not registered"};
    struct decision decision = ask(policy_of_tests(state), &question);
    check(&question, &decision);
    assert_null(strstr(decision.message, "keychain-auth"));
}

static void test_authorise_quotes_one_word(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *word; /* NULL: can't be shown */
    } cases[] = {
        {"/usr/bin/foo-1", "/usr/bin/foo-1"},
        {"a b", "'a b'"},
        {"~/x", "'~/x'"},
        {"it's", "'it'\\''s'"},
        {"a\"b", "'a\"b'"},
        {"a\\b", "'a\\b'"},
        {"m\xc3\xbc", "'m\xc3\xbc'"},
        {"", NULL},
        {"-x", NULL},
        {"a\033b", NULL},
        {"a\xff", NULL},
        {"123456789012345", "123456789012345"},
        {"1234567890123456", NULL},
        {"1 3456789012", "'1 3456789012'"},
        {"'''''", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char word[16];
        bool is_shown = shell_quote(cases[i].text, word, sizeof word);
        if (is_shown != (cases[i].word != NULL) ||
            strcmp(word, cases[i].word != NULL ? cases[i].word : "") != 0) {
            fail_msg("\"%s\" became \"%s\"", cases[i].text, word);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_authorise_gives_the_reason_of_each_answer),
        cmocka_unit_test(test_authorise_lets_the_administrator_do_all_but_read),
        cmocka_unit_test(test_authorise_denies_whom_identify_distrusts_before_all_else),
        cmocka_unit_test(test_authorise_denies_everything_without_a_policy),
        cmocka_unit_test(test_authorise_suggests_an_upgrade_when_the_hash_changed),
        cmocka_unit_test(test_authorise_does_not_list_what_could_not_be_approved),
        cmocka_unit_test(test_authorise_says_why_a_program_cannot_be_approved),
        cmocka_unit_test(test_authorise_says_whether_the_entry_is_plain),
        cmocka_unit_test(test_authorise_allows_only_the_code_that_the_entry_names),
        cmocka_unit_test(test_authorise_suggests_commands_that_are_safe_to_paste),
        cmocka_unit_test(test_authorise_never_shows_a_cut_command),
        cmocka_unit_test(test_authorise_quotes_one_word),
        cmocka_unit_test(test_authorise_asks_those_for_whom_a_helper_speaks),
        cmocka_unit_test(test_authorise_looks_at_the_code_of_a_helper_too),
        cmocka_unit_test(test_authorise_says_who_needs_a_chain),
    };
    return cmocka_run_group_tests(tests, parse_policy, free_policy);
}
