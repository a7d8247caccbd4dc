/* SPDX-License-Identifier: MIT */
/*
 * The sources of an import: what each line becomes, what is passed over, and what is refused
 * with its line and without a word of it.
 * links: daemon/admin/import_env.c daemon/admin/import_ini.c daemon/admin/import_git.c
 * links: daemon/admin/import_desktop.c daemon/admin/import_list.c daemon/admin/span.c
 * links: libkc/attributes.c
 * links: libkc/error.c libkc/login.c libkc/naming.c libkc/parse.c libkc/secret.c platform
 */
#include "daemon/admin/import_list.h"
#include "daemon/store/desktop.h"
#include "libkc/secret.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum kc_error parser(const char *bytes, size_t length, struct import_list *list,
                             char why[KC_MESSAGE_MAX]);

static enum kc_error parse_env(const char *bytes, size_t length, struct import_list *list,
                               char why[KC_MESSAGE_MAX]) {
    return import_env_parse(bytes, length, "env", list, why);
}

/* "SERVICE TARGET=VALUE;" for each entry: what the tables below expect. */
static void write_down(const struct import_list *list, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < list->count; i++) {
        const struct import_entry *entry = &list->entries[i];
        if (entry->yields) {
            continue; /* a list of logins; it has its own case */
        }
        used += (size_t)snprintf(text + used, size - used, "%s %s=%.*s;", entry->service,
                                 entry->target, (int)secret_length(entry->value),
                                 (const char *)secret_view(entry->value));
        assert_true(used < size);
    }
}

struct row {
    const char *text;
    const char *expected;
    size_t passed_over;
};

static void check_rows(parser *parse, const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct import_list list = {0};
        char why[KC_MESSAGE_MAX] = "";
        char found[1024];
        assert_int_equal(parse(rows[i].text, strlen(rows[i].text), &list, why), KC_OK);
        assert_string_equal(why, "");
        write_down(&list, found, sizeof found);
        assert_string_equal(found, rows[i].expected);
        assert_int_equal(list.passed_over, rows[i].passed_over);
        import_list_clear(&list);
    }
}

/* The sentence begins with the line; "hunter2", which every row holds, isn't in it. */
static void check_refusals(parser *parse, const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct import_list list = {0};
        char why[KC_MESSAGE_MAX] = "";
        assert_int_equal(parse(rows[i].text, strlen(rows[i].text), &list, why), KC_INVALID);
        assert_memory_equal(why, rows[i].expected, strlen(rows[i].expected));
        assert_non_null(strstr(rows[i].text, "hunter2"));
        assert_null(strstr(why, "hunter2"));
        import_list_clear(&list);
    }
}

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void test_import_env_reads_lines_as_a_shell_does(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"", "", 0},
        {"\n# A=b\n  \t\n", "", 0},
        {"A=b", "env A=b;", 0},
        {"\xef\xbb\xbf"
         "A=b\r\nC=d\r\n",
         "env A=b;env C=d;", 0},
        {"  export A=b\nexport\tC=d\n", "env A=b;env C=d;", 0},
        {"export=x\nexported=y\n", "env export=x;env exported=y;", 0},
        {"A=\nB=''\nC=\"\"\n", "env A=;env B=;env C=;", 0},
        {"A=a b \t # remark\nB=a#b\nC=#d\n", "env A=a b;env B=a#b;env C=#d;", 0},
        {"A='a # \"$b\\n' # remark\n", "env A=a # \"$b\\n;", 0},
        {"A=\"a\\nb\\\"\\\\\\$\\`\\q\\t\"\n", "env A=a\nb\"\\$`\\q\t;", 0},
        {"A=\"one\ntwo\"\nB='three\nfour'\n", "env A=one\ntwo;env B=three\nfour;", 0},
        {"A=$HOME/`x`\n", "env A=$HOME/`x`;", 0},
        {"A=b=c==\n", "env A=b=c==;", 0},
        {"A=1\nB=2\nA=3\n", "env A=3;env B=2;", 0},
        {"_a.B-9=x\n", "env _a.B-9=x;", 0},
        {"A=it's\n", "env A=it's;", 0},
    };
    check_rows(parse_env, rows, COUNT(rows));
}

static void test_import_env_refuses_what_is_no_line(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"hunter2\n", "line 1: it isn't KEY=VALUE", 0},
        {"A=b\n=hunter2\n", "line 2: it isn't KEY=VALUE", 0},
        {"A = hunter2\n", "line 1: it isn't KEY=VALUE", 0},
        {"9A=hunter2\n", "line 1: it isn't KEY=VALUE", 0},
        {"A='x\ny'\nB='hunter2\n\n", "line 3: the quote isn't closed", 0},
        {"A=\"hunter2\\\"", "line 1: the quote isn't closed", 0},
        {"A=\"x\ny\"hunter2\n", "line 2: there is text behind", 0},
        {"A='x'#hunter2\n", "line 1: there is text behind", 0},
    };
    check_refusals(parse_env, rows, COUNT(rows));
}

