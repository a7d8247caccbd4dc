/* SPDX-License-Identifier: MIT */
/* Items that are really sealed, so that a store can't pass by keeping half of one. */
#include "tests/unit/sealed_item.h"

#include "daemon/crypto.h"
#include "libkc/secret.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

struct secret *key_filled(int fill) {
    unsigned char bytes[CRYPTO_KEY_SIZE];
    memset(bytes, fill, sizeof bytes);
    struct secret *key = NULL;
    assert_int_equal(secret_new_copy(bytes, sizeof bytes, &key), KC_OK);
    return key;
}

const char *key_id_of(const struct secret *key) {
    static char id[CRYPTO_KEY_ID_SIZE];
    assert_int_equal(crypto_key_id(key, id), KC_OK);
    return id;
}

struct item *item_sealed(const struct secret *key, const char *service, const char *target,
                         const char *environment, const char *value) {
    struct attributes attributes = {0};
    if (environment != NULL) {
        assert_int_equal(attributes_add(&attributes, "environment", environment), KC_OK);
    }
    struct secret *secret = NULL;
    struct item *item = NULL;
    assert_int_equal(secret_new_copy(value, strlen(value), &secret), KC_OK);
    assert_int_equal(item_new(service, target, &attributes, &item), KC_OK);
    assert_int_equal(
        crypto_seal(key, service, target, &attributes, secret, &item->sealed, &item->sealed_length),
        KC_OK);
    secret_free(secret);
    attributes_clear(&attributes);
    return item;
}

bool item_holds(const struct secret *key, const struct item *item, const char *value) {
    struct secret *found = NULL;
    enum kc_error error = crypto_unseal(key, item->service, item->target, &item->attributes,
                                        item->sealed, item->sealed_length, &found);
    if (error == KC_DAMAGED) {
        return false;
    }
    assert_int_equal(error, KC_OK);
    bool holds = secret_length(found) == strlen(value) &&
                 memcmp(secret_view(found), value, strlen(value)) == 0;
    secret_free(found);
    return holds;
}
