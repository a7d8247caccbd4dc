/* SPDX-License-Identifier: MIT */
/* Values are looked at where they lie and copied into wiped memory only. */
#include "kcget/adapters/git_item.h"

#include "kcget/adapters/git_lines.h"
#include "libkc/parse.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"

#include <string.h>

/* The secrets of an item. */
struct pieces {
    struct git_piece password;
    struct git_piece credential;
    struct git_piece refresh_token;
};

/* Takes a line from the front of `rest`; its bytes are NULL when there is none. */
static struct git_piece take_line(struct git_piece *rest) {
    struct git_piece line = *rest;
    if (rest->bytes == NULL) {
        return line;
    }
    const char *newline = rest->length > 0 ? memchr(rest->bytes, '\n', rest->length) : NULL;
    if (newline == NULL) {
        *rest = (struct git_piece){0};
        return line;
    }
    line.length = (size_t)(newline - rest->bytes);
    rest->bytes = newline + 1;
    rest->length -= line.length + 1;
    return line;
}

/* What follows "KEY=" when the line begins so. */
static bool take_value(struct git_piece line, enum git_key key, struct git_piece *value) {
    const char *word = git_key_word(key);
    size_t length = strlen(word);
    if (line.length <= length || memcmp(line.bytes, word, length) != 0 ||
        line.bytes[length] != '=') {
        return false;
    }
    *value = (struct git_piece){line.bytes + length + 1, line.length - length - 1};
    return true;
}

static struct pieces split(const struct git_item *item) {
    struct pieces pieces = {0};
    struct git_piece rest = {item->value, item->length};
    struct git_piece first = take_line(&rest);
    if (item->authtype != NULL) {
        pieces.credential = first;
    } else if (git_item_is_login(item)) {
        pieces.password = first;
    }
    while (rest.bytes != NULL) {
        struct git_piece line = take_line(&rest);
        if (!take_value(line, GIT_REFRESH_TOKEN, &pieces.refresh_token) && item->authtype != NULL) {
            (void)take_value(line, GIT_PASSWORD, &pieces.password);
        }
    }
    return pieces;
}

bool git_item_is_login(const struct git_item *item) {
    return item->username != NULL || item->authtype != NULL;
}

/* In time that depends on the lengths only. */
static bool equals(struct git_piece piece, const char *text) {
    if (piece.bytes == NULL || piece.length != strlen(text)) {
        return false;
    }
    unsigned difference = 0;
    for (size_t i = 0; i < piece.length; i++) {
        difference |= (unsigned)(piece.bytes[i] ^ text[i]);
    }
    return difference == 0;
}

bool git_item_fits(const struct git_item *item, const struct git_request *request) {
    const char *password = request->values[GIT_PASSWORD];
    const char *credential = request->values[GIT_CREDENTIAL];
    const struct pieces pieces = split(item);
    return (password == NULL || equals(pieces.password, password)) &&
           (credential == NULL || equals(pieces.credential, credential));
}

