/* SPDX-License-Identifier: MIT */
/*
 * What the files of the room `message` share: JSON in and out of strings, values and
 * attributes, with a sentence for everything that is refused. A sentence names fields and
 * numbers; it quotes words of the protocol only, never a value.
 */
#ifndef KC_MESSAGE_INTERNAL_H
#define KC_MESSAGE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "libkc/attributes.h"
#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;

static inline void json_t_free(json_t *json) {
    json_decref(json);
}
KC_AUTO_DEFINE(json_t)

/*
 * `why` has KC_MESSAGE_MAX bytes, or is NULL when nobody wants a sentence. KC_INVALID, always
 * with a sentence, is the answer of everything that reads.
 */
KC_PRINTF(2, 3) enum kc_error message_refuse(char *why, const char *format, ...);
/* "field" can't be the word that is there. */
enum kc_error message_refuse_word(char *why, const char *field, const char *word);

/* A whole line as one object. */
KC_MUST_USE enum kc_error message_load(const char *text, size_t length, char *why,
                                       json_t **ret_object);
/* One object as a line, with its newline. KC_TOO_BIG: over `limit`. */
KC_MUST_USE enum kc_error message_dump(const json_t *object, size_t limit,
                                       struct secret **ret_line);

/* The member that is text without NUL; NULL when it is absent. Borrowed from the object. */
KC_MUST_USE enum kc_error message_read_text(const json_t *object, const char *field, char *why,
                                            const char **ret_text);
/* A name; `field` is what sentences call it; an empty one is a prefix of everything. */
KC_MUST_USE enum kc_error message_read_name(const json_t *json, const char *field, size_t max,
                                            char *why, char **ret_name);
KC_MUST_USE enum kc_error message_read_value(const json_t *json, const char *field, bool base64,
                                             char *why, struct secret **ret_value);
/* The member that is an array; NULL when it is absent. Borrowed. */
KC_MUST_USE enum kc_error message_read_array(const json_t *object, const char *field, char *why,
                                             const json_t **ret_array);
/* The members that both directions have; when absent nothing is written. */
KC_MUST_USE enum kc_error message_read_attributes(const json_t *object, char *why,
                                                  struct attributes *ret_attributes);
KC_MUST_USE enum kc_error message_read_id(const json_t *object, char *why, char **ret_id);
KC_MUST_USE enum kc_error message_read_nonce(const json_t *object, char *why,
                                             char ret_nonce[KC_NONCE_LENGTH + 1]);
KC_MUST_USE enum kc_error message_read_encoding(const json_t *object, char *why, bool *ret_base64);

/* Like jansson's functions of that name they take `json`; NULL is the want of memory. */
KC_MUST_USE enum kc_error message_put_new(json_t *object, const char *field, json_t *json);
KC_MUST_USE enum kc_error message_append_new(json_t *array, json_t *json);
/* NULL and empty are left out. KC_INVALID: not UTF-8. */
KC_MUST_USE enum kc_error message_put_text(json_t *object, const char *field, const char *text);
KC_MUST_USE enum kc_error message_put_id(json_t *object, const char *id);
KC_MUST_USE enum kc_error message_put_attributes(json_t *object,
                                                 const struct attributes *attributes);
KC_MUST_USE enum kc_error message_put_encoding(json_t *object, bool base64);
/* KC_INVALID: not UTF-8, and not to be base64. */
KC_MUST_USE enum kc_error message_make_value(const void *bytes, size_t length, bool base64,
                                             json_t **ret_json);

#endif
