/* SPDX-License-Identifier: MIT */
/* What a slot is, for the files of the room keyslot and nobody else. */
#ifndef KEYSLOT_INTERNAL_H
#define KEYSLOT_INTERNAL_H

#include <stdint.h>

#include "daemon/crypto.h"
#include "daemon/crypto_derive.h"
#include "daemon/keyslot.h"

#define KEYSLOT_HEAD        "keychain-auth keyslots 1"
#define KEYSLOT_NUMBER_MAX  63
#define KEYSLOT_SEALED_SIZE (CRYPTO_KEY_SIZE + CRYPTO_SEALED_OVERHEAD)

struct keyslot {
    unsigned number;
    enum keyslot_kind kind;
    struct secret *line; /* the whole line without its newline; written back as it was read */
    struct secret *key;  /* keyfile only */
    struct crypto_cost cost;
    unsigned char salt[CRYPTO_SALT_SIZE];
    unsigned char sealed[KEYSLOT_SEALED_SIZE];
};

struct keyslots {
    char key_id[CRYPTO_KEY_ID_SIZE];
    uint64_t numbers; /* a bit for each that is taken */
    size_t count;
    struct keyslot slots[KEYSLOT_NUMBER_MAX + 1]; /* in the order of the file */
};

void keyslot_clear(struct keyslot *slot);

/* Moves it behind the others; its number must be free. */
void keyslots_append(struct keyslots *slots, struct keyslot *take_slot);

#endif
