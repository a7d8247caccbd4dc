/* SPDX-License-Identifier: MIT */
/*
 * One walk over the bytes, eight at a time where they are ordinary text. Everything unusual ends
 * the walk: an escape with digits, a number that isn't a small whole one, a name that we don't
 * write, one that comes twice. jansson is asked then, which costs ten times as much.
 */
#include "daemon/audit_scan.h"

#include "libkc/parse.h"

#include <stdint.h>
#include <string.h>

#define DEPTH_MAX  3
#define DIGITS_MAX 15 /* exact as a number in any reader */

struct word {
    const char *text;
    size_t length;
};

static const struct word words[AUDIT_FIELD_COUNT] = {
#define X(name, text) [name] = {text, sizeof(text) - 1},
    AUDIT_FIELDS(X)
#undef X
};

struct walk {
    const char *at;
    const char *end;
    struct audit_slice *fields;
};

const char *audit_field_word(enum audit_field field) {
    return words[field].text;
}

static bool skip_byte(struct walk *walk, char byte) {
    if (walk->at == walk->end || *walk->at != byte) {
        return false;
    }
    walk->at++;
    return true;
}

/* Whether none of eight bytes is a control character, a quote, a backslash, or not ASCII. The
 * arithmetic may take an ordinary byte for one of those, never the other way round. */
static bool are_plain(const char *bytes) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = UINT64_C(0x8080808080808080);
    uint64_t eight = 0;
    memcpy(&eight, bytes, sizeof eight);
    uint64_t quote = eight ^ (ones * '"');
    uint64_t backslash = eight ^ (ones * '\\');
    uint64_t found = (eight - ones * ' ') | (quote - ones) | (backslash - ones) | eight;
    return (found & tops) == 0;
}

/* Behind a backslash. */
static bool skip_escape(struct walk *walk) {
    if (walk->at == walk->end || *walk->at == '\0' || strchr("\"\\/bfnrt", *walk->at) == NULL) {
        return false;
    }
    walk->at++;
    return true;
}

/* Behind the quote. */
static bool scan_text(struct walk *walk, struct audit_slice *slice) {
    bool is_ascii = true;
    *slice = (struct audit_slice){.kind = AUDIT_TEXT, .text = walk->at};
    for (;;) {
        while (walk->end - walk->at >= 8 && are_plain(walk->at)) {
            walk->at += 8;
        }
        if (walk->at == walk->end || (unsigned char)*walk->at < ' ') {
            return false;
        }
        unsigned char byte = (unsigned char)*walk->at++;
        if (byte == '"') {
            slice->length = (size_t)(walk->at - slice->text) - 1;
            return is_ascii || parse_is_utf8(slice->text, slice->length);
        }
        is_ascii = is_ascii && byte < 0x80;
        if (byte == '\\') {
            slice->is_escaped = true;
            if (!skip_escape(walk)) {
                return false;
            }
        }
    }
}

static bool scan_number(struct walk *walk, struct audit_slice *slice) {
    const char *start = walk->at;
    while (walk->at < walk->end && *walk->at >= '0' && *walk->at <= '9') {
        walk->at++;
    }
    size_t length = (size_t)(walk->at - start);
    *slice = (struct audit_slice){.kind = AUDIT_NUMBER, .text = start, .length = length};
    return length > 0 && length <= DIGITS_MAX && (start[0] != '0' || length == 1);
}

static bool scan_constant(struct walk *walk, struct audit_slice *slice) {
    static const struct word constants[] = {{"true", 4}, {"false", 5}, {"null", 4}};
    size_t left = (size_t)(walk->end - walk->at);
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++) {
        size_t length = constants[i].length;
        if (left >= length && memcmp(walk->at, constants[i].text, length) == 0) {
            *slice = (struct audit_slice){.kind = AUDIT_OTHER, .text = walk->at, .length = length};
            walk->at += length;
            return true;
        }
    }
    return false;
}

/* `hint`: which name is likely. */
static enum audit_field find_field(const struct audit_slice *name, unsigned hint) {
    for (unsigned i = 0; i < AUDIT_FIELD_COUNT; i++) {
        unsigned field = (hint + i) % AUDIT_FIELD_COUNT;
        if (name->length == words[field].length &&
            memcmp(name->text, words[field].text, name->length) == 0) {
            return (enum audit_field)field;
        }
    }
    return AUDIT_FIELD_COUNT;
}

static bool scan_value(struct walk *walk, unsigned depth, struct audit_slice *slice);

/* Behind the brace. */
static bool scan_object(struct walk *walk, unsigned depth) {
    uint64_t seen = 0;
    unsigned hint = depth == 1 ? AUDIT_SEQ : AUDIT_PID;
    if (skip_byte(walk, '}')) {
        return true;
    }
    do {
        struct audit_slice slice;
        if (!skip_byte(walk, '"') || !scan_text(walk, &slice)) {
            return false;
        }
        enum audit_field field = find_field(&slice, hint);
        if (field == AUDIT_FIELD_COUNT || (seen >> field & 1) != 0 || !skip_byte(walk, ':') ||
            !scan_value(walk, depth, &slice)) {
            return false;
        }
        seen |= UINT64_C(1) << field;
        hint = (unsigned)field + 1;
        if (depth == 1) {
            walk->fields[field] = slice;
        }
    } while (skip_byte(walk, ','));
    return skip_byte(walk, '}');
}

/* Behind the bracket. */
static bool scan_array(struct walk *walk, unsigned depth) {
    struct audit_slice slice;
    if (skip_byte(walk, ']')) {
        return true;
    }
    do {
        if (!scan_value(walk, depth, &slice)) {
            return false;
        }
    } while (skip_byte(walk, ','));
    return skip_byte(walk, ']');
}

static bool scan_value(struct walk *walk, unsigned depth, struct audit_slice *slice) {
    const char *start = walk->at;
    if (skip_byte(walk, '"')) {
        return scan_text(walk, slice);
    }
    if (walk->at < walk->end && *walk->at >= '0' && *walk->at <= '9') {
        return scan_number(walk, slice);
    }
    bool is_object = skip_byte(walk, '{');
    if (!is_object && !skip_byte(walk, '[')) {
        return scan_constant(walk, slice);
    }
    if (depth == DEPTH_MAX ||
        !(is_object ? scan_object(walk, depth + 1) : scan_array(walk, depth + 1))) {
        return false;
    }
    *slice = (struct audit_slice){
        .kind = AUDIT_OTHER, .text = start, .length = (size_t)(walk->at - start)};
    return true;
}

bool audit_scan(const char *text, size_t length, struct audit_slice ret_fields[AUDIT_FIELD_COUNT]) {
    struct walk walk = {.at = text, .end = text + length, .fields = ret_fields};
    for (size_t i = 0; i < AUDIT_FIELD_COUNT; i++) {
        ret_fields[i] = (struct audit_slice){.kind = AUDIT_ABSENT};
    }
    return skip_byte(&walk, '{') && scan_object(&walk, 1) && walk.at == walk.end;
}
