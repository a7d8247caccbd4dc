/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as keyring.json. What is read stands in order and is written back so that it
 * reads the same; what is refused is KC_DAMAGED with a line number.
 *
 * links: daemon/store/keyring_text.c daemon/store/items.c libkc/attributes.c libkc/base64.c
 * links: libkc/message_memory.c libkc/parse.c platform -ljansson
 */
#include "daemon/store/keyring_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define KEY_ID "0123456789abcdef"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(int condition) {
    if (!condition) {
        abort();
    }
}

static void require_same(const struct item *one, const struct item *other) {
    require(strcmp(one->service, other->service) == 0);
    require(strcmp(one->target, other->target) == 0);
    require(one->attributes.count == other->attributes.count);
    require(attributes_match(&one->attributes, &other->attributes));
    require(one->sealed_length == other->sealed_length);
    require(memcmp(one->sealed, other->sealed, one->sealed_length) == 0);
}

static struct items *read_back(const struct items *items) {
    char *text = NULL;
    size_t length = 0;
    char why[KC_MESSAGE_MAX] = "";
    struct items *again = NULL;
    require(keyring_write(items, KEY_ID, &text, &length) == KC_OK);
    require(keyring_parse(text, length, KEY_ID, &again, why) == KC_OK);
    free(text);
    return again;
}

/* The same item with its line made anew instead of kept. */
static void put_rewritten(struct items *items, const struct item *item) {
    struct item *copy = NULL;
    require(item_new(item->service, item->target, &item->attributes, &copy) == KC_OK);
    copy->sealed = malloc(item->sealed_length);
    require(copy->sealed != NULL);
    memcpy(copy->sealed, item->sealed, item->sealed_length);
    copy->sealed_length = item->sealed_length;
    require(keyring_write_item(copy) == KC_OK);
    require(items_put(items, &copy) == KC_OK);
}

static void check(const struct items *items) {
    struct items *rewritten = NULL;
    require(items_new(&rewritten) == KC_OK);
    for (size_t i = 0; i < items_count(items); i++) {
        const struct item *item = items_at(items, i);
        require(items_find(items, item->service, item->target) == item);
        require(memchr(item->text, '\n', item->text_length) == NULL);
        put_rewritten(rewritten, item);
    }
    struct items *kept_again = read_back(items);
    struct items *rewritten_again = read_back(rewritten);
    require(items_count(kept_again) == items_count(items));
    require(items_count(rewritten_again) == items_count(items));
    for (size_t i = 0; i < items_count(items); i++) {
        require_same(items_at(items, i), items_at(kept_again, i));
        require_same(items_at(items, i), items_at(rewritten_again, i));
    }
    items_free(rewritten);
    items_free(kept_again);
    items_free(rewritten_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct items *items = NULL;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = keyring_parse((const char *)bytes, length, KEY_ID, &items, why);
    if (error != KC_OK) {
        require(error == KC_DAMAGED && items == NULL);
        require(strncmp(why, "line ", 5) == 0);
        return 0;
    }
    check(items);
    items_free(items);
    return 0;
}
