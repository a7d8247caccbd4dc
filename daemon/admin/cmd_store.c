/* SPDX-License-Identifier: MIT */
/*
 * store migrate: all items to another store, then config.json, then the old copies away. It
 * works on the stores themselves, so it holds the lock that a daemon holds while it runs. The
 * store in use is written into config.json first, so that a daemon that is started after an
 * interruption never sees half of the items.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/change.h"
#include "daemon/admin/policy_file.h"
#include "daemon/admin/say.h"
#include "daemon/admin/sealed_move.h"
#include "daemon/audit.h"
#include "daemon/keyslot.h"
#include "daemon/policy.h"
#include "daemon/store.h"
#include "daemon/store/backend.h"
#include "daemon/store/migrate.h"
#include "platform/harden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME    "file"
#define SERVICE_NAME "secret-service"

struct mover {
    const struct options *options;
    bool is_to_service;
    bool keeps_source;
    struct sealed_move seal;
    struct places *places;
    struct store *file; /* with the lock and the key of both */
    struct store_backend *service;
    struct migration migration;
};

static void mover_free(struct mover *mover) {
    if (mover == NULL) {
        return;
    }
    migrate_clear(&mover->migration);
    if (mover->service != NULL) {
        mover->service->table->close(mover->service);
    }
    store_close(mover->file);
    places_free(mover->places);
    sealed_move_clear(&mover->seal);
    free(mover);
}
KC_AUTO_DEFINE(mover)

static const char *source_name(const struct mover *mover) {
    return mover->is_to_service ? FILE_NAME : SERVICE_NAME;
}

static const char *destination_name(const struct mover *mover) {
    return mover->is_to_service ? SERVICE_NAME : FILE_NAME;
}

