/* SPDX-License-Identifier: MIT */
/*
 * Splits the lists of the command line into grants. Every comma separates: in a service it is
 * written %2C, in a target's glob `?` stands for it.
 */
#include "daemon/admin/rights.h"

#include "daemon/admin/libraries.h"
#include "daemon/admin/say.h"
#include "daemon/config_flags.h"
#include "daemon/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void grants_clear(struct grants *grants) {
    for (size_t i = 0; i < grants->count; i++) {
        free(grants->items[i]);
    }
    free(grants->items);
}

static enum exit_code grants_add(struct grants *grants, const char *text, size_t length) {
    char **grown = realloc(grants->items, (grants->count + 1) * sizeof *grown);
    if (grown == NULL) {
        return say_fault(KC_NO_MEMORY, "can't read the rights");
    }
    grants->items = grown;
    char *grant = strndup(text, length);
    if (grant == NULL) {
        return say_fault(KC_NO_MEMORY, "can't read the rights");
    }
    grants->items[grants->count++] = grant;
    if (policy_check_grant(grant) == KC_OK) {
        return EXIT_DONE;
    }
    struct shown shown;
    say("\"%s\" isn't a grant; it is a SERVICE or SERVICE/TARGET-GLOB, and in the service "
        "%%2F %%2C %%25 stand for / , %%",
        say_show(grant, &shown));
    return EXIT_USAGE;
}

static enum exit_code grants_parse(const struct options *options, const char *name,
                                   struct grants *grants) {
    size_t count = options_value_count(options, name);
    for (size_t i = 0; i < count; i++) {
        const char *text = options_value(options, name, i);
        for (;;) {
            size_t length = strcspn(text, ",");
            enum exit_code code = grants_add(grants, text, length);
            if (code != EXIT_DONE) {
                return code;
            }
            if (text[length] == '\0') {
                break;
            }
            text += length + 1;
        }
    }
    return EXIT_DONE;
}

static enum config_flag flag_of(const struct options *options, enum rights_kind kind,
                                const char *name) {
    if (!options_given(options, name)) {
        return CONFIG_LEAVE;
    }
    bool is_set = options_flag(options, name, false) && kind == RIGHTS_GIVEN;
    return is_set ? CONFIG_SET : CONFIG_CLEAR;
}

enum exit_code rights_new(const struct options *options, enum rights_kind kind,
                          struct rights **ret_rights) {
    KC_AUTO(rights) rights = calloc(1, sizeof *rights);
    if (rights == NULL) {
        return say_fault(KC_NO_MEMORY, "can't read the rights");
    }
    enum exit_code code = grants_parse(options, "read", &rights->read);
    if (code == EXIT_DONE) {
        code = grants_parse(options, "write", &rights->write);
    }
    if (code == EXIT_DONE) {
        code = libraries_new(options, kind == RIGHTS_GIVEN, &rights->libraries);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    for (size_t i = 0; i < CONFIG_FLAG_COUNT; i++) {
        rights->flags[i] = flag_of(options, kind, config_flags[i].option);
    }
    *ret_rights = rights;
    rights = NULL;
    return EXIT_DONE;
}

void rights_free(struct rights *rights) {
    if (rights == NULL) {
        return;
    }
    grants_clear(&rights->read);
    grants_clear(&rights->write);
    libraries_free(rights->libraries);
    free(rights);
}

bool rights_are_empty(const struct rights *rights) {
    return rights->read.count == 0 && rights->write.count == 0 && rights->libraries->count == 0 &&
           config_flags_are_left(rights->flags);
}

void rights_lend(const struct rights *rights, struct config_change *change) {
    change->read = (const char *const *)rights->read.items;
    change->read_count = rights->read.count;
    change->write = (const char *const *)rights->write.items;
    change->write_count = rights->write.count;
    memcpy(change->flags, rights->flags, sizeof change->flags);
    change->libraries = rights->libraries->items;
    change->library_count = rights->libraries->count;
}

/* Adds a word, as far as there is room; a record that is cut says so. */
static void add(char text[KC_MESSAGE_MAX], const char *separator, const char *word) {
    static const char dots[] = "...";
    size_t used = strlen(text);
    if (used + sizeof dots >= KC_MESSAGE_MAX) {
        return; /* it ends in dots already */
    }
    size_t room = KC_MESSAGE_MAX - used - sizeof dots + 1;
    int wanted = snprintf(text + used, room, "%s%s", used == 0 ? "" : separator, word);
    if (wanted < 0 || (size_t)wanted >= room) {
        memcpy(text + used + room - 1, dots, sizeof dots);
    }
}

static void add_grants(char text[KC_MESSAGE_MAX], const char *verb, const struct grants *grants) {
    for (size_t i = 0; i < grants->count; i++) {
        if (i == 0) {
            add(text, "; ", verb);
        }
        add(text, i == 0 ? " " : ",", grants->items[i]);
    }
}

static void add_flag(char text[KC_MESSAGE_MAX], const char *name, enum config_flag flag) {
    if (flag != CONFIG_LEAVE) {
        add(text, "; ", flag == CONFIG_CLEAR ? "no " : "");
        add(text, "", name);
    }
}

void rights_describe(const struct rights *rights, char ret_text[KC_MESSAGE_MAX]) {
    ret_text[0] = '\0';
    add_grants(ret_text, "read", &rights->read);
    add_grants(ret_text, "write", &rights->write);
    for (size_t i = 0; i < CONFIG_FLAG_COUNT; i++) {
        add_flag(ret_text, config_flags[i].option, rights->flags[i]);
    }
    for (size_t i = 0; i < rights->libraries->count; i++) {
        add(ret_text, i == 0 ? "; " : ",", i == 0 ? "library " : "");
        add(ret_text, "", rights->libraries->items[i].path);
    }
}
