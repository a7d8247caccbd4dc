/* SPDX-License-Identifier: MIT */
/*
 * The texts behind code.c: lines of maps, names in them, the variables that the dynamic loader
 * obeys (ld.so(8)), and what is said of a flaw.
 */
#define _GNU_SOURCE
#include "platform/linux/code_internal.h"

#include "platform/check.h"
#include "platform/linux/local_open.h"
#include "platform/linux/mounts.h"
#include "platform/linux/process_internal.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool take_hex(const char **next, const char *end, char until, uint64_t *ret_number) {
    uint64_t number = 0;
    const char *at = *next;
    for (; at < end && *at != until; at++) {
        unsigned digit;
        if (*at >= '0' && *at <= '9') {
            digit = (unsigned)(*at - '0');
        } else if (*at >= 'a' && *at <= 'f') {
            digit = (unsigned)(*at - 'a') + 10;
        } else {
            return false;
        }
        if (number >> 60 != 0) {
            return false;
        }
        number = number << 4 | digit;
    }
    if (at == *next || at == end) {
        return false;
    }
    *next = at + 1;
    *ret_number = number;
    return true;
}

/* "r-xp " */
static bool take_rights(const char **next, const char *end, struct mapping *mapping) {
    const char *rights = *next;
    if (end - rights < 5 || rights[4] != ' ' || (rights[0] != 'r' && rights[0] != '-') ||
        (rights[1] != 'w' && rights[1] != '-') || (rights[2] != 'x' && rights[2] != '-') ||
        (rights[3] != 'p' && rights[3] != 's')) {
        return false;
    }
    mapping->is_executable = rights[2] == 'x';
    mapping->is_shared = rights[3] == 's';
    *next = rights + 5;
    return true;
}

/* The inode ends the line, or blanks and a name follow. */
static bool take_inode_and_path(const char *next, const char *end, struct mapping *mapping) {
    size_t digits = strspn(next, "0123456789");
    if (next + digits > end || !descriptor_parse_number(next, digits, &mapping->inode)) {
        return false;
    }
    next += digits;
    if (next < end && *next != ' ') {
        return false;
    }
    while (next < end && *next == ' ') {
        next++;
    }
    mapping->path = next;
    mapping->path_length = (size_t)(end - next);
    return true;
}

enum kc_error code_parse_mapping(const char *line, size_t length, struct mapping *ret_mapping) {
    struct mapping mapping = {0};
    const char *next = line;
    const char *end = line + length;
    uint64_t offset = 0;
    uint64_t device_major = 0;
    uint64_t device_minor = 0;
    if (!take_hex(&next, end, '-', &mapping.start) || !take_hex(&next, end, ' ', &mapping.end) ||
        !take_rights(&next, end, &mapping) || !take_hex(&next, end, ' ', &offset) ||
        !take_hex(&next, end, ':', &device_major) || !take_hex(&next, end, ' ', &device_minor) ||
        device_major > UINT_MAX || device_minor > UINT_MAX || mapping.end <= mapping.start ||
        !take_inode_and_path(next, end, &mapping)) {
        return KC_INVALID;
    }
    mapping.device_major = (unsigned)device_major;
    mapping.device_minor = (unsigned)device_minor;
    *ret_mapping = mapping;
    return KC_OK;
}

enum kc_error code_unescape_path(const struct mapping *mapping, char *buffer, size_t size) {
    static const char newline[] = "\\012";
    size_t out = 0;
    for (size_t i = 0; i < mapping->path_length;) {
        bool is_newline = mapping->path_length - i >= sizeof newline - 1 &&
                          memcmp(mapping->path + i, newline, sizeof newline - 1) == 0;
        if (out + 1 >= size) {
            return KC_TOO_BIG;
        }
        buffer[out] = is_newline ? '\n' : mapping->path[i];
        out++;
        i += is_newline ? sizeof newline - 1 : 1;
    }
    buffer[out] = '\0';
    return KC_OK;
}

bool code_is_called(const char *path, size_t length, const char *name) {
    size_t size = strlen(name);
    return length > size && path[length - size - 1] == '/' &&
           memcmp(path + length - size, name, size) == 0;
}

enum kc_error code_look_at_place(int place, struct statx *ret_status) {
    return statx(place, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_BASIC_STATS | STATX_MNT_ID,
                 ret_status) == 0
               ? KC_OK
               : descriptor_error(errno);
}

