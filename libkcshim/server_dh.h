/* SPDX-License-Identifier: MIT */
/*
 * The session algorithm dh-ietf1024-sha256-aes128-cbc-pkcs7 of the Secret Service: a
 * Diffie-Hellman agreement in the second Oakley group (RFC 2409, 6.2), HKDF with SHA-256 over the
 * shared number (padded to the group's 128 bytes; no salt, no info), AES-128 in CBC mode. It
 * hides values from who listens on the socketpair, which nobody can; it is here because
 * libsecret asks for it first. Pure but for randomness.
 */
#ifndef LIBKCSHIM_SERVER_DH_H
#define LIBKCSHIM_SERVER_DH_H

#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;

#define DH_NUMBER_SIZE 128
#define DH_KEY_SIZE    16
#define DH_BLOCK_SIZE  16

/*
 * Two halves, because the other side can go on with the first while we do the second: _begin gives
 * the number that they want, _finish the key. KC_INVALID: their number isn't one of the group.
 */
struct dh_agreement;
KC_MUST_USE enum kc_error dh_begin(const unsigned char *theirs, size_t length,
                                   unsigned char ret_ours[DH_NUMBER_SIZE],
                                   struct dh_agreement **ret_agreement);
KC_MUST_USE enum kc_error dh_finish(struct dh_agreement **take_agreement,
                                    unsigned char ret_key[DH_KEY_SIZE]);
void dh_agreement_free(struct dh_agreement *agreement);

KC_AUTO_DEFINE(dh_agreement)

/* Writes dh_sealed_length() bytes. */
KC_MUST_USE enum kc_error dh_seal(const unsigned char key[DH_KEY_SIZE], const struct secret *plain,
                                  unsigned char ret_start[DH_BLOCK_SIZE],
                                  unsigned char *ret_sealed);
size_t dh_sealed_length(size_t length);

/* KC_INVALID: not made with this key. */
KC_MUST_USE enum kc_error dh_open(const unsigned char key[DH_KEY_SIZE],
                                  const unsigned char start[DH_BLOCK_SIZE],
                                  const unsigned char *sealed, size_t length,
                                  struct secret **ret_plain);

#endif
