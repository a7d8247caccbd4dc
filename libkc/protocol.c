/* SPDX-License-Identifier: MIT */
/*
 * The words of the wire, made from the lists in protocol.h: number to word and back, nothing
 * else.
 */
#include "libkc/protocol.h"

#include <stddef.h>
#include <string.h>

#define WORD(name, word) word,
static const char *const type_words[] = {KC_TYPES(WORD)};
static const char *const action_words[] = {KC_ACTIONS(WORD)};
static const char *const match_words[] = {KC_MATCHES(WORD)};
static const char *const status_words[] = {KC_STATUSES(WORD)};
static const char *const reason_words[] = {KC_REASONS(WORD)};

static size_t find_word(const char *const *words, size_t count, const char *word) {
    size_t index = 0;
    while (index < count && strcmp(words[index], word) != 0) {
        index++;
    }
    return index;
}

/* A number outside its list is our own mistake, but this text may end up in a record. */
static const char *word_at(const char *const *words, size_t count, size_t index) {
    return index < count ? words[index] : "?";
}

const char *kc_type_word(enum kc_type type) {
    return word_at(type_words, KC_TYPE_COUNT, (size_t)type);
}

const char *kc_action_word(enum kc_action action) {
    return word_at(action_words, KC_ACTION_COUNT, (size_t)action);
}

const char *kc_match_word(enum kc_match match) {
    return word_at(match_words, KC_MATCH_COUNT, (size_t)match);
}

const char *kc_status_word(enum kc_status status) {
    return word_at(status_words, KC_STATUS_COUNT, (size_t)status);
}

const char *kc_reason_word(enum kc_reason reason) {
    return word_at(reason_words, KC_REASON_COUNT, (size_t)reason);
}

enum kc_type kc_type_parse(const char *word) {
    return (enum kc_type)find_word(type_words, KC_TYPE_COUNT, word);
}

enum kc_action kc_action_parse(const char *word) {
    return (enum kc_action)find_word(action_words, KC_ACTION_COUNT, word);
}

enum kc_match kc_match_parse(const char *word) {
    return (enum kc_match)find_word(match_words, KC_MATCH_COUNT, word);
}

enum kc_status kc_status_parse(const char *word) {
    return (enum kc_status)find_word(status_words, KC_STATUS_COUNT, word);
}

enum kc_reason kc_reason_parse(const char *word) {
    return (enum kc_reason)find_word(reason_words, KC_REASON_COUNT, word);
}
