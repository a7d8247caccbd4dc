/* SPDX-License-Identifier: MIT */
/* See the header. Every step that the fake itself needs memory for ends the test. */
#include "tests/unit/fake_provider.h"

#include "daemon/store/provider.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COPIES_MAX 64

struct provider {
    struct stored rows[COPIES_MAX];
    size_t count;
    unsigned last_path;
    size_t fail_after; /* changes; SIZE_MAX: never */
    bool fails_done;
    bool stays_away;
    bool is_dead;
};

/* There is no other way to it: the store that made it owns it. */
static struct provider *made;

struct provider *fake_provider(void) {
    return made;
}

void fake_provider_fail_after(struct provider *provider, size_t changes, bool is_done,
                              bool stays_away) {
    provider->fail_after = changes;
    provider->fails_done = is_done;
    provider->stays_away = stays_away;
}

void fake_provider_mend(struct provider *provider) {
    provider->fail_after = SIZE_MAX;
    provider->stays_away = false;
}

size_t fake_provider_copies(const struct provider *provider) {
    return provider->count;
}

enum kc_error provider_new(struct provider **ret_provider) {
    made = calloc(1, sizeof *made);
    assert_non_null(made);
    made->fail_after = SIZE_MAX;
    made->is_dead = true;
    *ret_provider = made;
    return KC_OK;
}

static struct item *copy_item(const struct item *item) {
    struct item *copy = NULL;
    assert_int_equal(item_new(item->service, item->target, &item->attributes, &copy), KC_OK);
    copy->sealed = malloc(item->sealed_length + 1);
    assert_non_null(copy->sealed);
    memcpy(copy->sealed, item->sealed, item->sealed_length);
    copy->sealed_length = item->sealed_length;
    return copy;
}

static void drop_row(struct provider *provider, size_t index) {
    free(provider->rows[index].path);
    item_free(provider->rows[index].item);
    provider->count--;
    provider->rows[index] = provider->rows[provider->count];
}

void provider_free(struct provider *provider) {
    if (provider == NULL) {
        return;
    }
    while (provider->count > 0) {
        drop_row(provider, 0);
    }
    free(provider);
    made = NULL;
}

void stored_list_clear(struct stored_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        free(list->rows[i].path);
        item_free(list->rows[i].item);
    }
    free(list->rows);
    *list = (struct stored_list){0};
}

enum kc_error provider_connect(struct provider *provider, unsigned timeout_ms) {
    (void)timeout_ms;
    provider->is_dead = provider->stays_away;
    return provider->is_dead ? KC_IO : KC_OK;
}

static bool fits(const struct item *item, const struct stored_query *query) {
    return (query->service == NULL || strcmp(item->service, query->service) == 0) &&
           (query->target == NULL || strcmp(item->target, query->target) == 0) &&
           (query->prefix == NULL ||
            strncmp(item->target, query->prefix, strlen(query->prefix)) == 0);
}

enum kc_error provider_search(struct provider *provider, const struct stored_query *query,
                              struct stored_list *ret_list) {
    if (provider->is_dead) {
        return KC_IO;
    }
    struct stored_list list = {.rows = calloc(COPIES_MAX, sizeof *list.rows)};
    assert_non_null(list.rows);
    for (size_t i = 0; i < provider->count; i++) {
        const struct stored *row = &provider->rows[i];
        if (fits(row->item, query)) {
            list.rows[list.count].path = strdup(row->path);
            list.rows[list.count].item = copy_item(row->item);
            list.rows[list.count].written = row->written;
            list.count++;
        }
    }
    *ret_list = list;
    return KC_OK;
}

enum kc_error provider_count(struct provider *provider, size_t *ret_count) {
    if (provider->is_dead) {
        return KC_IO;
    }
    *ret_count = provider->count;
    return KC_OK;
}

enum kc_error provider_make_writable(struct provider *provider) {
    return provider->is_dead ? KC_IO : KC_OK;
}

/* Whether the change is to be done, and what is answered. */
static bool begin_change(struct provider *provider, enum kc_error *ret_error) {
    *ret_error = KC_IO;
    if (provider->is_dead) {
        return false;
    }
    if (provider->fail_after == 0) {
        provider->is_dead = true;
        provider->fail_after = SIZE_MAX;
        return provider->fails_done;
    }
    if (provider->fail_after != SIZE_MAX) {
        provider->fail_after--;
    }
    *ret_error = KC_OK;
    return true;
}

enum kc_error provider_create(struct provider *provider, const struct item *item,
                              uint64_t written) {
    enum kc_error error = KC_OK;
    if (begin_change(provider, &error)) {
        char path[16];
        assert_true(provider->count < COPIES_MAX);
        provider->last_path++;
        snprintf(path, sizeof path, "/%u", provider->last_path);
        provider->rows[provider->count] =
            (struct stored){.path = strdup(path), .item = copy_item(item), .written = written};
        provider->count++;
    }
    return error;
}

enum kc_error provider_delete(struct provider *provider, const char *path) {
    enum kc_error error = KC_OK;
    if (begin_change(provider, &error)) {
        for (size_t i = 0; i < provider->count; i++) {
            if (strcmp(provider->rows[i].path, path) == 0) {
                drop_row(provider, i);
                return error;
            }
        }
        error = KC_NOT_FOUND;
    }
    return error;
}

const char *provider_trouble(const struct provider *provider) {
    return provider->is_dead ? "the fake keyring is away" : "";
}
