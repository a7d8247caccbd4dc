/* SPDX-License-Identifier: MIT */
/*
 * The name of a chain: one hash over all that tells its processes apart. Every word is followed by
 * its NUL, which none of them can hold, so that no two chains are spelt alike.
 */
#include "daemon/chain.h"

#include "daemon/crypto.h"
#include "libkc/parse.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_PER_LINK 5

/* Written when there is room, else only counted. */
struct spelling {
    char *text;
    size_t length;
};

static void spell(struct spelling *spelling, const char *word) {
    size_t size = strlen(word) + 1;
    if (spelling->text != NULL) {
        memcpy(spelling->text + spelling->length, word, size);
    }
    spelling->length += size;
}

static void spell_chain(struct spelling *spelling, const struct chain *chain, const char *path,
                        const char *hash) {
    spell(spelling, path);
    spell(spelling, hash);
    for (size_t i = 0; i < chain->count; i++) {
        const struct chain_link *link = &chain->links[i];
        const char *const words[WORDS_PER_LINK] = {
            link_kind_word(link->kind),
            link->path,
            link->hash,
            link->script != NULL ? link->script : "",
            link->script_hash,
        };
        for (size_t at = 0; at < WORDS_PER_LINK; at++) {
            spell(spelling, words[at]);
        }
    }
    spell(spelling, chain_end_word(chain->end));
}

enum kc_error chain_name(struct chain *chain, const char *path, const char *hash) {
    struct spelling spelling = {NULL, 0};
    unsigned char name[CRYPTO_HASH_SIZE];
    spell_chain(&spelling, chain, path, hash);
    spelling.text = malloc(spelling.length);
    if (spelling.text == NULL) {
        return KC_NO_MEMORY;
    }
    spelling.length = 0;
    spell_chain(&spelling, chain, path, hash);
    enum kc_error error = crypto_hash(spelling.text, spelling.length, name);
    free(spelling.text);
    if (error == KC_OK) {
        parse_write_hex(name, sizeof name, chain->id);
    }
    return error;
}
