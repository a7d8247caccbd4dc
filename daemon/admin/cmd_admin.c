/* SPDX-License-Identifier: MIT */
/* admin: opens administration for a few minutes, for what this shell starts at this terminal. */
#include "daemon/admin/admin.h"

#include "daemon/admin/answer.h"
#include "daemon/admin/lock_state.h"
#include "daemon/admin/passphrase.h"
#include "daemon/admin/proof.h"
#include "daemon/admin/say.h"
#include "libkc/secret.h"

#include <stdio.h>

static enum exit_code end(struct answer *answer) {
    const char *const attributes[] = {"scope", "end"};
    const struct kc_query query = {
        .action = "admin", .attributes = attributes, .attribute_count = 1, .administration = 1};
    return answer_ask(answer, &query);
}

static enum exit_code begin(const struct options *options, struct answer *answer) {
    static const struct passphrase_question question = {
        .prompt = "passphrase: ",
        .description = "Administer keychain-auth for five minutes",
        .may_open_window = true,
    };
    KC_AUTO(secret) passphrase = NULL;
    struct lock_state state;
    enum exit_code code = lock_state_ask(answer, &state);
    if (code == EXIT_DONE && !state.has_passphrase) {
        say("no passphrase is set, so administration is open to every program of yours; set one "
            "with: keychain-auth passphrase set");
        return EXIT_NO;
    }
    if (code == EXIT_DONE) {
        code = passphrase_read(options, &question, &passphrase);
    }
    if (code == EXIT_DONE) {
        code = proof_send(answer, "terminal", passphrase);
    }
    if (code == EXIT_DONE) {
        (void)puts("what this shell starts here may administer for 5 minutes; end it with: "
                   "keychain-auth admin --end");
    }
    return code;
}

enum exit_code cmd_admin(const struct options *options) {
    KC_AUTO(answer) answer = NULL;
    enum exit_code code = answer_connect(options, &answer);
    if (code != EXIT_DONE) {
        return code;
    }
    return options_flag(options, "end", false) ? end(answer) : begin(options, answer);
}
