/* SPDX-License-Identifier: MIT */
/*
 * The file behind the policy: what is refused, that a change is seen, and that an edit keeps
 * what it doesn't know and never spoils the file.
 * links: daemon/config.c daemon/config_change.c daemon/config_edit.c daemon/config_report.c
 * links: daemon/config_flags.c
 * links: daemon/edit_lock.c daemon/policy.c daemon/policy_entry.c daemon/grant.c
 * links: daemon/shell_quote.c daemon/config_seal.c daemon/crypto_derive.c kc_static platform
 * links: tests/unit/temp_directory.c -ljansson -lcrypto
 */
#include "daemon/config.h"
#include "daemon/config_flags.h"
#include "daemon/policy.h"
#include "platform/file.h"
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HASH_A    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B    "aaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define NOW_US    INT64_C(1767323045000000) /* 2026-01-02T03:04:05Z */
#define ONE_ENTRY "{\"registered_binaries\":[{\"path\":\"/bin/a\",\"hash\":\"" HASH_A "\"}]}"

struct place {
    char directory[64];
    char path[128];
    char report[KC_MESSAGE_MAX];
};

static int enter(void **state) {
    struct place *place = calloc(1, sizeof *place);
    if (place == NULL) {
        return -1;
    }
    (void)snprintf(place->directory, sizeof place->directory, "/tmp/kc-config-XXXXXX");
    if (mkdtemp(place->directory) == NULL) {
        free(place);
        return -1;
    }
    (void)snprintf(place->path, sizeof place->path, "%s/config.json", place->directory);
    *state = place;
    return 0;
}

/* Removes what is known; anything else that lies there makes rmdir(2), and the case, fail. */
static int leave(void **state) {
    struct place *place = *state;
    static const char *const names[] = {"config.json", "config.json.lock", "target", "new"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[160];
        (void)snprintf(path, sizeof path, "%s/%s", place->directory, names[i]);
        (void)remove(path);
    }
    int failed = rmdir(place->directory);
    free(place);
    return failed;
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
}

static const char *read_file(const char *path, char *buffer, size_t size) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(buffer, 1, size - 1, file);
    buffer[length] = '\0';
    assert_int_equal(fclose(file), 0);
    return buffer;
}

static void assert_says(const char *text, const char *part) {
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" doesn't say \"%s\"", text, part);
    }
}

/* Runs a change with at most one grant to read and one to write. */
static enum kc_error change(struct place *place, enum config_change_kind kind, const char *path,
                            const char *hash, const char *read) {
    struct config_change asked = {
        .kind = kind,
        .path = path,
        .hash = hash,
        .read = &read,
        .read_count = read != NULL ? 1 : 0,
        .now_us = NOW_US,
    };
    return config_change(place->path, &asked, place->report);
}

/* "aws,git/x" of the only entry's grants to read. */
static const char *grants_now(const struct place *place, char buffer[256]) {
    KC_AUTO(config) config = NULL;
    assert_int_equal(config_new(place->path, &config), KC_OK);
    assert_true(config_refresh(config));
    const struct policy *policy = config_policy(config);
    assert_non_null(policy);
    assert_int_equal(policy_count(policy), 1);
    buffer[0] = '\0';
    for (size_t i = 0; i < policy_entry_grant_count(policy_at(policy, 0), RIGHT_READ); i++) {
        size_t used = strlen(buffer);
        (void)snprintf(buffer + used, 256 - used, "%s%s", i > 0 ? "," : "",
                       policy_entry_grant(policy_at(policy, 0), RIGHT_READ, i));
    }
    return buffer;
}

static void test_config_without_a_file_is_an_empty_policy(void **state) {
    struct place *place = *state;
    KC_AUTO(config) config = NULL;
    assert_int_equal(config_new(place->path, &config), KC_OK);
    assert_null(config_policy(config));
    assert_true(config_refresh(config));
    assert_non_null(config_policy(config));
    assert_int_equal(policy_count(config_policy(config)), 0);
    assert_string_equal(config_trouble(config), "");
    assert_false(config_refresh(config));
}