static bool is_same_text(const char *one, const char *other) {
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

bool git_item_is_same(const struct git_item *item, const struct git_item *other) {
    unsigned difference = 0;
    const unsigned char *one = item->value;
    const unsigned char *two = other->value;
    if (item->length != other->length || !is_same_text(item->authtype, other->authtype) ||
        !is_same_text(item->username, other->username) ||
        !is_same_text(item->expiry, other->expiry)) {
        return false;
    }
    for (size_t i = 0; i < item->length; i++) {
        difference |= (unsigned)(one[i] ^ two[i]);
    }
    return difference == 0;
}

/* Making */

static enum kc_error append(struct secret *text, struct git_piece piece, size_t limit) {
    return secret_append(text, piece.bytes, piece.length, limit);
}

/* "KEY=VALUE" and a newline behind it, or before it. */
static enum kc_error append_pair(struct secret *text, enum git_key key, struct git_piece value,
                                 size_t limit) {
    const char *word = git_key_word(key);
    enum kc_error error = secret_append(text, word, strlen(word), limit);
    if (error == KC_OK) {
        error = secret_append(text, "=", 1, limit);
    }
    return error == KC_OK ? append(text, value, limit) : error;
}

static struct git_piece piece_of(const char *text) {
    return (struct git_piece){text, text != NULL ? strlen(text) : 0};
}

static enum kc_error append_extra(struct secret *value, enum git_key key, const char *text) {
    if (text == NULL) {
        return KC_OK;
    }
    enum kc_error error = secret_append(value, "\n", 1, KC_VALUE_MAX);
    return error == KC_OK ? append_pair(value, key, piece_of(text), KC_VALUE_MAX) : error;
}

static enum kc_error make_value(const struct git_request *request, bool has_credential,
                                struct secret *value) {
    const char *password = request->values[GIT_PASSWORD];
    const char *first = has_credential ? request->values[GIT_CREDENTIAL] : password;
    enum kc_error error = append(value, piece_of(first), KC_VALUE_MAX);
    if (error == KC_OK && has_credential) {
        error = append_extra(value, GIT_PASSWORD, password);
    }
    if (error == KC_OK) {
        error = append_extra(value, GIT_REFRESH_TOKEN, request->values[GIT_REFRESH_TOKEN]);
    }
    return error;
}

enum kc_error git_item_make(const struct git_request *request, struct secret **ret_value,
                            struct git_item *ret_item) {
    const char *const *given = request->values;
    bool has_credential = given[GIT_AUTHTYPE] != NULL && given[GIT_CREDENTIAL] != NULL;
    bool has_password = given[GIT_USERNAME] != NULL && given[GIT_PASSWORD] != NULL;
    if (request->is_ephemeral || (!has_credential && !has_password)) {
        return KC_NOT_FOUND;
    }
    KC_AUTO(secret) value = NULL;
    enum kc_error error = secret_new(1, &value);
    if (error == KC_OK) {
        error = make_value(request, has_credential, value);
    }
    if (error != KC_OK) {
        return error;
    }
    *ret_item = (struct git_item){.value = secret_view(value),
                                  .length = secret_length(value),
                                  .username = given[GIT_USERNAME],
                                  .authtype = has_credential ? given[GIT_AUTHTYPE] : NULL,
                                  .expiry = given[GIT_EXPIRY]};
    *ret_value = value;
    value = NULL;
    return KC_OK;
}

/* Telling */

/* git's lines can carry it; names are shown to people as well. */
static bool is_one_line(struct git_piece piece) {
    return piece.bytes == NULL || piece.length == 0 ||
           (memchr(piece.bytes, '\n', piece.length) == NULL &&
            memchr(piece.bytes, '\r', piece.length) == NULL &&
            memchr(piece.bytes, '\0', piece.length) == NULL);
}

static bool is_sayable(const struct git_item *item, const struct pieces *pieces) {
    return is_one_line(pieces->password) && is_one_line(pieces->credential) &&
           is_one_line(pieces->refresh_token) && is_one_line(piece_of(item->username)) &&
           is_one_line(piece_of(item->authtype));
}

static enum kc_error read_expiry(const struct git_item *item, int64_t now_s, bool *ret_expired) {
    uint64_t expiry_s = 0;
    if (item->expiry == NULL) {
        *ret_expired = false;
        return KC_OK;
    }
    enum kc_error error = parse_unsigned(item->expiry, INT64_MAX, &expiry_s);
    if (error == KC_OK) {
        *ret_expired = (int64_t)expiry_s <= now_s;
    }
    return error;
}

struct told {
    enum git_key key;
    struct git_piece piece;
};

static enum kc_error write_lines(const struct told *rows, size_t count, struct secret *lines) {
    enum kc_error error = KC_OK;
    for (size_t i = 0; error == KC_OK && i < count; i++) {
        if (rows[i].piece.bytes != NULL) {
            error = append_pair(lines, rows[i].key, rows[i].piece, GIT_REQUEST_MAX);
            if (error == KC_OK) {
                error = secret_append(lines, "\n", 1, GIT_REQUEST_MAX);
            }
        }
    }
    return error;
}

/* The capability comes before what it is about. */
static enum kc_error write_all(const struct git_item *item, const struct pieces *pieces,
                               bool with_credential, struct secret *lines) {
    static const char capability[] = "capability[]=authtype\n";
    const struct git_piece none = {0};
    const struct told rows[] = {
        {GIT_USERNAME, piece_of(item->username)},
        {GIT_PASSWORD, pieces->password},
        {GIT_AUTHTYPE, with_credential ? piece_of(item->authtype) : none},
        {GIT_CREDENTIAL, with_credential ? pieces->credential : none},
        {GIT_EXPIRY, piece_of(item->expiry)},
        {GIT_REFRESH_TOKEN, pieces->refresh_token},
    };
    enum kc_error error = KC_OK;
    if (with_credential) {
        error = secret_append(lines, capability, sizeof capability - 1, GIT_REQUEST_MAX);
    }
    return error == KC_OK ? write_lines(rows, sizeof rows / sizeof rows[0], lines) : error;
}

/* git 2.41 and later hand the token to a helper that can make a password of it. */
static enum kc_error write_expired(const struct git_item *item, const struct pieces *pieces,
                                   struct secret *lines) {
    const struct told rows[] = {{GIT_USERNAME, piece_of(item->username)},
                                {GIT_REFRESH_TOKEN, pieces->refresh_token}};
    return pieces->refresh_token.bytes != NULL
               ? write_lines(rows, sizeof rows / sizeof rows[0], lines)
               : KC_OK;
}

enum kc_error git_item_write(const struct git_item *item, const struct git_request *request,
                             int64_t now_s, struct secret **ret_lines) {
    KC_AUTO(secret) lines = NULL;
    const struct pieces pieces = split(item);
    bool with_credential = item->authtype != NULL && request->takes_authtype;
    bool is_expired = false;
    if (pieces.password.bytes == NULL && !with_credential) {
        return KC_NOT_FOUND;
    }
    if (!is_sayable(item, &pieces) || read_expiry(item, now_s, &is_expired) != KC_OK) {
        return KC_INVALID;
    }
    enum kc_error error = secret_new(1, &lines);
    if (error == KC_OK) {
        error = is_expired ? write_expired(item, &pieces, lines)
                           : write_all(item, &pieces, with_credential, lines);
    }
    if (error == KC_OK) {
        *ret_lines = lines;
        lines = NULL;
    }
    return error;
}
