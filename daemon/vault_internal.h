/* SPDX-License-Identifier: MIT */
/* The vault's own state: vault.c decides and sends on its way, vault_settle.c draws the
 * consequences, vault_open.c begins, ends and keeps the time. For these files only. */
#ifndef VAULT_INTERNAL_H
#define VAULT_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "daemon/admin_session.h"
#include "daemon/patience.h"
#include "daemon/vault.h"
#include "libkc/protocol.h"
#include "platform/file.h"

struct job;
struct vault_work;
struct worker;

struct vault {
    struct daemon *daemon;
    struct vault_places places;
    struct keyslots *slots; /* NULL: nothing is kept */
    bool is_locked;
    bool is_busy; /* a passphrase is with the worker or the store */
    struct patience patience;
    struct worker *worker;
    uv_timer_t timer;
    uint64_t idle_ms; /* how long nobody may ask before it locks; 0: for ever */
    uint64_t used_ms; /* when somebody did */
    uint64_t remembered_ms;
    struct admin_sessions sessions;
    struct file_stamp slots_stamp; /* as we left them */
    char slots_notice[KC_MESSAGE_MAX];
    char record_notice[KC_MESSAGE_MAX];
};

bool vault_has_key_file(const struct vault *vault);

/* What the store's worker found becomes what the loop goes by. */
void vault_take_findings(struct vault *vault, struct vault_work *work);

/* The worker's job: a passphrase is tried. */
void vault_run_work(struct job *first, void *context);

#endif
