/* SPDX-License-Identifier: MIT */
/* Reads into secret memory, and hands the bytes to the parsers. Nothing is changed in a source
 * but by import_source_delete(). */
#include "daemon/admin/import_source.h"

#include "daemon/admin/home_file.h"
#include "daemon/admin/pairs.h"
#include "daemon/admin/say.h"
#include "daemon/store/desktop.h"
#include "libkc/error.h"
#include "libkc/secret.h"
#include "platform/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Files */

static enum exit_code refuse_file(const char *path, enum kc_error error) {
    struct shown shown;
    say_show(path, &shown);
    if (error == KC_UNSAFE) {
        say("\"%s\" isn't read: it must be a regular file of yours, not a link, that others can't "
            "write to",
            shown.text);
    } else {
        say("can't read \"%s\": %s", shown.text, kc_error_text(error));
    }
    return error == KC_NOT_FOUND ? EXIT_NO : EXIT_FAULT;
}

/* The second operand, else `variable`, else ~/`name`. */
static enum exit_code find_file(const struct options *options, const char *variable,
                                const char *name, char **ret_path) {
    const char *named = options_operand_count(options) > 1 ? options_operand(options, 1) : NULL;
    return home_file_find(named, variable, name, ret_path);
}

/* What a parser answered, said. */
static enum exit_code judge(const struct import_source *source, enum kc_error error,
                            const char *why) {
    struct shown shown;
    if (error == KC_OK) {
        return EXIT_DONE;
    }
    say("\"%s\" isn't imported: %s", say_show(source->path, &shown),
        why[0] != '\0' ? why : kc_error_text(error));
    return error == KC_INVALID || error == KC_TOO_BIG ? EXIT_NO : EXIT_FAULT;
}

static enum exit_code read_bytes(const char *path, struct file_bytes *bytes) {
    enum kc_error error = file_read(path, FILE_TRUSTED, IMPORT_FILE_MAX, bytes);
    return error == KC_OK ? EXIT_DONE : refuse_file(path, error);
}

static enum exit_code read_env(const struct options *options, struct import_source *source) {
    struct file_bytes bytes = {0};
    char why[KC_MESSAGE_MAX] = "";
    const char *named = options_value(options, "service", 0);
    enum exit_code code = find_file(options, NULL, "", &source->path);
    if (code == EXIT_DONE) {
        code = read_bytes(source->path, &bytes);
    }
    if (code == EXIT_DONE) {
        enum kc_error error = import_env_parse(bytes.bytes, bytes.length,
                                               named != NULL ? named : "env", &source->list, why);
        code = judge(source, error, why);
    }
    file_bytes_clear(&bytes);
    return code;
}

