/* SPDX-License-Identifier: MIT */
/*
 * Unpacks whatever bytes, fed in small pieces: it ends, within its bound, and says either that it
 * was whole or that it wasn't. And whatever bytes are packed unpack to the same.
 *
 * links: daemon/audit_gzip.c -lz
 */
#include "daemon/audit_gzip.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ROOM  4096
#define PIECE 7
/* Enough to see; a bomb unpacks to a thousand times its length. */
#define TAKES 4096

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

static void unpack(const uint8_t *bytes, size_t length) {
    KC_AUTO(audit_gzip) gzip = NULL;
    unsigned char room[ROOM];
    size_t fed = 0;
    enum kc_error error = audit_gzip_new(AUDIT_UNPACK, &gzip);
    for (size_t i = 0; i < TAKES && (error == KC_OK || error == KC_AGAIN); i++) {
        size_t taken = 0;
        error = audit_gzip_take(gzip, room, sizeof room, &taken);
        require(error != KC_OK || (taken > 0 && taken <= sizeof room));
        if (error == KC_AGAIN) {
            size_t piece = length - fed < PIECE ? length - fed : PIECE;
            audit_gzip_feed(gzip, bytes + fed, piece, fed + piece == length);
            fed += piece;
        }
    }
    require(error == KC_OK || error == KC_AGAIN || error == KC_END || error == KC_DAMAGED ||
            error == KC_TOO_BIG);
}

static void pack_and_unpack(const uint8_t *bytes, size_t length) {
    KC_AUTO(audit_gzip) packer = NULL;
    KC_AUTO(audit_gzip) unpacker = NULL;
    size_t room = length + length / 8 + 1024;
    unsigned char *packed = malloc(room);
    unsigned char *back = malloc(length + 1);
    size_t packed_length = 0;
    size_t back_length = 0;
    size_t taken = 0;
    enum kc_error error = KC_OK;
    require(packed != NULL && back != NULL);
    require(audit_gzip_new(AUDIT_PACK, &packer) == KC_OK);
    audit_gzip_feed(packer, bytes, length, true);
    while ((error = audit_gzip_take(packer, packed + packed_length, room - packed_length,
                                    &taken)) == KC_OK) {
        packed_length += taken;
    }
    require(error == KC_END);
    require(audit_gzip_new(AUDIT_UNPACK, &unpacker) == KC_OK);
    audit_gzip_feed(unpacker, packed, packed_length, true);
    while ((error = audit_gzip_take(unpacker, back + back_length, length + 1 - back_length,
                                    &taken)) == KC_OK) {
        back_length += taken;
    }
    require(error == KC_END && back_length == length && memcmp(back, bytes, length) == 0);
    free(packed);
    free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    unpack(bytes, length);
    pack_and_unpack(bytes, length);
    return 0;
}