enum kc_error code_check_trusted_place(int place, const struct statx *status,
                                       const struct mount *known) {
    struct mount mount;
    const char *why = NULL;
    bool is_known = known != NULL && mount_is_of(known, status);
    enum kc_error error = is_known ? KC_OK : mount_of(place, &mount, &why);
    if (error == KC_NO_MEMORY) {
        return error;
    }
    if (error != KC_OK || !(is_known ? known : &mount)->honours_setid) {
        return KC_UNSAFE;
    }
    bool is_kind = S_ISREG(status->stx_mode) || S_ISDIR(status->stx_mode);
    return is_kind && status->stx_uid == 0 && (status->stx_mode & 022) == 0 ? KC_OK : KC_UNSAFE;
}

enum kc_error code_check_trusted(const char *path) {
    KC_AUTO_DESCRIPTOR place = -1;
    struct statx status;
    enum kc_error error = local_open(path, &place);
    if (error == KC_OK) {
        error = code_look_at_place(place, &status);
    }
    return error == KC_OK ? code_check_trusted_place(place, &status, NULL) : error;
}

struct variable {
    const char *name; /* with its = */
    const char *separators;
    bool holds_directories;
    bool may_name_shim;
};

/* One word of such a variable. A bare name is looked for where the administrator, or
 * LD_LIBRARY_PATH, says; what isn't there is not loaded. */
static enum kc_error check_word(const struct variable *variable, const char *word, size_t length,
                                struct code *code) {
    char path[PATH_MAX];
    if (length >= sizeof path) {
        return KC_UNSAFE;
    }
    if (!variable->holds_directories && memchr(word, '/', length) == NULL) {
        return KC_OK;
    }
    if (length == 0 || word[0] != '/' || memchr(word, '$', length) != NULL) {
        return KC_UNSAFE; /* relative to where it was started, or to be replaced by the loader */
    }
    memcpy(path, word, length);
    path[length] = '\0';
    enum kc_error error = code_check_trusted(path);
    if (error == KC_UNSAFE && variable->may_name_shim &&
        code_is_called(path, length, CODE_SHIM_HOOK)) {
        error = code_keep_preloaded(code, path);
    }
    return error == KC_NOT_FOUND ? KC_OK : error;
}

static enum kc_error check_variable(const struct variable *variable, const char *value,
                                    struct code *code) {
    if (*value == '\0') {
        return KC_OK;
    }
    for (;;) {
        size_t length = strcspn(value, variable->separators);
        bool is_empty_word = length == 0 && !variable->holds_directories;
        enum kc_error error = is_empty_word ? KC_OK : check_word(variable, value, length, code);
        if (error != KC_OK || value[length] == '\0') {
            return error;
        }
        value += length + 1;
    }
}

/* One "NAME=value" of the environment. */
static enum kc_error look_at(const char *entry, struct code *code) {
    static const struct variable variables[] = {
        {"LD_PRELOAD=", " :", false, true},
        {"LD_AUDIT=", ":", false, false},
        {"LD_LIBRARY_PATH=", ":;", true, false},
    };
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        size_t name = strlen(variables[i].name);
        if (strncmp(entry, variables[i].name, name) != 0) {
            continue;
        }
        enum kc_error error = check_variable(&variables[i], entry + name, code);
        if (error == KC_NO_MEMORY) {
            return error;
        }
        if (error != KC_OK && check_is_on("code_environment")) {
            code->flaw = CODE_PRELOADED;
            (void)snprintf(code->subject, sizeof code->subject, "%s", entry);
        }
    }
    return KC_OK;
}

enum kc_error code_look_environment(const struct process *process, struct code *code) {
    KC_AUTO_TEXT text = NULL;
    size_t length = 0;
    enum kc_error error = process_read_text(process, "environ", &text, &length);
    for (size_t at = 0; error == KC_OK && at < length && code->flaw == CODE_SOUND;
         at += strlen(text + at) + 1) {
        error = look_at(text + at, code);
    }
    return error;
}

const char *code_flaw_text(enum code_flaw flaw) {
    switch (flaw) {
    case CODE_SOUND:
        return "";
    case CODE_ELSEWHERE:
        return "it doesn't run from the program file that it claims";
    case CODE_ALTERED:
        return "its code was changed in memory";
    case CODE_UNKNOWN:
        return "it runs code from a file that can't be found under its name";
    case CODE_WRITTEN:
        return "it runs code from a file that is open for writing";
    case CODE_CROWDED:
        return "it runs code from too many files that aren't the administrator's";
    case CODE_PRELOADED:
        return "its loader was told to load code that isn't the administrator's";
    }
    return "";
}
