/* SPDX-License-Identifier: MIT */
/* A file store in a private directory, for tests that look at the file as well. */
#ifndef TEST_SEALED_STORE_H
#define TEST_SEALED_STORE_H

#include <stdbool.h>

#include "libkc/protocol.h"
#include "platform/kc_error.h"

struct secret;
struct store_backend;

struct store {
    struct store_backend *backend; /* NULL: it isn't open */
    struct secret *key;            /* 32 times 'k' */
    char *directory;
    char *path; /* of keyring.json */
};

/* For cmocka; set up is not yet open. */
int store_set_up(void **state);
int store_tear_down(void **state);

enum kc_error store_try_open(struct store *store, char why[KC_MESSAGE_MAX]);
void store_open(struct store *store);
void store_close(struct store *store);

/* An item of the service "svc", put; and the same with the attribute "production", committed. */
void store_stage(struct store *store, const char *target, const char *environment,
                 const char *value);
void store_put(struct store *store, const char *target, const char *value);
/* Whether it unseals to `value`. */
bool store_holds(struct store *store, const char *target, const char *value);

/* The text of the file; free() it. */
char *store_read_keyring(const struct store *store);
/* The first `from` becomes `to`, which is as long. */
void store_change_keyring(const struct store *store, const char *from, const char *to);

void assert_keyring(const struct store *store, const char *expected);
/* `word` stands in the sentence, and so does the directory. */
void assert_open_refused(struct store *store, enum kc_error expected, const char *word);
void assert_refresh(struct store *store, enum kc_error expected, const char *word);

#endif