static void test_import_env_refuses_a_nul(void **state) {
    (void)state;
    struct import_list list = {0};
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(parse_env("A=x\0y", 5, &list, why), KC_INVALID);
    assert_string_equal(why, "line 1: the value holds a NUL");
    import_list_clear(&list);
}

static void test_import_env_takes_a_value_of_the_limit_and_no_more(void **state) {
    (void)state;
    size_t length = 2 + (size_t)KC_VALUE_MAX + 1;
    char *text = malloc(length);
    assert_non_null(text);
    memset(text, 'v', length);
    memcpy(text, "A=", 2);
    for (size_t more = 0; more < 2; more++) {
        struct import_list list = {0};
        char why[KC_MESSAGE_MAX] = "";
        assert_int_equal(parse_env(text, length - 1 + more, &list, why),
                         more == 0 ? KC_OK : KC_TOO_BIG);
        assert_int_equal(list.count, 1 - more);
        assert_int_equal(strncmp(why, "line 1: ", 8) == 0, more);
        import_list_clear(&list);
    }
    free(text);
}

static void test_import_list_takes_no_more_than_its_limit(void **state) {
    (void)state;
    struct import_list list = {0};
    for (size_t i = 0; i <= IMPORT_ENTRIES_MAX; i++) {
        char target[32];
        struct secret *value = NULL;
        (void)snprintf(target, sizeof target, "t%zu", i);
        const struct import_names names = {.service = "s", .target = target};
        assert_int_equal(secret_new_copy("v", 1, &value), KC_OK);
        assert_int_equal(import_list_put(&list, &names, &value),
                         i < IMPORT_ENTRIES_MAX ? KC_OK : KC_TOO_BIG);
        assert_null(value);
    }
    import_list_clear(&list);
    assert_int_equal(list.count, 0);
}

#define ONE       "aws_access_key_id = AKIA1\naws_secret_access_key = se/cr+et==\n"
#define ONE_VALUE "{\"AccessKeyId\":\"AKIA1\",\"SecretAccessKey\":\"se/cr+et==\"}"

static void test_import_aws_makes_a_document_of_each_profile(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"", "", 0},
        {"# nothing\n; here\n", "", 0},
        {"[default]\n" ONE, "aws default=" ONE_VALUE ";", 0},
        {"[ a b ] # remark\r\n" ONE, "aws a b=" ONE_VALUE ";", 0},
        {"[profile dev]\n" ONE "[profile]\n" ONE,
         "aws dev=" ONE_VALUE ";aws profile=" ONE_VALUE ";", 0},
        {"[t]\nAWS_Access_Key_Id=k\naws_secret_access_key=s\naws_session_token=t ; remark\n",
         "aws t={\"AccessKeyId\":\"k\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\"};", 0},
        {"[a]\n" ONE "[b]\nrole_arn=x\nsource_profile = a\n", "aws a=" ONE_VALUE ";", 1},
        {"[a]\naws_access_key_id=k\n[b]\n" ONE "[a]\naws_secret_access_key=s\n",
         "aws a={\"AccessKeyId\":\"k\",\"SecretAccessKey\":\"s\"};aws b=" ONE_VALUE ";", 0},
        {"[a]\naws_access_key_id=\naws_secret_access_key=s\n", "", 1},
        {"[a]\n" ONE "s3 =\n  aws_access_key_id = nested\n\tmax = 3\n", "aws a=" ONE_VALUE ";", 0},
        {"[a]\naws_access_key_id=\"q\\\"\naws_secret_access_key=s\n",
         "aws a={\"AccessKeyId\":\"\\\"q\\\\\\\"\",\"SecretAccessKey\":\"s\"};", 0},
    };
    check_rows(import_aws_parse, rows, COUNT(rows));
}

static void test_import_aws_refuses_what_is_no_setting(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"aws_secret_access_key = hunter2\n", "line 1: it stands before the first", 0},
        {"[a]\n" ONE "hunter2\n", "line 4: it is neither", 0},
        {"[hunter2\n", "line 1: the section's name isn't closed", 0},
        {"\n[]\n# hunter2\n", "line 2: the section's name can't", 0},
        {"[a]\naws_secret_access_key = hunter2\xff\n", "line 2: the value isn't text", 0},
        {"[a]\naws_secret_access_key = hunter2\x01x\n", "line 2: the value isn't text", 0},
    };
    check_refusals(import_aws_parse, rows, COUNT(rows));
}

