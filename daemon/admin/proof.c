/* SPDX-License-Identifier: MIT */
/* The passphrase, handed to the daemon. */
#include "daemon/admin/proof.h"

#include "daemon/admin/answer.h"
#include "daemon/admin/passphrase.h"
#include "libkc/secret.h"

enum exit_code proof_send(struct answer *answer, const char *scope,
                          const struct secret *passphrase) {
    const char *name = "passphrase";
    const void *bytes = secret_view(passphrase);
    size_t length = secret_length(passphrase);
    const char *const attributes[] = {"scope", scope};
    const struct kc_query query = {.action = "admin",
                                   .targets = &name,
                                   .target_count = 1,
                                   .values = &bytes,
                                   .value_lengths = &length,
                                   .attributes = attributes,
                                   .attribute_count = 1,
                                   .administration = 1};
    return answer_ask(answer, &query);
}

enum exit_code proof_give(struct answer *answer) {
    static const struct passphrase_question question = {.prompt = "passphrase: "};
    KC_AUTO(secret) passphrase = NULL;
    enum exit_code code = passphrase_read(answer->options, &question, &passphrase);
    return code == EXIT_DONE ? proof_send(answer, "connection", passphrase) : code;
}
