/* SPDX-License-Identifier: MIT */
/* The items of the collection "session": in the program's own memory, and nowhere else. */
#include "libkcshim/server_internal.h"

#include "libkc/secret.h"

#include <stdlib.h>
#include <string.h>

void kept_free(void *held) {
    struct kept *kept = held;
    if (kept != NULL) {
        map_item_clear(&kept->item);
        secret_free(kept->value);
        g_free(kept);
    }
}

bool map_item_copy(const struct map_item *item, struct map_item *ret_copy) {
    struct map_item copy = {.created = item->created, .modified = item->modified};
    if (attributes_copy(&item->attributes, &copy.attributes) != KC_OK) {
        return false;
    }
    copy.label = strdup(item->label);
    copy.content_type = strdup(item->content_type);
    copy.collection = strdup(item->collection);
    if (copy.label == NULL || copy.content_type == NULL || copy.collection == NULL) {
        map_item_clear(&copy);
        return false;
    }
    *ret_copy = copy;
    return true;
}

bool kept_put(struct server *server, const char *path, const struct map_item *item,
              const struct secret *value) {
    struct kept *kept = g_new0(struct kept, 1);
    if (!map_item_copy(item, &kept->item) ||
        secret_new_copy(secret_view(value), secret_length(value), &kept->value) != KC_OK) {
        kept_free(kept);
        return false;
    }
    g_hash_table_replace(server->kept, g_strdup(path), kept);
    return true;
}