static void test_import_git_reads_what_its_store_wrote(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"", "", 0},
        {"\n# remark\n", "", 0},
        {"https://bob:pw@github.com\n", "git https://bob@github.com=pw;", 0},
        {"https://bob:pw@github.com/\r\n", "git https://bob@github.com=pw;", 0},
        {"https://bob:p%40w%3a%2F%25@h:8080/a/b.git/\n", "git https://bob@h:8080/a/b.git=p@w:/%;",
         0},
        {"https://bob%40x.org:a:b@h\n", "git https://bob%40x.org@h=a:b;", 0},
        {"https://u:p%zz%4@h\n", "git https://u@h=p%zz%4;", 0},
        {"https://u:p@[::1]:80\n", "git https://u@[::1]:80=p;", 0},
        {"https://u:p@h/a%20b\n", "git https://u@h/a%20b=p;", 0},
        {"https://u:1@h\nhttps://u:2@h\nhttps://v:3@h\n", "git https://u@h=1;git https://v@h=3;",
         1},
        {"nonsense\nhttps://h\nhttps://u@h\nhttps://u:@h\nhttps://:p@h\n://u:p@h\n", "", 6},
        {"https://u:p%0aq@h\nhttps://u:p%00@h\nhttps://u%0a:p@h\nhttps://u:p@h/%ff\n", "", 4},
        {"cert:///path:x@y\nhttps://u:p@\n", "", 2},
        {"https://h/u:p@x\nhttps://h:1\nhttps://h:1/x@y\n", "", 3},
    };
    check_rows(import_git_parse, rows, COUNT(rows));
}

static void test_import_git_keeps_the_pieces_as_attributes(void **state) {
    (void)state;
    static const char text[] = "https://bob%40x:pw@h:1/p%20q\n";
    struct import_list list = {0};
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(import_git_parse(text, sizeof text - 1, &list, why), KC_OK);
    const struct attributes *attributes = &list.entries[0].attributes;
    assert_int_equal(attributes->count, 4);
    assert_string_equal(attributes_get(attributes, "protocol"), "https");
    assert_string_equal(attributes_get(attributes, "host"), "h:1");
    assert_string_equal(attributes_get(attributes, "username"), "bob@x");
    assert_string_equal(attributes_get(attributes, "path"), "p q");
    import_list_clear(&list);
}

static void test_import_git_lists_the_logins_of_each_place(void **state) {
    (void)state;
    static const char text[] = "https://bob%40x:p@h\nhttps://al:p@h/a\nhttps://al:p@h\n"
                               "http://al:p@h\nhttps://bob%40x:p@h/a\n";
    static const char *const expected[][2] = {
        {"https://@h", "bob%40x al"}, {"https://@h/a", "al bob%40x"}, {"http://@h", "al"}};
    struct import_list list = {0};
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(import_git_parse(text, sizeof text - 1, &list, why), KC_OK);
    assert_int_equal(list.count, 5 + COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        const struct import_entry *entry = &list.entries[5 + i];
        assert_string_equal(entry->target, expected[i][0]);
        assert_string_equal(attributes_get(&entry->attributes, "usernames"), expected[i][1]);
        assert_null(attributes_get(&entry->attributes, "username"));
        assert_int_equal(secret_length(entry->value), 0);
        assert_true(
            import_entry_is_kept(&(struct import_entry){.is_there = true, .yields = true}, true));
    }
    import_list_clear(&list);
}

static void test_import_git_says_which_target_is_too_long(void **state) {
    (void)state;
    char text[2048];
    char name[KC_TARGET_MAX];
    struct import_list list = {0};
    char why[KC_MESSAGE_MAX] = "";
    memset(name, '#', sizeof name); /* each becomes three */
    memset(name, '~', 700);
    int length = snprintf(text, sizeof text, "\nhttps://u:hunter2@h/%.*s\n", 900, name);
    for (char *at = text; *at != '\0'; at++) {
        *at = *at == '#' ? '@' : *at;
    }
    assert_int_equal(import_git_parse(text, (size_t)length, &list, why), KC_TOO_BIG);
    assert_memory_equal(why, "line 2: ", 8);
    assert_null(strstr(why, "hunter2"));
    import_list_clear(&list);
}

/* An item of the keyring with these attributes: name, value, name, value …, NULL. */
static enum kc_error add_item(struct import_list *list, const char *service,
                              const char *const *texts) {
    struct attributes attributes = {0};
    struct secret *value = NULL;
    for (size_t i = 0; texts[i] != NULL; i += 2) {
        assert_int_equal(attributes_add(&attributes, texts[i], texts[i + 1]), KC_OK);
    }
    assert_int_equal(secret_new_copy("v", 1, &value), KC_OK);
    const struct desktop_item item = {.path = "/x",
                                      .label = "My label",
                                      .collection = "",
                                      .content_type = "text/plain",
                                      .created = 7,
                                      .attributes = &attributes,
                                      .value = value};
    enum kc_error error = import_desktop_add(list, &item, service, 42);
    secret_free(value);
    attributes_clear(&attributes);
    return error;
}