static enum exit_code read_aws(const struct options *options, struct import_source *source) {
    struct file_bytes bytes = {0};
    char why[KC_MESSAGE_MAX] = "";
    enum exit_code code =
        find_file(options, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials", &source->path);
    if (code == EXIT_DONE) {
        code = read_bytes(source->path, &bytes);
    }
    if (code == EXIT_DONE) {
        code = judge(source, import_aws_parse(bytes.bytes, bytes.length, &source->list, why), why);
    }
    file_bytes_clear(&bytes);
    return code;
}

static enum exit_code read_git(const struct options *options, struct import_source *source) {
    struct file_bytes bytes = {0};
    char why[KC_MESSAGE_MAX] = "";
    enum exit_code code = find_file(options, NULL, ".git-credentials", &source->path);
    if (code == EXIT_DONE) {
        code = read_bytes(source->path, &bytes);
    }
    if (code == EXIT_DONE) {
        code = judge(source, import_git_parse(bytes.bytes, bytes.length, &source->list, why), why);
    }
    file_bytes_clear(&bytes);
    return code;
}

/* The desktop's keyring */

struct visit {
    struct import_source *source;
    const char *service; /* NULL: each item's schema */
};

static enum kc_error keep_path(struct import_source *source, const char *path) {
    char **grown = realloc(source->items, (source->item_count + 1) * sizeof *grown);
    if (grown == NULL) {
        return KC_NO_MEMORY;
    }
    source->items = grown;
    grown[source->item_count] = strdup(path);
    if (grown[source->item_count] == NULL) {
        return KC_NO_MEMORY;
    }
    source->item_count++;
    return KC_OK;
}

static enum kc_error visit_item(const struct desktop_item *item, void *context) {
    const struct visit *visit = context;
    struct import_source *source = visit->source;
    enum kc_error error =
        import_desktop_add(&source->list, item, visit->service, source->item_count);
    return error == KC_OK ? keep_path(source, item->path) : error;
}

static enum exit_code read_match(const struct options *options, struct attributes *match) {
    KC_AUTO(pairs) pairs = NULL;
    enum exit_code code = pairs_new(options, "match", &pairs);
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = KC_OK;
    for (size_t i = 0; error == KC_OK && i < pairs->count; i++) {
        error = attributes_add(match, pairs->texts[2 * i], pairs->texts[2 * i + 1]);
    }
    if (error == KC_OK) {
        return EXIT_DONE;
    }
    (void)say_fault(error, "--match");
    return EXIT_USAGE;
}

static enum exit_code read_items(struct import_source *source, const struct attributes *match,
                                 const char *service) {
    struct visit visit = {.source = source, .service = service};
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = desktop_open(&source->desktop, why);
    if (error == KC_OK) {
        error = desktop_read(source->desktop, match, visit_item, &visit, &source->list.passed_over);
        (void)snprintf(why, sizeof why, "%s",
                       error == KC_OK ? "" : desktop_trouble(source->desktop));
    }
    if (error != KC_OK) {
        say_report(why, error);
        return error == KC_LOCKED ? EXIT_NO : EXIT_FAULT;
    }
    return EXIT_DONE;
}

static enum exit_code read_desktop(const struct options *options, struct import_source *source) {
    struct attributes match = {0};
    enum exit_code code = read_match(options, &match);
    if (code == EXIT_DONE) {
        code = read_items(source, &match, options_value(options, "service", 0));
    }
    attributes_clear(&match);
    return code;
}

static enum exit_code say_kept(const struct import_entry *entry, const char *trouble,
                               enum kc_error error) {
    struct shown shown;
    say_show(entry->target, &shown);
    if (error == KC_CHANGED) {
        say_warning("\"%s\" was changed meanwhile and stays in the keyring", shown.text);
        return EXIT_DONE;
    }
    say("can't delete \"%s\" from the keyring: %s", shown.text,
        trouble[0] != '\0' ? trouble : kc_error_text(error));
    return EXIT_FAULT;
}

enum exit_code import_source_delete(struct import_source *source, size_t *ret_deleted) {
    enum exit_code code = EXIT_DONE;
    size_t deleted = 0;
    for (size_t i = 0; code == EXIT_DONE && i < source->list.count; i++) {
        const struct import_entry *entry = &source->list.entries[i];
        if (entry->state != IMPORT_VERIFIED) {
            continue;
        }
        enum kc_error error =
            desktop_delete(source->desktop, source->items[entry->origin], entry->value);
        deleted += error == KC_OK;
        if (error != KC_OK && error != KC_NOT_FOUND) {
            code = say_kept(entry, desktop_trouble(source->desktop), error);
        }
    }
    *ret_deleted = deleted;
    return code;
}

void import_source_clear(struct import_source *source) {
    import_list_clear(&source->list);
    for (size_t i = 0; i < source->item_count; i++) {
        free(source->items[i]);
    }
    free(source->items);
    free(source->path);
    desktop_free(source->desktop);
    *source = (struct import_source){0};
}

/* The kinds, and how a tool is switched over. */

static void advise_desktop(const char *service, const char *path) {
    (void)service;
    (void)path;
    (void)puts(
        "programs that ask the desktop's keyring itself still do; to switch one over, let it "
        "ask \"kcget SERVICE TARGET\" and approve it");
}

static void advise_env(const char *service, const char *path) {
    (void)printf("to switch a program over, let it ask, as in NAME=\"$(kcget %s NAME)\", and "
                 "approve it; then delete \"%s\"\n",
                 service, path);
}

static void advise_aws(const char *service, const char *path) {
    (void)service;
    (void)printf(
        "to switch over, for each profile: keychain-auth aws configure PROFILE, which adds "
        "a credential_process to ~/.aws/config; then delete \"%s\"\n",
        path);
}

static void advise_git(const char *service, const char *path) {
    (void)service;
    (void)printf("to switch over: git config --global credential.helper keychain-auth; then delete "
                 "\"%s\"\n",
                 path);
}

static const struct import_kind kinds[] = {
    {.name = "secret-service",
     .read = read_desktop,
     .advise = advise_desktop,
     .may_name_service = true,
     .is_desktop = true},
    {.name = "env",
     .read = read_env,
     .advise = advise_env,
     .needs_file = true,
     .may_name_service = true},
    {.name = "aws", .read = read_aws, .advise = advise_aws},
    {.name = "git", .read = read_git, .advise = advise_git},
};

const struct import_kind *import_kind_find(const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}