static void test_config_sees_every_change_of_the_file(void **state) {
    struct place *place = *state;
    KC_AUTO(config) config = NULL;
    assert_int_equal(config_new(place->path, &config), KC_OK);
    assert_true(config_refresh(config));
    write_file(place->path, ONE_ENTRY);
    assert_true(config_refresh(config));
    assert_int_equal(policy_count(config_policy(config)), 1);
    const struct policy *before = config_policy(config);
    assert_false(config_refresh(config));
    assert_ptr_equal(config_policy(config), before);
    assert_int_equal(config_changes(config), 2);
    assert_int_equal(change(place, CONFIG_UNREGISTER, "/bin/a", NULL, NULL), KC_OK);
    assert_true(config_refresh(config));
    assert_int_equal(policy_count(config_policy(config)), 0);
    assert_int_equal(unlink(place->path), 0);
    assert_true(config_refresh(config));
    assert_int_equal(policy_count(config_policy(config)), 0);
    assert_int_equal(config_changes(config), 4);
}

/* `spoil` makes a good file bad; afterwards nothing may be allowed. */
static void check_refused(struct place *place, void (*spoil)(const struct place *place),
                          const char *says) {
    KC_AUTO(config) config = NULL;
    assert_int_equal(config_new(place->path, &config), KC_OK);
    write_file(place->path, ONE_ENTRY);
    assert_true(config_refresh(config));
    assert_int_equal(policy_count(config_policy(config)), 1);

    spoil(place);
    assert_true(config_refresh(config));
    assert_null(config_policy(config));
    assert_says(config_trouble(config), place->path);
    assert_says(config_trouble(config), says);
    assert_says(config_trouble(config), "everything is denied");
    assert_false(config_refresh(config));

    (void)remove(place->path);
    write_file(place->path, ONE_ENTRY);
    assert_true(config_refresh(config));
    assert_int_equal(policy_count(config_policy(config)), 1);
    assert_string_equal(config_trouble(config), "");
}

static void spoil_text(const struct place *place) {
    write_file(place->path, "{ \"registered_binaries\": 7 }");
}

static void spoil_mode(const struct place *place) {
    assert_int_equal(chmod(place->path, 0620), 0);
}

static void spoil_by_link(const struct place *place) {
    char target[160];
    (void)snprintf(target, sizeof target, "%s/target", place->directory);
    assert_int_equal(rename(place->path, target), 0);
    assert_int_equal(symlink(target, place->path), 0);
}

static void test_config_denies_everything_when_it_cannot_be_parsed(void **state) {
    check_refused(*state, spoil_text, "registered_binaries");
}

static void test_config_refuses_a_group_writable_file(void **state) {
    check_refused(*state, spoil_mode, "group");
}

static void test_config_refuses_a_symbolic_link(void **state) {
    check_refused(*state, spoil_by_link, "link");
}

static void test_config_accepts_a_file_that_others_may_read(void **state) {
    struct place *place = *state;
    KC_AUTO(config) config = NULL;
    assert_int_equal(config_new(place->path, &config), KC_OK);
    write_file(place->path, ONE_ENTRY);
    assert_int_equal(chmod(place->path, 0644), 0);
    assert_true(config_refresh(config));
    assert_non_null(config_policy(config));
    assert_int_equal(policy_count(config_policy(config)), 1);
}