static void test_import_desktop_names_an_item_by_its_attributes(void **state) {
    (void)state;
    static const struct {
        const char *service;
        const char *texts[7];
        const char *expected;
    } rows[] = {
        {NULL,
         {"user", "bob", "server", "h", NULL},
         "org.freedesktop.Secret.Generic server=h&user=bob=v;"},
        {NULL, {"xdg:schema", "org.x", "a", "b", NULL}, "org.x a=b=v;"},
        {"mine", {"xdg:schema", "org.x", "a", "b", NULL}, "mine a=b=v;"},
        {NULL,
         {"a b%", "&=#\n\x7f \xc3\xbc", NULL},
         "org.freedesktop.Secret.Generic a%20b%25=%26%3D%23%0A%7F%20\xc3\xbc=v;"},
        {NULL, {NULL}, "org.freedesktop.Secret.Generic kc:label=My%20label=v;"},
        {NULL, {"a", "", NULL}, "org.freedesktop.Secret.Generic a==v;"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct import_list list = {0};
        char found[1024];
        assert_int_equal(add_item(&list, rows[i].service, rows[i].texts), KC_OK);
        write_down(&list, found, sizeof found);
        assert_string_equal(found, rows[i].expected);
        import_list_clear(&list);
    }
}

static void test_import_desktop_keeps_all_attributes_and_tells_the_rest(void **state) {
    (void)state;
    static const char *const texts[] = {"xdg:schema", "org.x", "a", "b", NULL};
    struct import_list list = {0};
    assert_int_equal(add_item(&list, NULL, texts), KC_OK);
    const struct attributes *attributes = &list.entries[0].attributes;
    assert_int_equal(attributes->count, 5);
    assert_string_equal(attributes_get(attributes, "xdg:schema"), "org.x");
    assert_string_equal(attributes_get(attributes, "a"), "b");
    assert_string_equal(attributes_get(attributes, "kc:label"), "My label");
    assert_string_equal(attributes_get(attributes, "kc:content-type"), "text/plain");
    assert_string_equal(attributes_get(attributes, "kc:created"), "7");
    assert_int_equal(list.entries[0].origin, 42);
    import_list_clear(&list);
}

static void test_import_desktop_numbers_twins(void **state) {
    (void)state;
    static const char *const texts[] = {"a", "b", NULL};
    struct import_list list = {0};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(add_item(&list, "s", texts), KC_OK);
    }
    assert_string_equal(list.entries[1].target, "a=b#2");
    assert_string_equal(list.entries[2].target, "a=b#3");
    import_list_clear(&list);
}

static void test_import_desktop_refuses_what_breaks_a_limit(void **state) {
    (void)state;
    char value[KC_TARGET_MAX + 1] = {0};
    const char *texts[] = {"a", value, NULL};
    struct import_list list = {0};
    memset(value, 'x', KC_TARGET_MAX - 2);
    assert_int_equal(add_item(&list, "s", texts), KC_OK);
    assert_int_equal(strlen(list.entries[0].target), KC_TARGET_MAX);
    value[0] = '%';
    assert_int_equal(add_item(&list, "s", texts), KC_TOO_BIG);
    assert_int_equal(add_item(&list, "", texts + 2), KC_INVALID);
    assert_int_equal(list.count, 1);
    import_list_clear(&list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_import_env_reads_lines_as_a_shell_does),
        cmocka_unit_test(test_import_env_refuses_what_is_no_line),
        cmocka_unit_test(test_import_env_refuses_a_nul),
        cmocka_unit_test(test_import_env_takes_a_value_of_the_limit_and_no_more),
        cmocka_unit_test(test_import_list_takes_no_more_than_its_limit),
        cmocka_unit_test(test_import_aws_makes_a_document_of_each_profile),
        cmocka_unit_test(test_import_aws_refuses_what_is_no_setting),
        cmocka_unit_test(test_import_git_reads_what_its_store_wrote),
        cmocka_unit_test(test_import_git_keeps_the_pieces_as_attributes),
        cmocka_unit_test(test_import_git_lists_the_logins_of_each_place),
        cmocka_unit_test(test_import_git_says_which_target_is_too_long),
        cmocka_unit_test(test_import_desktop_names_an_item_by_its_attributes),
        cmocka_unit_test(test_import_desktop_keeps_all_attributes_and_tells_the_rest),
        cmocka_unit_test(test_import_desktop_numbers_twins),
        cmocka_unit_test(test_import_desktop_refuses_what_breaks_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
