/* SPDX-License-Identifier: MIT */
/*
 * The form of keyring.json: read strictly, within the limits, and written back as it was.
 *
 * links: daemon/store/keyring_text.c daemon/store/items.c libkc/attributes.c libkc/base64.c
 * links: libkc/message_memory.c libkc/parse.c platform -ljansson
 */
#include "daemon/store/keyring_text.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nothing is unsealed here: any bytes that are long enough will do. */
#define KEY_ID "0123456789abcdef"
#define SEALED "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="

#define HEAD   "{\"version\":1,\"key\":\"" KEY_ID "\",\"items\":[\n"
#define ITEM(s, t) \
    "{\"service\":\"" s "\",\"target\":\"" t "\",\"attributes\":{},\"sealed\":\"" SEALED "\"}"
#define ITEM_OF(a, b) "{\"service\":\"s\",\"target\":\"t\",\"attributes\":" a ",\"sealed\":" b "}"
#define TAIL          "\n]}\n"

/* From an exact copy, so that a sanitizer sees a read behind the end. `word` is NULL for a text
 * that is read and then written as it was, up to blanks in its head. */
static void check(const char *text, size_t length, const char *word) {
    char *exact = malloc(length > 0 ? length : 1);
    assert_non_null(exact);
    memcpy(exact, text, length);
    struct items *items = NULL;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = keyring_parse(exact, length, KEY_ID, &items, why);
    free(exact);
    if (word != NULL) {
        assert_int_equal(error, KC_DAMAGED);
        assert_null(items);
        assert_non_null(strstr(why, word));
        return;
    }
    assert_int_equal(error, KC_OK);
    assert_string_equal(why, "");
    char *written = NULL;
    assert_int_equal(keyring_write(items, KEY_ID, &written, &length), KC_OK);
    assert_int_equal(strlen(written), length);
    assert_string_equal(written + strlen(HEAD), strchr(text, '\n') + 1);
    free(written);
    items_free(items);
}