static void test_config_change_registers_without_rights(void **state) {
    struct place *place = *state;
    char grants[256];
    char text[2048];
    assert_int_equal(change(place, CONFIG_REGISTER, "/bin/a", HASH_A, NULL), KC_OK);
    assert_string_equal(place->report, "\"/bin/a\" is registered; it reads nothing, writes nothing "
                                       "and doesn't search");
    assert_string_equal(grants_now(place, grants), "");
    assert_says(read_file(place->path, text, sizeof text),
                "\"registered_at\": \"2026-01-02T03:04:05Z\"");
    struct stat status;
    assert_int_equal(stat(place->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void test_config_change_adds_rights_only_once(void **state) {
    struct place *place = *state;
    char grants[256];
    struct file_stamp before;
    struct file_stamp after;
    assert_int_equal(change(place, CONFIG_REGISTER, "/bin/a", HASH_A, "aws"), KC_OK);
    assert_int_equal(change(place, CONFIG_REGISTER, "/bin/a", HASH_A, "git/x*"), KC_OK);
    assert_int_equal(file_stamp(place->path, &before), KC_OK);
    assert_int_equal(change(place, CONFIG_REGISTER, "/bin/a", HASH_A, "aws"), KC_OK);
    assert_int_equal(change(place, CONFIG_ALLOW, "/bin/a", NULL, "aws"), KC_OK);
    assert_says(place->report, "is so already; it reads aws, git/x*");
    assert_int_equal(file_stamp(place->path, &after), KC_OK);
    assert_true(file_stamp_equal(&before, &after));
    assert_string_equal(grants_now(place, grants), "aws,git/x*");
}

static void test_config_change_wants_an_upgrade_for_another_hash(void **state) {
    struct place *place = *state;
    char grants[256];
    assert_int_equal(change(place, CONFIG_REGISTER, "/bin/a b", HASH_A, "aws"), KC_OK);
    assert_int_equal(change(place, CONFIG_REGISTER, "/bin/a b", HASH_B, "git"), KC_EXISTS);
    assert_says(place->report, "keychain-auth upgrade '/bin/a b'");
    assert_string_equal(grants_now(place, grants), "aws");
    assert_int_equal(change(place, CONFIG_UPGRADE, "/bin/a b", HASH_B, NULL), KC_OK);
    assert_says(place->report, "is upgraded; it reads aws");
    assert_int_equal(change(place, CONFIG_ALLOW, NULL, "aaaaaaaab", "git"), KC_OK);
    assert_string_equal(grants_now(place, grants), "aws,git");
}

static void test_config_change_revokes_what_is_named(void **state) {
    struct place *place = *state;
    char grants[256];
    static const char *const all[] = {"aws", "aws/prod*", "awsome", "git/x", "git/y"};
    struct config_change asked = {.kind = CONFIG_REGISTER,
                                  .path = "/bin/a",
                                  .hash = HASH_A,
                                  .read = all,
                                  .read_count = 5,
                                  .flags[CONFIG_SEARCH] = CONFIG_SET};
    assert_int_equal(config_change(place->path, &asked, place->report), KC_OK);
    assert_int_equal(change(place, CONFIG_REVOKE, "/bin/a", NULL, "aws"), KC_OK);
    assert_string_equal(grants_now(place, grants), "awsome,git/x,git/y");
    assert_int_equal(change(place, CONFIG_REVOKE, "/bin/a", NULL, "git/x"), KC_OK);
    assert_string_equal(grants_now(place, grants), "awsome,git/y");
    assert_int_equal(change(place, CONFIG_REVOKE, "/bin/a", NULL, "git/x"), KC_NOT_FOUND);
    assert_says(place->report, "nothing was changed");
    assert_int_equal(change(place, CONFIG_REVOKE, "/bin/a", NULL, NULL), KC_OK);
    assert_says(place->report, "has fewer rights; it reads nothing, writes nothing and doesn't");
    assert_string_equal(grants_now(place, grants), "");
}

/* "jit /lib/a.so=aaaaaaaa …": what the only entry says of code. */
static const char *code_now(const struct place *place, char buffer[256]) {
    KC_AUTO(config) config = NULL;
    assert_int_equal(config_new(place->path, &config), KC_OK);
    assert_true(config_refresh(config));
    const struct policy_entry *entry = policy_at(config_policy(config), 0);
    assert_non_null(entry);
    (void)snprintf(buffer, 256, "%s", policy_entry_may_make_code(entry) ? "jit" : "");
    for (size_t i = 0; i < policy_entry_library_count(entry); i++) {
        size_t used = strlen(buffer);
        (void)snprintf(buffer + used, 256 - used, " %s=%.12s", policy_entry_library_path(entry, i),
                       policy_entry_library_hash(entry, i));
    }
    return buffer;
}

static enum kc_error change_code(struct place *place, enum config_change_kind kind,
                                 enum config_flag jit, const char *path, const char *hash) {
    const struct config_library library = {path, hash};
    const struct config_change asked = {.kind = kind,
                                        .path = "/bin/a",
                                        .flags[CONFIG_JIT] = jit,
                                        .libraries = &library,
                                        .library_count = path != NULL ? 1 : 0};
    return config_change(place->path, &asked, place->report);
}

static void test_config_change_allows_code_and_takes_it_away(void **state) {
    struct place *place = *state;
    static const struct {
        enum config_change_kind kind;
        enum config_flag jit;
        const char *path;
        const char *hash;
        const char *now;
        const char *says;
    } cases[] = {
        {CONFIG_ALLOW, CONFIG_SET, NULL, NULL, "jit", "may make code"},
        {CONFIG_ALLOW, CONFIG_SET, NULL, NULL, "jit", "is so already"},
        {CONFIG_ALLOW, CONFIG_LEAVE, "/l/a.so", HASH_A, "jit /l/a.so=aaaaaaaaaaaa", "1 library"},
        {CONFIG_ALLOW, CONFIG_LEAVE, "/l/a.so", HASH_A, "jit /l/a.so=aaaaaaaaaaaa", "already"},
        {CONFIG_ALLOW, CONFIG_CLEAR, "/l/a.so", HASH_B, " /l/a.so=aaaaaaaabbbb", "more rights"},
        {CONFIG_ALLOW, CONFIG_LEAVE, "/l/b.so", HASH_A,
         " /l/a.so=aaaaaaaabbbb /l/b.so=aaaaaaaaaaaa", "2 libraries"},
        {CONFIG_REVOKE, CONFIG_LEAVE, "/l/a.so", NULL, " /l/b.so=aaaaaaaaaaaa", "fewer rights"},
        {CONFIG_ALLOW, CONFIG_SET, NULL, NULL, "jit /l/b.so=aaaaaaaaaaaa", "more rights"},
        {CONFIG_REVOKE, CONFIG_CLEAR, "/l/b.so", NULL, "", "fewer rights"},
    };
    char code[256];
    assert_int_equal(change(place, CONFIG_REGISTER, "/bin/a", HASH_A, NULL), KC_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(
            change_code(place, cases[i].kind, cases[i].jit, cases[i].path, cases[i].hash), KC_OK);
        assert_string_equal(code_now(place, code), cases[i].now);
        assert_says(place->report, cases[i].says);
    }
}

static void test_config_change_refuses_a_library_without_form(void **state) {
    struct place *place = *state;
    char code[256];
    assert_int_equal(change(place, CONFIG_REGISTER, "/bin/a", HASH_A, NULL), KC_OK);
    assert_int_equal(change_code(place, CONFIG_ALLOW, CONFIG_LEAVE, "l/a.so", HASH_A), KC_INVALID);
    assert_says(place->report, "absolute");
    assert_int_equal(change_code(place, CONFIG_ALLOW, CONFIG_LEAVE, "/l/a.so", "aaaaaaaa"),
                     KC_INVALID);
    assert_says(place->report, "64");
    assert_int_equal(change_code(place, CONFIG_REVOKE, CONFIG_LEAVE, "/l/a.so", NULL),
                     KC_NOT_FOUND);
    assert_says(place->report, "has no library \"/l/a.so\"; nothing was changed");
    assert_string_equal(code_now(place, code), "");
}

/* The flags of the only entry that are on, by the options that set them. */
static const char *flags_now(const struct place *place, char buffer[256]) {
    KC_AUTO(config) config = NULL;
    assert_int_equal(config_new(place->path, &config), KC_OK);
    assert_true(config_refresh(config));
    const struct policy_entry *entry = policy_at(config_policy(config), 0);
    assert_non_null(entry);
    buffer[0] = '\0';
    for (size_t i = 0; i < CONFIG_FLAG_COUNT; i++) {
        size_t used = strlen(buffer);
        (void)snprintf(buffer + used, 256 - used, "%s%s", config_flags[i].is_on(entry) ? " " : "",
                       config_flags[i].is_on(entry) ? config_flags[i].option : "");
    }
    return buffer;
}

static enum kc_error change_flag(struct place *place, enum config_change_kind kind,
                                 enum config_flag_name name, enum config_flag flag) {
    struct config_change asked = {.kind = kind, .path = "/bin/a"};
    asked.flags[name] = flag;
    return config_change(place->path, &asked, place->report);
}

static void test_config_change_sets_and_clears_every_flag(void **state) {
    struct place *place = *state;
    char before[256];
    char after[256];
    char text[2048];
    struct file_stamp stamps[2];
    assert_int_equal(change(place, CONFIG_REGISTER, "/bin/a", HASH_A, NULL), KC_OK);
    assert_string_equal(flags_now(place, before), " interactive");
    for (enum config_flag_name name = 0; name < CONFIG_FLAG_COUNT; name++) {
        bool is_usual = config_flags[name].is_usual;
        assert_int_equal(
            change_flag(place, CONFIG_ALLOW, name, is_usual ? CONFIG_CLEAR : CONFIG_SET), KC_OK);
        assert_string_not_equal(flags_now(place, after), before);
        assert_int_equal(strstr(after, config_flags[name].option) == NULL, is_usual);
        assert_says(read_file(place->path, text, sizeof text), config_flags[name].key);
        assert_says(place->report,
                    config_flags[name].report != NULL ? config_flags[name].report : "search");
        assert_int_equal(file_stamp(place->path, &stamps[0]), KC_OK);
        assert_int_equal(
            change_flag(place, CONFIG_ALLOW, name, is_usual ? CONFIG_CLEAR : CONFIG_SET), KC_OK);
        assert_int_equal(file_stamp(place->path, &stamps[1]), KC_OK);
        assert_true(file_stamp_equal(&stamps[0], &stamps[1]));
        assert_int_equal(
            change_flag(place, CONFIG_REVOKE, name, is_usual ? CONFIG_SET : CONFIG_CLEAR), KC_OK);
        assert_string_equal(flags_now(place, after), before);
    }
}

static void test_config_change_revokes_whatever_lets_it_do_more(void **state) {
    struct place *place = *state;
    char flags[256];
    struct config_change asked = {.kind = CONFIG_REGISTER, .path = "/bin/a", .hash = HASH_A};
    for (enum config_flag_name name = 0; name < CONFIG_FLAG_COUNT; name++) {
        asked.flags[name] = CONFIG_SET;
    }
    asked.flags[CONFIG_HELPER] = CONFIG_LEAVE;
    asked.flags[CONFIG_INTERACTIVE] = CONFIG_CLEAR;
    assert_int_equal(config_change(place->path, &asked, place->report), KC_OK);
    assert_string_equal(flags_now(place, flags),
                        " search plain jit launcher session-root inline ancestry-chain");
    assert_int_equal(change(place, CONFIG_REVOKE, "/bin/a", NULL, NULL), KC_OK);
    assert_string_equal(flags_now(place, flags), " plain jit ancestry-chain");
}

static void test_config_change_gives_a_helper_no_rights(void **state) {
    struct place *place = *state;
    char before[2048];
    char after[2048];
    struct config_change asked = {.kind = CONFIG_REGISTER,
                                  .path = "/bin/a",
                                  .hash = HASH_A,
                                  .flags[CONFIG_HELPER] = CONFIG_SET};
    assert_int_equal(config_change(place->path, &asked, place->report), KC_OK);
    assert_says(place->report, "it is a helper");
    read_file(place->path, before, sizeof before);
    assert_int_equal(change(place, CONFIG_ALLOW, "/bin/a", NULL, "aws"), KC_DENIED);
    assert_says(place->report, "allow the program that calls it instead");
    assert_int_equal(change(place, CONFIG_REGISTER, "/bin/a", HASH_A, "aws"), KC_DENIED);
    assert_int_equal(change_flag(place, CONFIG_ALLOW, CONFIG_SEARCH, CONFIG_SET), KC_DENIED);
    assert_string_equal(read_file(place->path, after, sizeof after), before);

    assert_int_equal(change_flag(place, CONFIG_REVOKE, CONFIG_HELPER, CONFIG_CLEAR), KC_OK);
    assert_int_equal(change(place, CONFIG_ALLOW, "/bin/a", NULL, "aws"), KC_OK);
    assert_int_equal(change_flag(place, CONFIG_ALLOW, CONFIG_HELPER, CONFIG_SET), KC_DENIED);
    assert_says(place->report, "keychain-auth revoke");
}

/* The only entry's; "" when it is no script's. */
static void assert_interpreter(const struct place *place, const char *wanted) {
    KC_AUTO(config) config = NULL;
    assert_int_equal(config_new(place->path, &config), KC_OK);
    assert_true(config_refresh(config));
    const char *now = policy_entry_interpreter(policy_at(config_policy(config), 0));
    assert_string_equal(now == NULL ? "" : now, wanted);
}

static void test_config_change_names_what_runs_a_script(void **state) {
    struct place *place = *state;
    struct config_change asked = {
        .kind = CONFIG_REGISTER, .path = "/a.sh", .hash = HASH_A, .interpreter = "/bin/sh"};
    assert_int_equal(config_change(place->path, &asked, place->report), KC_OK);
    assert_says(place->report, "\"/bin/sh\" runs it");
    assert_interpreter(place, "/bin/sh");
    assert_int_equal(change(place, CONFIG_REGISTER, "/a.sh", HASH_A, "aws"), KC_OK);
    assert_interpreter(place, "/bin/sh");
    asked.kind = CONFIG_UPGRADE;
    asked.interpreter = "/bin/bash";
    assert_int_equal(config_change(place->path, &asked, place->report), KC_OK);
    assert_says(place->report, "is upgraded");
    assert_interpreter(place, "/bin/bash");
    asked.interpreter = "sh";
    assert_int_equal(config_change(place->path, &asked, place->report), KC_INVALID);
    assert_says(place->report, "absolute");
}

static void test_config_change_chooses_the_caller_rule(void **state) {
    struct place *place = *state;
    char text[512];
    struct config_change asked = {.kind = CONFIG_RULE, .caller_rule = "chain"};
    write_file(place->path, "{\"zebra\":1}");
    assert_int_equal(config_change(place->path, &asked, place->report), KC_OK);
    assert_says(place->report, "as it was before");
    assert_string_equal(read_file(place->path, text, sizeof text), "{\"zebra\":1}");
    asked.caller_rule = "nearest";
    assert_int_equal(config_change(place->path, &asked, place->report), KC_OK);
    assert_string_equal(place->report, "the caller rule is \"nearest\" from now on");
    assert_says(read_file(place->path, text, sizeof text), "\"caller_rule\": \"nearest\"");
    asked.caller_rule = "any";
    assert_int_equal(config_change(place->path, &asked, place->report), KC_INVALID);
    asked.caller_rule = NULL;
    assert_int_equal(config_change(place->path, &asked, place->report), KC_INVALID);
    assert_says(place->report, "\"chain\" or \"nearest\"");
}

static void test_config_change_keeps_unknown_keys_and_their_order(void **state) {
    struct place *place = *state;
    char text[2048];
    write_file(
        place->path,
        "{\"zebra\":{\"b\":1,\"a\":[2.5,null]},\"registered_binaries\":[{\"note\":\"\xc3\xbc\","
        "\"path\":\"/bin/a\",\"hash\":\"" HASH_A "\",\"code\":\"jit\"}],\"apple\":true}\n");
    assert_int_equal(change(place, CONFIG_ALLOW, "/bin/a", NULL, "aws"), KC_OK);
    read_file(place->path, text, sizeof text);
    static const char *const order[] = {"zebra",    "\"b\": 1",          "2.5",     "null", "note",
                                        "\xc3\xbc", "\"code\": \"jit\"", "\"aws\"", "apple"};
    const char *at = text;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const char *found = strstr(at, order[i]);
        if (found == NULL) {
            fail_msg("\"%s\" is missing or out of order in %s", order[i], text);
        }
        at = found;
    }
}

static void test_config_change_chooses_the_store_and_nothing_else(void **state) {
    struct place *place = *state;
    char text[512];
    char again[512];
    struct config_change asked = {.kind = CONFIG_STORE, .store = "memory"};
    write_file(place->path, "{\"zebra\":1,\"store\":\"auto\",\"apple\":2}");
    assert_int_equal(config_change(place->path, &asked, place->report), KC_OK);
    assert_string_equal(place->report,
                        "the store is \"memory\" from the next start of the daemon on");
    read_file(place->path, text, sizeof text);
    assert_string_equal(text, "{\n  \"zebra\": 1,\n  \"store\": \"memory\",\n  \"apple\": 2,\n"
                              "  \"registered_binaries\": []\n}\n");
    assert_int_equal(config_change(place->path, &asked, place->report), KC_OK);
    assert_string_equal(place->report, "the store is \"memory\", as it was before");
    asked.store = "drawer";
    assert_int_equal(config_change(place->path, &asked, place->report), KC_INTERNAL);
    asked.store = NULL;
    assert_int_equal(config_change(place->path, &asked, place->report), KC_INVALID);
    assert_string_equal(read_file(place->path, again, sizeof again), text);
}

static void test_config_change_leaves_a_damaged_file_as_it_is(void **state) {
    struct place *place = *state;
    static const char *const damaged[] = {"{ \"registered_binaries\": [", "[]",
                                          "{\"registered_binaries\":[{\"path\":\"/bin/a\"}]}"};
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        char text[256];
        write_file(place->path, damaged[i]);
        assert_int_equal(change(place, CONFIG_REGISTER, "/bin/b", HASH_A, NULL), KC_DAMAGED);
        assert_says(place->report, "left as it is");
        assert_string_equal(read_file(place->path, text, sizeof text), damaged[i]);
    }
}

static void test_config_change_refuses_an_unsafe_file(void **state) {
    struct place *place = *state;
    char text[256];
    write_file(place->path, ONE_ENTRY);
    spoil_mode(place);
    assert_int_equal(change(place, CONFIG_ALLOW, "/bin/a", NULL, "aws"), KC_UNSAFE);
    assert_says(place->report, "group and others");
    spoil_by_link(place);
    assert_int_equal(change(place, CONFIG_ALLOW, "/bin/a", NULL, "aws"), KC_UNSAFE);
    assert_string_equal(read_file(place->path, text, sizeof text), ONE_ENTRY);
}

static void test_config_change_says_what_is_wrong_with_a_request(void **state) {
    struct place *place = *state;
    static const struct {
        enum config_change_kind kind;
        const char *path;
        const char *hash;
        const char *read;
        enum kc_error error;
        const char *says;
    } cases[] = {
        {CONFIG_REGISTER, "/bin/c", "aaaaaaaa", NULL, KC_INVALID, "64"},
        {CONFIG_REGISTER, "bin/c", HASH_A, NULL, KC_INVALID, "absolute"},
        {CONFIG_REGISTER, "/bin/\xff", HASH_A, NULL, KC_INVALID, "UTF-8"},
        {CONFIG_REGISTER, "/bin/c", HASH_A, "a,b", KC_INVALID, "\"a,b\" isn't a grant"},
        {CONFIG_REGISTER, "/bin/c", NULL, NULL, KC_INVALID, "a path and a hash"},
        {CONFIG_ALLOW, NULL, NULL, "aws", KC_INVALID, "a path or a hash"},
        {CONFIG_ALLOW, NULL, "aaaaaaa", "aws", KC_INVALID, "8"},
        {CONFIG_ALLOW, NULL, "AAAAAAAA", "aws", KC_INVALID, "lower-case"},
        {CONFIG_ALLOW, NULL, "aaaaaaaa", "aws", KC_INVALID, "fits 2 entries; name the path"},
        {CONFIG_ALLOW, "/bin/none", NULL, "aws", KC_NOT_FOUND, "isn't registered"},
        {CONFIG_ALLOW, "/bin/a", HASH_B, "aws", KC_NOT_FOUND, "isn't registered"},
        {CONFIG_UPGRADE, "/bin/none", HASH_A, NULL, KC_NOT_FOUND, "isn't registered"},
        {CONFIG_UNREGISTER, "/bin/none", NULL, NULL, KC_NOT_FOUND, "isn't registered"},
        {CONFIG_REVOKE, NULL, "cccccccc", NULL, KC_NOT_FOUND, "isn't registered"},
    };
    assert_int_equal(change(place, CONFIG_REGISTER, "/bin/a", HASH_A, NULL), KC_OK);
    assert_int_equal(change(place, CONFIG_REGISTER, "/bin/b", HASH_B, NULL), KC_OK);
    char before[2048];
    char after[2048];
    read_file(place->path, before, sizeof before);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(change(place, cases[i].kind, cases[i].path, cases[i].hash, cases[i].read),
                         cases[i].error);
        assert_says(place->report, cases[i].says);
    }
    assert_string_equal(read_file(place->path, after, sizeof after), before);
    assert_int_equal(change(place, CONFIG_ALLOW, NULL, "aaaaaaaaa", "aws"), KC_OK);
}

