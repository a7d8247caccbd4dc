/* SPDX-License-Identifier: MIT */
/* The form of what is remembered. Where it lies is seal_store.c's to know. */
#include "daemon/seal.h"

#include "libkc/parse.h"
#include "libkc/secret.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define HEAD      "keychain-auth seal 1\n"
#define TEXT_SIZE 512
#define SEQ_MAX   (UINT64_C(1) << 53)

struct reader {
    char text[TEXT_SIZE + 1]; /* words are cut off in place */
    char *next;
};

/* The next line, when its first word is `word`: what stands behind it. NULL: it is another. */
static char *take(struct reader *reader, const char *word) {
    size_t length = strlen(word);
    char *line = reader->next;
    char *end = strchr(line, '\n');
    if (end == NULL || strncmp(line, word, length) != 0 || line[length] != ' ') {
        return NULL;
    }
    *end = '\0';
    reader->next = end + 1;
    return line + length + 1;
}

static bool copy_hash(const char *text, char ret_hash[HASH_TEXT_SIZE]) {
    if (!parse_is_hex(text, HASH_TEXT_SIZE - 1)) {
        return false;
    }
    memcpy(ret_hash, text, HASH_TEXT_SIZE);
    return true;
}

static bool read_slots(struct reader *reader, struct seal *seal) {
    for (char *text = take(reader, "slots"); text != NULL; text = take(reader, "slots")) {
        if (seal->slots_count == SEAL_SLOTS_MAX ||
            !copy_hash(text, seal->slots[seal->slots_count])) {
            return false;
        }
        seal->slots_count++;
    }
    return seal->slots_count > 0;
}

static bool read_audit(char *text, struct audit_head *head) {
    char *hash = strchr(text, ' ');
    char *size = hash != NULL ? strchr(hash + 1, ' ') : NULL;
    if (size == NULL) {
        return false;
    }
    *hash = '\0';
    *size = '\0';
    return parse_unsigned(text, SEQ_MAX, &head->place.seq) == KC_OK &&
           copy_hash(hash + 1, head->place.hash) &&
           parse_unsigned(size + 1, INT64_MAX, &head->size) == KC_OK;
}

static bool read_all(struct reader *reader, struct seal *seal) {
    if (strncmp(reader->next, HEAD, strlen(HEAD)) != 0) {
        return false;
    }
    reader->next += strlen(HEAD);
    const char *counter = take(reader, "policy");
    if (counter == NULL || parse_unsigned(counter, SEQ_MAX, &seal->counter) != KC_OK ||
        !read_slots(reader, seal)) {
        return false;
    }
    char *audit = take(reader, "audit");
    return audit != NULL && read_audit(audit, &seal->audit) && reader->next[0] == '\0';
}

enum kc_error seal_parse(const char *text, size_t length, struct seal *ret_seal) {
    struct reader reader = {.next = NULL};
    struct seal seal = {0};
    if (length > TEXT_SIZE || (length > 0 && memchr(text, '\0', length) != NULL)) {
        return KC_DAMAGED;
    }
    memcpy(reader.text, text, length);
    reader.text[length] = '\0';
    reader.next = reader.text;
    if (!read_all(&reader, &seal)) {
        return KC_DAMAGED;
    }
    *ret_seal = seal;
    return KC_OK;
}

enum kc_error seal_write(const struct seal *seal, struct secret **ret_text) {
    char text[TEXT_SIZE];
    int used = snprintf(text, sizeof text, HEAD "policy %" PRIu64 "\n", seal->counter);
    for (size_t i = 0; i < seal->slots_count; i++) {
        used += snprintf(text + used, sizeof text - (size_t)used, "slots %s\n", seal->slots[i]);
    }
    used += snprintf(text + used, sizeof text - (size_t)used, "audit %" PRIu64 " %s %" PRIu64 "\n",
                     seal->audit.place.seq, seal->audit.place.hash, seal->audit.size);
    return secret_new_copy(text, (size_t)used, ret_text);
}
