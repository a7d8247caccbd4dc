/* SPDX-License-Identifier: MIT */
/*
 * With libgcrypt, because libsecret has it in the process already: another library would take as
 * long to load as all the rest of a lookup. libsecret has set it up before it asks for a session;
 * where another one didn't, it is done here.
 */
#include "libkcshim/server_dh.h"

#include "libkc/secret.h"
#include "platform/secmem.h"

#include <gcrypt.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * Bytes of our exponent. The group is worth some 80 bits (RFC 3526, 8, gives a longer one 90), and
 * an exponent wants twice as many; NIST SP 800-57 part 1, table 2, has 160 beside 1,024. These
 * are 256, and still four times as quick as one of the group's own length.
 */
#define EXPONENT_SIZE 32
#define HASH_SIZE     32

/* RFC 2409, 6.2; the generator is 2. */
static const char prime_text[] = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
                                 "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
                                 "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
                                 "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF";

struct dh_agreement {
    gcry_mpi_t prime;
    gcry_mpi_t theirs;
    gcry_mpi_t own; /* the secret exponent */
    gcry_mpi_t result;
};

static bool is_ready(void) {
    if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P) != 0) {
        return true;
    }
    if (gcry_check_version(NULL) == NULL) {
        return false;
    }
    (void)gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    (void)gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    return true;
}

/* libgcrypt wipes only what lies in its secure memory, which is the program's to set up. */
static void erase(gcry_mpi_t number, unsigned bytes) {
    for (unsigned bit = 0; number != NULL && bit < 8 * bytes; bit++) {
        gcry_mpi_set_bit(number, bit);
    }
    gcry_mpi_release(number);
}

void dh_agreement_free(struct dh_agreement *agreement) {
    if (agreement != NULL) {
        gcry_mpi_release(agreement->prime);
        gcry_mpi_release(agreement->theirs);
        erase(agreement->own, EXPONENT_SIZE);
        erase(agreement->result, DH_NUMBER_SIZE);
        free(agreement);
    }
}

static enum kc_error agreement_init(struct dh_agreement *agreement, const unsigned char *theirs,
                                    size_t length) {
    unsigned char exponent[EXPONENT_SIZE];
    gcry_randomize(exponent, sizeof exponent, GCRY_STRONG_RANDOM);
    bool is_done =
        gcry_mpi_scan(&agreement->prime, GCRYMPI_FMT_HEX, prime_text, 0, NULL) == 0 &&
        gcry_mpi_scan(&agreement->theirs, GCRYMPI_FMT_USG, theirs, length, NULL) == 0 &&
        gcry_mpi_scan(&agreement->own, GCRYMPI_FMT_USG, exponent, sizeof exponent, NULL) == 0;
    secmem_wipe(exponent, sizeof exponent);
    if (!is_done) {
        return KC_NO_MEMORY;
    }
    agreement->result = gcry_mpi_new(8 * DH_NUMBER_SIZE);
    return agreement->result != NULL ? KC_OK : KC_NO_MEMORY;
}

/* 0, 1 and the prime less 1 would give the key away. */
static enum kc_error check_theirs(const struct dh_agreement *agreement) {
    gcry_mpi_sub_ui(agreement->result, agreement->prime, 1);
    bool is_good = gcry_mpi_cmp_ui(agreement->theirs, 1) > 0 &&
                   gcry_mpi_cmp(agreement->theirs, agreement->result) < 0;
    return is_good ? KC_OK : KC_INVALID;
}

/* Padded on the left to the group's length. */
static enum kc_error power(struct dh_agreement *agreement, gcry_mpi_t base,
                           unsigned char ret_number[DH_NUMBER_SIZE]) {
    unsigned char number[DH_NUMBER_SIZE];
    size_t length = 0;
    gcry_mpi_powm(agreement->result, base, agreement->own, agreement->prime);
    if (gcry_mpi_print(GCRYMPI_FMT_USG, number, sizeof number, &length, agreement->result) != 0) {
        return KC_INTERNAL;
    }
    memset(ret_number, 0, DH_NUMBER_SIZE);
    memcpy(ret_number + DH_NUMBER_SIZE - length, number, length);
    secmem_wipe(number, sizeof number);
    return KC_OK;
}

static enum kc_error hmac(const unsigned char *key, size_t key_length, const unsigned char *bytes,
                          size_t length, unsigned char ret_hash[HASH_SIZE]) {
    gcry_md_hd_t handle = NULL;
    if (gcry_md_open(&handle, GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC) != 0) {
        return KC_NO_MEMORY;
    }
    bool is_done = gcry_md_setkey(handle, key, key_length) == 0;
    if (is_done) {
        gcry_md_write(handle, bytes, length);
        memcpy(ret_hash, gcry_md_read(handle, GCRY_MD_SHA256), HASH_SIZE);
    }
    gcry_md_close(handle);
    return is_done ? KC_OK : KC_INTERNAL;
}

/* HKDF (RFC 5869); one block is more than the key. */
static enum kc_error derive(const unsigned char shared[DH_NUMBER_SIZE],
                            unsigned char ret_key[DH_KEY_SIZE]) {
    static const unsigned char no_salt[HASH_SIZE];
    static const unsigned char counter = 1;
    unsigned char extracted[HASH_SIZE];
    unsigned char expanded[HASH_SIZE];
    enum kc_error error = hmac(no_salt, sizeof no_salt, shared, DH_NUMBER_SIZE, extracted);
    if (error == KC_OK) {
        error = hmac(extracted, sizeof extracted, &counter, 1, expanded);
    }
    if (error == KC_OK) {
        memcpy(ret_key, expanded, DH_KEY_SIZE);
    }
    secmem_wipe(extracted, sizeof extracted);
    secmem_wipe(expanded, sizeof expanded);
    return error;
}