static void test_keyring_text_is_read_strictly(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *word; /* of the sentence; NULL: it is read */
    } cases[] = {
        {HEAD "]}\n", NULL},
        {HEAD ITEM("s", "t") TAIL, NULL},
        {HEAD ITEM("s", "t") ",\n" ITEM("s", "u") TAIL, NULL},
        {HEAD ITEM_OF("{\"a\":\"b\"}", "\"" SEALED "\"") TAIL, NULL},
        {"{ \"version\": 1, \"key\": \"" KEY_ID "\", \"items\": [\n]}\n", NULL},
        {"", "too early"},
        {"\n", "head"},
        {HEAD, "line 2: the keyring ends too early"},
        {HEAD ITEM("s", "t") "\n", "line 3: the keyring ends too early"},
        {HEAD ITEM("s", "t") ",\n", "line 3"},
        {HEAD ITEM("s", "t") ",\n]}\n", "line 3"},
        {HEAD "]}", "too early"},
        {HEAD "]}\n ", "follows"},
        {HEAD "\n]}\n", "line 2"},
        {HEAD ITEM("s", "t") "\n" ITEM("s", "u") TAIL, "line 3: a comma"},
        {HEAD ITEM("s", "t") ",\n" ITEM("s", "t") TAIL, "line 3: the item is there"},
        {HEAD ITEM("s", "u") ",\n" ITEM("s", "t") TAIL, "not in its order"},
        {"{\"version\":2,\"key\":1}\n", "head"},
        {"{\"version\":2,\"new\":1,\"items\":[\n]}\n", "version 2"},
        {"{\"version\":\"1\",\"key\":\"" KEY_ID "\",\"items\":[\n]}\n", "head"},
        {"{\"version\":1,\"version\":1,\"key\":\"" KEY_ID "\",\"items\":[\n]}\n", "head"},
        {"{\"version\":1,\"key\":\"" KEY_ID "\",\"more\":1,\"items\":[\n]}\n", "exactly"},
        {"{\"version\":1,\"items\":[\n]}\n", "exactly"},
        {"{\"version\":1,\"key\":\"" KEY_ID "\",\"items\":[{}\n]}\n", "exactly"},
        {"{\"version\":1,\"key\":\"nothex\",\"items\":[\n]}\n", "exactly"},
        {"{\"version\":1,\"key\":\"0000000000000000\",\"items\":[\n]}\n",
         "sealed with the key \"0000000000000000\""},
        {HEAD "{}" TAIL, "exactly"},
        {HEAD "[]" TAIL, "exactly"},
        {HEAD "7" TAIL, "not JSON"},
        {HEAD "{\"service\":\"s\"}" TAIL, "exactly"},
        {HEAD "{\"service\":\"s\",\"service\":\"s\"}" TAIL, "twice"},
        {HEAD "{\"more\":1,\"service\":\"s\",\"target\":\"t\",\"attributes\":{},\"sealed\":"
              "\"" SEALED "\"}" TAIL,
         "exactly"},
        {HEAD ITEM("", "t") TAIL, "name"},
        {HEAD ITEM("s", "") TAIL, "name"},
        {HEAD ITEM("s", "a\\u0007") TAIL, "name"},
        {HEAD ITEM("s", "a\\u0000b") TAIL, "not JSON"},
        {HEAD ITEM("s", "\xff") TAIL, "not JSON"},
        {HEAD ITEM_OF("[]", "\"" SEALED "\"") TAIL, "exactly"},
        {HEAD ITEM_OF("{\"a\":1}", "\"" SEALED "\"") TAIL, "not a string"},
        {HEAD ITEM_OF("{\"\":\"b\"}", "\"" SEALED "\"") TAIL, "limits"},
        {HEAD ITEM_OF("{\"a\":\"b\",\"a\":\"b\"}", "\"" SEALED "\"") TAIL, "twice"},
        {HEAD ITEM_OF("{}", "7") TAIL, "exactly"},
        {HEAD ITEM_OF("{}", "\"AAA\"") TAIL, "base64"},
        {HEAD ITEM_OF("{}", "\"\"") TAIL, "too short"},
        {HEAD ITEM_OF("{}", "\"AAAA\"") TAIL, "too short"},
        {HEAD ITEM_OF("{}", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"") TAIL,
         "too short"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check(cases[i].text, strlen(cases[i].text), cases[i].word);
    }
}

#define LONGEST_SEALED 87432 /* characters for 64 KiB and what sealing adds, one of them `=` */

/* A name one byte over its limit, and a value that decodes to one more than is allowed. */
static void test_keyring_text_refuses_what_is_over_the_limits(void **state) {
    (void)state;
    static const struct {
        size_t service;
        size_t target;
        size_t sealed; /* in characters of base64 before the padding */
        const char *padding;
        const char *word; /* NULL: it is read */
    } cases[] = {
        {KC_SERVICE_MAX, KC_TARGET_MAX, LONGEST_SEALED - 1, "=", NULL},
        {KC_SERVICE_MAX + 1, 1, 52, "", "name"},
        {1, KC_TARGET_MAX + 1, 52, "", "name"},
        {1, 1, LONGEST_SEALED, "", "too long"},
        {1, 1, LONGEST_SEALED + 4, "", "too long"},
    };
    static char filler[LONGEST_SEALED + 4];
    memset(filler, 'A', sizeof filler);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = 100 * 1024;
        char *text = calloc(1, size);
        assert_non_null(text);
        snprintf(text, size,
                 HEAD "{\"service\":\"%.*s\",\"target\":\"%.*s\",\"attributes\":{},\"sealed\":"
                      "\"%.*s%s\"}" TAIL,
                 (int)cases[i].service, filler, (int)cases[i].target, filler, (int)cases[i].sealed,
                 filler, cases[i].padding);
        check(text, strlen(text), cases[i].word);
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keyring_text_is_read_strictly),
        cmocka_unit_test(test_keyring_text_refuses_what_is_over_the_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