static enum exit_code read_operands(const struct options *options, struct mover *mover) {
    const char *name = options_operand(options, 1);
    mover->keeps_source = options_flag(options, "keep-source", false);
    mover->is_to_service = strcmp(name, SERVICE_NAME) == 0;
    if (strcmp(options_operand(options, 0), "migrate") != 0) {
        say("store takes no other word than \"migrate\"");
        return EXIT_USAGE;
    }
    if (!mover->is_to_service && strcmp(name, FILE_NAME) != 0) {
        struct shown shown;
        say("items can't be moved to \"%s\"; say \"file\" or \"secret-service\"",
            say_show(name, &shown));
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

/* Before there is a key in it. */
static enum exit_code shut_memory(void) {
    enum kc_error error = harden_memory();
    return error == KC_OK || error == KC_UNSUPPORTED
               ? EXIT_DONE
               : say_fault(error, "can't shut this process's memory to others");
}

/* Opening */

static enum exit_code open_file(struct mover *mover) {
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = store_open(FILE_NAME, &mover->file, why);
    if (error == KC_BUSY) {
        say("a daemon has the store open; stop it first: keychain-auth stop");
        return EXIT_FAULT;
    }
    if (error != KC_OK) {
        say_report(why, error);
        return EXIT_FAULT;
    }
    return sealed_move_open(&mover->seal, mover->options, mover->file);
}

static enum exit_code open_service(struct mover *mover) {
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error =
        sealed_service_open(keyslots_key_id(store_slots(mover->file)), &mover->service, why);
    if (error != KC_OK) {
        say_report(why, error);
        return EXIT_FAULT;
    }
    return EXIT_DONE;
}

static void point_at_stores(struct mover *mover) {
    struct store_backend *file = store_backend(mover->file);
    struct migration *migration = &mover->migration;
    migration->source = mover->is_to_service ? file : mover->service;
    migration->destination = mover->is_to_service ? mover->service : file;
    migration->key = store_key(mover->file);
}

/* What it remembers of its own writes proves nothing. */
static enum exit_code reopen_destination(struct mover *mover) {
    enum exit_code code;
    if (mover->is_to_service) {
        mover->service->table->close(mover->service);
        mover->service = NULL;
        code = open_service(mover);
    } else {
        store_close(mover->file);
        mover->file = NULL;
        code = open_file(mover);
    }
    if (code == EXIT_DONE) {
        point_at_stores(mover);
    }
    return code;
}

/* Which of the two is right is what config.json says. */
static enum exit_code find_use(struct mover *mover) {
    KC_AUTO(config) config = NULL;
    enum exit_code code = policy_file_open(&config);
    if (code != EXIT_DONE) {
        return code;
    }
    const char *store = policy_store(config_policy(config));
    if (store != NULL && strcmp(store, destination_name(mover)) == 0) {
        mover->migration.use = MIGRATE_DESTINATION;
    } else if (store != NULL && strcmp(store, source_name(mover)) == 0) {
        mover->migration.use = MIGRATE_SOURCE;
    }
    return EXIT_DONE;
}

static enum exit_code open_all(struct mover *mover) {
    enum exit_code code = places_new(&mover->places);
    if (code == EXIT_DONE) {
        code = open_file(mover);
    }
    if (code == EXIT_DONE) {
        code = find_use(mover);
    }
    if (code == EXIT_DONE) {
        code = open_service(mover);
    }
    if (code == EXIT_DONE) {
        point_at_stores(mover);
    }
    return code;
}

/* The steps */

static enum exit_code note(const struct mover *mover, const char *result, const char *message) {
    KC_AUTO(audit) audit = NULL;
    const struct audit_note note = {
        .event = "store", .action = "migrate", .result = result, .message = message};
    enum kc_error error = audit_open(mover->places->audit, &audit);
    if (error == KC_OK) {
        error = audit_note(audit, &note);
    }
    return error == KC_OK ? EXIT_DONE
                          : say_fault(error, "the record can't be written, so nothing goes on");
}

static enum exit_code judge(const struct mover *mover, enum kc_error error) {
    if (error == KC_OK) {
        return EXIT_DONE;
    }
    say_report(mover->migration.why, error);
    return error == KC_EXISTS ? EXIT_NO : EXIT_FAULT;
}

/* What is remembered of a sealed policy goes where the items are that count. */
static enum exit_code use_store(struct mover *mover, const char *name) {
    struct config_change change = {.kind = CONFIG_STORE, .store = name};
    if (mover->seal.is_sealed) {
        const struct migration *migration = &mover->migration;
        bool is_source = strcmp(name, source_name(mover)) == 0;
        return sealed_move_change(&mover->seal, mover->places, migration->key,
                                  is_source ? migration->source : migration->destination, &change);
    }
    const struct change_name event = {.event = "store", .action = "use", .message = name};
    return change_make(mover->places, &change, &event);
}

static enum exit_code begin(struct mover *mover) {
    struct migration *migration = &mover->migration;
    char message[KC_MESSAGE_MAX];
    enum exit_code code = judge(mover, migrate_look(migration));
    if (code != EXIT_DONE) {
        return code;
    }
    (void)snprintf(message, sizeof message, "%zu items from \"%s\" to \"%s\", %zu to be copied",
                   items_count(migration->items), source_name(mover), destination_name(mover),
                   migration->missing);
    code = note(mover, "begun", message);
    if (code == EXIT_DONE && migration->use == MIGRATE_UNKNOWN) {
        migration->use = MIGRATE_SOURCE;
        code = use_store(mover, source_name(mover));
    }
    return code;
}

static enum exit_code copy_and_switch(struct mover *mover) {
    enum exit_code code = judge(mover, migrate_copy(&mover->migration));
    if (code == EXIT_DONE) {
        code = reopen_destination(mover);
    }
    if (code == EXIT_DONE) {
        code = judge(mover, migrate_verify(&mover->migration));
    }
    return code == EXIT_DONE ? use_store(mover, destination_name(mover)) : code;
}

static enum exit_code end(const struct mover *mover) {
    const struct migration *migration = &mover->migration;
    char message[KC_MESSAGE_MAX];
    (void)snprintf(message, sizeof message,
                   "%zu items are in \"%s\" and decrypt; %zu were removed from \"%s\"",
                   items_count(migration->items), destination_name(mover), migration->removed,
                   source_name(mover));
    (void)puts(message);
    if (migration->use == MIGRATE_DESTINATION && migration->differing > 0) {
        say_warning("%zu of \"%s\" differ from those in use and were left there",
                    migration->differing, source_name(mover));
    }
    return note(mover, NULL, message);
}

static enum exit_code migrate(struct mover *mover) {
    enum exit_code code = begin(mover);
    if (code != EXIT_DONE) {
        return code;
    }
    code = copy_and_switch(mover);
    if (code == EXIT_DONE && !mover->keeps_source) {
        code = judge(mover, migrate_empty(&mover->migration));
    }
    if (code == EXIT_DONE && !mover->keeps_source && mover->seal.is_sealed) {
        code = judge(mover, seal_remove(mover->migration.source)); /* an older one than counts */
    }
    if (code == EXIT_DONE) {
        return end(mover);
    }
    say("nothing is lost; mend this and run the same command again");
    if (note(mover, "error", mover->migration.why) != EXIT_DONE) {
        say_warning("the record can't tell that this failed");
    }
    return code;
}

enum exit_code cmd_store(const struct options *options) {
    KC_AUTO(mover) mover = calloc(1, sizeof *mover);
    if (mover == NULL) {
        return say_fault(KC_NO_MEMORY, "can't start");
    }
    mover->options = options;
    enum exit_code code = read_operands(options, mover);
    if (code == EXIT_DONE) {
        code = shut_memory();
    }
    if (code == EXIT_DONE) {
        code = open_all(mover);
    }
    return code == EXIT_DONE ? migrate(mover) : code;
}