static void test_config_change_makes_the_directory(void **state) {
    struct place *place = *state;
    char path[256];
    struct config_change asked = {
        .kind = CONFIG_REGISTER, .path = "/bin/a", .hash = HASH_A, .now_us = NOW_US};
    (void)snprintf(path, sizeof path, "%s/new/config.json", place->directory);
    assert_int_equal(config_change(path, &asked, place->report), KC_OK);
    assert_int_equal(unlink(path), 0);
    (void)snprintf(path, sizeof path, "%s/new/config.json.lock", place->directory);
    assert_int_equal(unlink(path), 0);
}

static void test_config_change_leaves_nothing_but_file_and_lock(void **state) {
    struct place *place = *state;
    assert_int_equal(change(place, CONFIG_REGISTER, "/bin/a", HASH_A, "aws"), KC_OK);
    assert_int_equal(change(place, CONFIG_REVOKE, "/bin/a", NULL, "git"), KC_NOT_FOUND);
    assert_int_equal(temp_directory_count(place->directory), 2);
}

static void test_config_change_loses_no_edit_of_another_process(void **state) {
    struct place *place = *state;
    enum { CHILDREN = 4, EDITS = 10 };
    for (unsigned child = 0; child < CHILDREN; child++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            bool is_done = true;
            for (unsigned i = 0; i < EDITS; i++) {
                char path[32];
                (void)snprintf(path, sizeof path, "/bin/%u-%u", child, i);
                is_done = change(place, CONFIG_REGISTER, path, HASH_A, NULL) == KC_OK && is_done;
            }
            _exit(is_done ? 0 : 1);
        }
    }
    for (unsigned child = 0; child < CHILDREN; child++) {
        int status = 0;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    KC_AUTO(config) config = NULL;
    assert_int_equal(config_new(place->path, &config), KC_OK);
    assert_true(config_refresh(config));
    assert_int_equal(policy_count(config_policy(config)), CHILDREN * EDITS);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_config_without_a_file_is_an_empty_policy),
        CASE(test_config_sees_every_change_of_the_file),
        CASE(test_config_denies_everything_when_it_cannot_be_parsed),
        CASE(test_config_refuses_a_group_writable_file),
        CASE(test_config_refuses_a_symbolic_link),
        CASE(test_config_accepts_a_file_that_others_may_read),
        CASE(test_config_change_registers_without_rights),
        CASE(test_config_change_adds_rights_only_once),
        CASE(test_config_change_wants_an_upgrade_for_another_hash),
        CASE(test_config_change_revokes_what_is_named),
        CASE(test_config_change_allows_code_and_takes_it_away),
        CASE(test_config_change_refuses_a_library_without_form),
        CASE(test_config_change_sets_and_clears_every_flag),
        CASE(test_config_change_revokes_whatever_lets_it_do_more),
        CASE(test_config_change_gives_a_helper_no_rights),
        CASE(test_config_change_names_what_runs_a_script),
        CASE(test_config_change_chooses_the_caller_rule),
        CASE(test_config_change_keeps_unknown_keys_and_their_order),
        CASE(test_config_change_chooses_the_store_and_nothing_else),
        CASE(test_config_change_leaves_a_damaged_file_as_it_is),
        CASE(test_config_change_refuses_an_unsafe_file),
        CASE(test_config_change_says_what_is_wrong_with_a_request),
        CASE(test_config_change_makes_the_directory),
        CASE(test_config_change_leaves_nothing_but_file_and_lock),
        CASE(test_config_change_loses_no_edit_of_another_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
