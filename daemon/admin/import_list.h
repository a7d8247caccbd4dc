/* SPDX-License-Identifier: MIT */
/*
 * What an import found: names, attributes and values, in the order of the source. The parsers of
 * the sources (import_env.c, import_ini.c, import_git.c) fill it; they are pure, and no sentence
 * of theirs holds a piece of a value.
 */
#ifndef IMPORT_LIST_H
#define IMPORT_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "libkc/attributes.h"
#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;

#define IMPORT_ENTRIES_MAX 10000
#define IMPORT_FILE_MAX    (4 * 1024 * 1024)

enum import_state {
    IMPORT_FOUND,   /* in the source */
    IMPORT_WRITTEN, /* the daemon said that it stored it */
    IMPORT_VERIFIED /* and it was there when asked again */
};

struct import_entry {
    char *service;
    char *target;
    struct attributes attributes;
    struct secret *value;
    size_t origin; /* which item of the source it is, for who deletes it there */
    bool is_there; /* the store had something of this name before */
    bool yields;   /* never replaces what is there */
    enum import_state state;
};

/* Zeroed is empty. */
struct import_list {
    size_t count;
    struct import_entry *entries;
    size_t passed_over; /* things in the source that make no entry */
};

struct import_names {
    const char *service;
    const char *target;
    const struct attributes *attributes; /* NULL: none */
    size_t origin;
};

void import_list_clear(struct import_list *list);

/* What the store has stays there, and this isn't written. */
bool import_entry_is_kept(const struct import_entry *entry, bool replaces);

/* Adds an entry. KC_EXISTS: the list holds these names already; nothing was changed.
 * KC_INVALID, KC_TOO_BIG: a name or the value breaks a limit of protocol.h, or there are more
 * than IMPORT_ENTRIES_MAX. */
KC_MUST_USE enum kc_error import_list_add(struct import_list *list,
                                          const struct import_names *names,
                                          struct secret **take_value);
/* The same, but the later value counts. */
KC_MUST_USE enum kc_error import_list_put(struct import_list *list,
                                          const struct import_names *names,
                                          struct secret **take_value);

/* "line N: WHAT" in `why`; returns KC_INVALID. `what` holds nothing from the source. */
enum kc_error import_refuse(char why[KC_MESSAGE_MAX], size_t line, const char *what);
/* A sentence for what import_list_add() and _put() answered; returns `error`. */
enum kc_error import_explain(char why[KC_MESSAGE_MAX], size_t line, enum kc_error error);

/*
 * KEY=VALUE lines, as a shell or a program would read them: "export", comments, single quotes
 * (nothing is special), double quotes (\n \r \t \" \\ \$ \`), both over several lines. Nothing is
 * expanded: a "$" stays one. The last of several lines with one KEY counts. Each becomes
 * `service`, target KEY. KC_INVALID, KC_TOO_BIG: `why` names the line.
 */
KC_MUST_USE enum kc_error import_env_parse(const char *bytes, size_t length, const char *service,
                                           struct import_list *list, char why[KC_MESSAGE_MAX]);

/*
 * ~/.aws/credentials: a profile with a key id and a secret becomes service "aws", target
 * PROFILE, and as value the JSON object of credential_process without its version. A profile
 * without them is passed over. KC_INVALID, KC_TOO_BIG: `why` names the line.
 */
KC_MUST_USE enum kc_error import_aws_parse(const char *bytes, size_t length,
                                           struct import_list *list, char why[KC_MESSAGE_MAX]);

/*
 * ~/.git-credentials: a URL a line becomes a login, with its password as value (libkc/login.h), and
 * for each host there is the item that lists its logins, which yields. As git does, it passes over
 * what it can't use and takes the first of several lines for one target.
 * KC_TOO_BIG: `why` names the line.
 */
KC_MUST_USE enum kc_error import_git_parse(const char *bytes, size_t length,
                                           struct import_list *list, char why[KC_MESSAGE_MAX]);

struct desktop_item;

/*
 * An item of the desktop's keyring: the service is its schema (or `service`, where that isn't
 * NULL), the target its other attributes, sorted, as NAME=VALUE&NAME=VALUE; "#2" and so on where
 * there are several. The attributes are kept, and kc:label, kc:content-type, kc:collection,
 * kc:created and kc:modified say the rest. KC_INVALID, KC_TOO_BIG: it breaks a limit.
 */
KC_MUST_USE enum kc_error import_desktop_add(struct import_list *list,
                                             const struct desktop_item *item, const char *service,
                                             size_t origin);

#endif