static enum kc_error offer(struct dh_agreement *agreement, unsigned char ret_ours[DH_NUMBER_SIZE]) {
    gcry_mpi_t two = gcry_mpi_set_ui(NULL, 2);
    enum kc_error error = power(agreement, two, ret_ours);
    gcry_mpi_release(two);
    return error;
}

enum kc_error dh_begin(const unsigned char *theirs, size_t length,
                       unsigned char ret_ours[DH_NUMBER_SIZE],
                       struct dh_agreement **ret_agreement) {
    if (length == 0 || length > DH_NUMBER_SIZE) {
        return KC_INVALID;
    }
    if (!is_ready()) {
        return KC_UNSUPPORTED;
    }
    KC_AUTO(dh_agreement) agreement = calloc(1, sizeof *agreement);
    if (agreement == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = agreement_init(agreement, theirs, length);
    if (error == KC_OK) {
        error = check_theirs(agreement);
    }
    if (error == KC_OK) {
        error = offer(agreement, ret_ours);
    }
    if (error == KC_OK) {
        *ret_agreement = agreement;
        agreement = NULL;
    }
    return error;
}

enum kc_error dh_finish(struct dh_agreement **take_agreement, unsigned char ret_key[DH_KEY_SIZE]) {
    unsigned char shared[DH_NUMBER_SIZE];
    KC_AUTO(dh_agreement) agreement = *take_agreement;
    *take_agreement = NULL;
    enum kc_error error = power(agreement, agreement->theirs, shared);
    if (error == KC_OK) {
        error = derive(shared, ret_key);
    }
    secmem_wipe(shared, sizeof shared);
    return error;
}

size_t dh_sealed_length(size_t length) {
    return length / DH_BLOCK_SIZE * DH_BLOCK_SIZE + DH_BLOCK_SIZE;
}

static enum kc_error open_cipher(const unsigned char key[DH_KEY_SIZE],
                                 const unsigned char start[DH_BLOCK_SIZE],
                                 gcry_cipher_hd_t *ret_cipher) {
    gcry_cipher_hd_t cipher = NULL;
    if (!is_ready() ||
        gcry_cipher_open(&cipher, GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_CBC, 0) != 0) {
        return KC_NO_MEMORY;
    }
    if (gcry_cipher_setkey(cipher, key, DH_KEY_SIZE) != 0 ||
        gcry_cipher_setiv(cipher, start, DH_BLOCK_SIZE) != 0) {
        gcry_cipher_close(cipher);
        return KC_INTERNAL;
    }
    *ret_cipher = cipher;
    return KC_OK;
}

/* PKCS #7: each byte of the padding is its length. */
enum kc_error dh_seal(const unsigned char key[DH_KEY_SIZE], const struct secret *plain,
                      unsigned char ret_start[DH_BLOCK_SIZE], unsigned char *ret_sealed) {
    gcry_cipher_hd_t cipher = NULL;
    KC_AUTO(secret) padded = NULL;
    size_t length = dh_sealed_length(secret_length(plain));
    enum kc_error error = secret_new(length, &padded);
    if (error != KC_OK) {
        return error;
    }
    const int padding = (int)(length - secret_length(plain)); /* 1 to 16 */
    memset(secret_bytes(padded), padding, length);
    memcpy(secret_bytes(padded), secret_view(plain), secret_length(plain));
    gcry_create_nonce(ret_start, DH_BLOCK_SIZE);
    error = open_cipher(key, ret_start, &cipher);
    if (error == KC_OK &&
        gcry_cipher_encrypt(cipher, ret_sealed, length, secret_view(padded), length) != 0) {
        error = KC_INTERNAL;
    }
    gcry_cipher_close(cipher);
    return error;
}

static enum kc_error cut_padding(struct secret *plain, size_t length) {
    const unsigned char *bytes = secret_view(plain);
    size_t padding = bytes[length - 1];
    if (padding == 0 || padding > DH_BLOCK_SIZE) {
        return KC_INVALID;
    }
    for (size_t i = length - padding; i < length; i++) {
        if (bytes[i] != padding) {
            return KC_INVALID;
        }
    }
    secret_set_length(plain, length - padding);
    return KC_OK;
}

enum kc_error dh_open(const unsigned char key[DH_KEY_SIZE],
                      const unsigned char start[DH_BLOCK_SIZE], const unsigned char *sealed,
                      size_t length, struct secret **ret_plain) {
    gcry_cipher_hd_t cipher = NULL;
    KC_AUTO(secret) plain = NULL;
    if (length == 0 || length % DH_BLOCK_SIZE != 0) {
        return KC_INVALID;
    }
    enum kc_error error = secret_new(length, &plain);
    if (error == KC_OK) {
        error = open_cipher(key, start, &cipher);
    }
    if (error == KC_OK &&
        gcry_cipher_decrypt(cipher, secret_bytes(plain), length, sealed, length) != 0) {
        error = KC_INTERNAL;
    }
    gcry_cipher_close(cipher);
    if (error == KC_OK) {
        error = cut_padding(plain, length);
    }
    if (error == KC_OK) {
        *ret_plain = plain;
        plain = NULL;
    }
    return error;
}
