/* SPDX-License-Identifier: MIT */
/* Holds what a chain needs for as long as the chain is held. */
#include "daemon/admin/walked.h"

#include "daemon/digest.h"
#include "platform/process.h"

#include <stdlib.h>

enum kc_error walked_new(uint64_t pid, const char *path, const char *hash,
                         struct walked **ret_walked) {
    KC_AUTO(walked) walked = calloc(1, sizeof *walked);
    if (walked == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = process_pin(pid, &walked->process);
    if (error == KC_OK) {
        error = digest_new(&walked->digest);
    }
    if (error == KC_OK) {
        error = ancestors_new(walked->digest, &walked->ancestors);
    }
    if (error == KC_OK) {
        const struct chain_walk walk = {.ancestors = walked->ancestors, .may_read = true};
        error = chain_walk(&walk, walked->process, path, hash, &walked->chain);
    }
    if (error == KC_OK) {
        *ret_walked = walked;
        walked = NULL;
    }
    return error;
}

void walked_free(struct walked *walked) {
    if (walked != NULL) {
        chain_free(walked->chain);
        ancestors_free(walked->ancestors);
        digest_free(walked->digest);
        process_free(walked->process);
        free(walked);
    }
}
