/* SPDX-License-Identifier: MIT */
/*
 * A sorted array of items, so that a prefix is a range and a walk is in order, and a log of
 * what each change displaced. Everything that needs memory is reserved before a change is
 * made: what was begun succeeds, and what succeeded can be undone.
 */
#include "daemon/store/items.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Undone by putting `before` where `after` is. */
struct change {
    struct item *before; /* owned by the log; NULL: there was none */
    struct item *after;  /* owned by the array; NULL: it was removed */
};

struct items {
    struct item **sorted;
    size_t count;
    size_t capacity;
    struct change *log;
    size_t log_count;
    size_t log_capacity;
};

static char *copy_text(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    return copy;
}

enum kc_error item_new(const char *service, const char *target, const struct attributes *attributes,
                       struct item **ret_item) {
    KC_AUTO(item) item = calloc(1, sizeof *item);
    if (item == NULL) {
        return KC_NO_MEMORY;
    }
    item->service = copy_text(service);
    item->target = copy_text(target);
    if (item->service == NULL || item->target == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = attributes_copy(attributes, &item->attributes);
    if (error != KC_OK) {
        return error;
    }
    *ret_item = item;
    item = NULL;
    return KC_OK;
}

void item_free(struct item *item) {
    if (item == NULL) {
        return;
    }
    free(item->service);
    free(item->target);
    attributes_clear(&item->attributes);
    free(item->sealed);
    free(item->text);
    free(item);
}

enum kc_error items_new(struct items **ret_items) {
    struct items *items = calloc(1, sizeof *items);
    if (items == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_items = items;
    return KC_OK;
}

void items_free(struct items *items) {
    if (items == NULL) {
        return;
    }
    items_settle(items);
    for (size_t i = 0; i < items->count; i++) {
        item_free(items->sorted[i]);
    }
    free(items->sorted);
    free(items->log);
    free(items);
}

size_t items_count(const struct items *items) {
    return items->count;
}

/* strcmp() compares as unsigned char: bytewise, as the header promises. */
static int compare(const struct item *item, const char *service, const char *target) {
    int order = strcmp(item->service, service);
    return order != 0 ? order : strcmp(item->target, target);
}

size_t items_lower_bound(const struct items *items, const char *service, const char *target) {
    size_t low = 0;
    size_t high = items->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(items->sorted[middle], service, target) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_at(const struct items *items, size_t index, const char *service,
                  const char *target) {
    return index < items->count && compare(items->sorted[index], service, target) == 0;
}

const struct item *items_find(const struct items *items, const char *service, const char *target) {
    size_t index = items_lower_bound(items, service, target);
    return is_at(items, index, service, target) ? items->sorted[index] : NULL;
}

const struct item *items_at(const struct items *items, size_t index) {
    assert(index < items->count);
    return items->sorted[index];
}

enum kc_error items_list(const struct items *items, const char *service, const char *prefix,
                         item_visitor *visit, void *context) {
    size_t prefix_length = strlen(prefix);
    for (size_t i = items_lower_bound(items, service, prefix); i < items->count; i++) {
        const struct item *item = items->sorted[i];
        if (strcmp(item->service, service) != 0 ||
            strncmp(item->target, prefix, prefix_length) != 0) {
            break;
        }
        enum kc_error error = visit(item, context);
        if (error != KC_OK) {
            return error;
        }
    }
    return KC_OK;
}

static void insert_at(struct items *items, size_t index, struct item *item) {
    assert(items->count < items->capacity);
    memmove(items->sorted + index + 1, items->sorted + index,
            (items->count - index) * sizeof *items->sorted);
    items->sorted[index] = item;
    items->count++;
}

static void remove_at(struct items *items, size_t index) {
    items->count--;
    memmove(items->sorted + index, items->sorted + index + 1,
            (items->count - index) * sizeof *items->sorted);
}

/* Room for one more element, in the array and in the log. Neither ever shrinks: that is why an
 * undone removal finds its place again without memory. */
static enum kc_error reserve(struct items *items) {
    if (items->count == items->capacity) {
        size_t capacity = items->capacity < 16 ? 16 : items->capacity * 2;
        struct item **sorted = realloc(items->sorted, capacity * sizeof *sorted);
        if (sorted == NULL) {
            return KC_NO_MEMORY;
        }
        items->sorted = sorted;
        items->capacity = capacity;
    }
    if (items->log_count == items->log_capacity) {
        size_t capacity = items->log_capacity < 16 ? 16 : items->log_capacity * 2;
        struct change *log = realloc(items->log, capacity * sizeof *log);
        if (log == NULL) {
            return KC_NO_MEMORY;
        }
        items->log = log;
        items->log_capacity = capacity;
    }
    return KC_OK;
}

enum kc_error items_put(struct items *items, struct item **take_item) {
    KC_AUTO(item) item = *take_item;
    *take_item = NULL;
    enum kc_error error = reserve(items);
    if (error != KC_OK) {
        return error;
    }
    struct change change = {.before = NULL, .after = item};
    size_t index = items_lower_bound(items, item->service, item->target);
    if (is_at(items, index, item->service, item->target)) {
        change.before = items->sorted[index];
        items->sorted[index] = item;
    } else {
        insert_at(items, index, item);
    }
    items->log[items->log_count++] = change;
    item = NULL;
    return KC_OK;
}

enum kc_error items_remove(struct items *items, const char *service, const char *target) {
    size_t index = items_lower_bound(items, service, target);
    if (!is_at(items, index, service, target)) {
        return KC_NOT_FOUND;
    }
    enum kc_error error = reserve(items);
    if (error != KC_OK) {
        return error;
    }
    items->log[items->log_count++] = (struct change){.before = items->sorted[index]};
    remove_at(items, index);
    return KC_OK;
}

size_t items_mark(const struct items *items) {
    return items->log_count;
}

static void undo_one(struct items *items, const struct change *change) {
    const struct item *named = change->after != NULL ? change->after : change->before;
    size_t index = items_lower_bound(items, named->service, named->target);
    if (change->after == NULL) {
        insert_at(items, index, change->before);
        return;
    }
    assert(items->sorted[index] == change->after);
    if (change->before != NULL) {
        items->sorted[index] = change->before;
    } else {
        remove_at(items, index);
    }
    item_free(change->after);
}

void items_undo(struct items *items, size_t mark) {
    assert(mark <= items->log_count);
    while (items->log_count > mark) {
        items->log_count--;
        undo_one(items, &items->log[items->log_count]);
    }
}

void items_settle(struct items *items) {
    for (size_t i = 0; i < items->log_count; i++) {
        item_free(items->log[i].before);
    }
    items->log_count = 0;
}
