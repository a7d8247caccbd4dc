/* SPDX-License-Identifier: MIT */
/*
 * import: what others keep in the open becomes items of the store, through the daemon like any
 * other write. Names are shown, values never. The daemon is asked for first, so that this
 * process is shut before it holds a secret; the source is left alone unless it was asked for.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/answer.h"
#include "daemon/admin/import_source.h"
#include "daemon/admin/import_store.h"
#include "daemon/admin/say.h"

#include <stdio.h>
#include <string.h>

/* What was asked for. */
struct import {
    const struct import_kind *kind;
    bool is_dry;
    bool replaces;
    bool deletes;
};

static enum exit_code check_kind(const struct options *options, const struct import_kind *kind) {
    size_t operands = options_operand_count(options);
    if (kind->is_desktop && operands > 1) {
        say("secret-service takes no file");
        return EXIT_USAGE;
    }
    if (kind->needs_file && operands < 2) {
        say("the file is missing: keychain-auth import %s FILE", kind->name);
        return EXIT_USAGE;
    }
    if (!kind->may_name_service && options_given(options, "service")) {
        say("what comes from %s has a service already: --service isn't taken", kind->name);
        return EXIT_USAGE;
    }
    if (!kind->is_desktop &&
        (options_given(options, "match") || options_given(options, "delete-source"))) {
        say("--match and --delete-source are for secret-service; a file is left alone");
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static enum exit_code read_options(const struct options *options, struct import *import) {
    const char *name = options_operand(options, 0);
    import->kind = import_kind_find(name);
    if (import->kind == NULL) {
        struct shown shown;
        say("nothing can be imported from \"%s\"; say secret-service, env, aws or git",
            say_show(name, &shown));
        return EXIT_USAGE;
    }
    import->is_dry = options_flag(options, "dry-run", false);
    import->replaces = options_flag(options, "replace", false);
    import->deletes = options_flag(options, "delete-source", false);
    return check_kind(options, import->kind);
}

/* What became of an entry, or would become of it. */
enum fate { FATE_IMPORTED, FATE_REPLACED, FATE_KEPT, FATE_UNTOUCHED, FATE_COUNT };

static enum fate fate_of(const struct import *import, const struct import_entry *entry) {
    if (import_entry_is_kept(entry, import->replaces)) {
        return FATE_KEPT;
    }
    if (!import->is_dry && entry->state == IMPORT_FOUND) {
        return FATE_UNTOUCHED; /* it stopped before */
    }
    return entry->is_there ? FATE_REPLACED : FATE_IMPORTED;
}

static void print_entries(const struct import *import, const struct import_list *list,
                          size_t counts[FATE_COUNT]) {
    static const char *const words[FATE_COUNT] = {"import ", "replace", "keep   ", "not yet"};
    struct shown shown;
    for (size_t i = 0; i < list->count; i++) {
        const struct import_entry *entry = &list->entries[i];
        if (entry->yields) {
            continue; /* ours, not the source's */
        }
        enum fate fate = fate_of(import, entry);
        counts[fate]++;
        (void)printf("%s  \"%s\"", words[fate], say_show(entry->service, &shown));
        (void)printf(" \"%s\"\n", say_show(entry->target, &shown));
    }
}

/* One line, as a program may want to read it, too. */
static void report(const struct import *import, const struct import_source *source,
                   size_t deleted) {
    size_t counts[FATE_COUNT] = {0};
    print_entries(import, &source->list, counts);
    (void)printf("%s%zu imported, %zu replaced, %zu kept as they were, %zu passed over",
                 import->is_dry ? "would be: " : "", counts[FATE_IMPORTED], counts[FATE_REPLACED],
                 counts[FATE_KEPT], source->list.passed_over);
    if (counts[FATE_UNTOUCHED] > 0) {
        (void)printf(", %zu not yet", counts[FATE_UNTOUCHED]);
    }
    if (import->deletes && !import->is_dry) {
        (void)printf(", %zu deleted from the source", deleted);
    }
    (void)putchar('\n');
    if (counts[FATE_KEPT] > 0) {
        (void)puts("what is there already is overwritten only with --replace");
    }
}

static void advise(const struct import *import, const struct import_source *source) {
    struct shown service;
    struct shown path;
    if (source->list.count > 0) {
        import->kind->advise(say_show(source->list.entries[0].service, &service),
                             say_show(source->path != NULL ? source->path : "", &path));
    }
}

static enum exit_code store_all(const struct import *import, struct answer *answer,
                                struct import_source *source) {
    size_t deleted = 0;
    enum exit_code code = import_store_write(answer, &source->list, import->replaces);
    if (code == EXIT_DONE) {
        code = import_store_verify(answer, &source->list);
    }
    if (code == EXIT_DONE && import->deletes) {
        code = import_source_delete(source, &deleted);
    }
    report(import, source, deleted);
    return code;
}

static enum exit_code run(const struct options *options, const struct import *import,
                          struct import_source *source) {
    KC_AUTO(answer) answer = NULL;
    enum exit_code code = answer_connect(options, &answer);
    if (code == EXIT_DONE) {
        code = import->kind->read(options, source);
    }
    if (code == EXIT_DONE) {
        code = import_store_look(answer, &source->list);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    if (import->is_dry) {
        report(import, source, 0);
    } else {
        code = store_all(import, answer, source);
    }
    if (code == EXIT_DONE) {
        advise(import, source);
    }
    return code;
}

enum exit_code cmd_import(const struct options *options) {
    struct import import = {0};
    struct import_source source = {0};
    enum exit_code code = read_options(options, &import);
    if (code == EXIT_DONE) {
        code = run(options, &import, &source);
    }
    import_source_clear(&source);
    return code;
}
