/* SPDX-License-Identifier: MIT */
/*
 * passphrase: which passphrases open the key. The key itself stays what it is, so nothing is
 * encrypted anew, and a copy of the old key file still opens what it opened.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/answer.h"
#include "daemon/admin/lock_state.h"
#include "daemon/admin/passphrase.h"
#include "daemon/admin/say.h"
#include "libkc/secret.h"

#include <stdio.h>
#include <string.h>

struct change {
    const char *word;
    bool needs_old;
    bool needs_new;
    const char *done;
};

static const struct change changes[] = {
    {"set", false, true,
     "the passphrase is set; from now on the daemon starts locked, and administration needs it"},
    {"add", true, true, "another passphrase opens the keychain, too"},
    {"change", true, true, "the passphrase is changed"},
    {"remove", true, false, "this passphrase opens nothing any more"},
};

static const struct change *find(const char *word) {
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        if (strcmp(word, changes[i].word) == 0) {
            return &changes[i];
        }
    }
    return NULL;
}

static enum exit_code check_state(struct answer *answer, const struct change *change) {
    struct lock_state state;
    enum exit_code code = lock_state_ask(answer, &state);
    if (code != EXIT_DONE) {
        return code;
    }
    if (state.has_passphrase && !change->needs_old) {
        say("a passphrase is set already; change it with: keychain-auth passphrase change, or add "
            "another one with: keychain-auth passphrase add");
        return EXIT_NO;
    }
    if (!state.has_passphrase && change->needs_old) {
        say("no passphrase is set; set one with: keychain-auth passphrase set");
        return EXIT_NO;
    }
    return EXIT_DONE;
}

static enum exit_code read_both(const struct options *options, const struct change *change,
                                struct secret **ret_old, struct secret **ret_new) {
    static const struct passphrase_question old = {
        .prompt = "passphrase: ",
        .description = "The present passphrase of keychain-auth",
        .may_open_window = true,
    };
    static const struct passphrase_question new = {
        .prompt = "new passphrase: ",
        .description = "A new passphrase for keychain-auth; you will be asked for it twice",
        .may_open_window = true,
        .is_new = true,
    };
    enum exit_code code = EXIT_DONE;
    if (change->needs_old) {
        code = passphrase_read(options, &old, ret_old);
    }
    if (code == EXIT_DONE && change->needs_new) {
        code = passphrase_read(options, &new, ret_new);
    }
    return code;
}

static enum exit_code send(struct answer *answer, const struct change *change, bool keeps_file,
                           const struct secret *const secrets[2]) {
    static const char *const names[] = {"old", "new"};
    const char *targets[2];
    const void *values[2];
    size_t lengths[2];
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        if (secrets[i] != NULL) {
            targets[count] = names[i];
            values[count] = secret_view(secrets[i]);
            lengths[count] = secret_length(secrets[i]);
            count++;
        }
    }
    const char *const attributes[] = {"change", change->word, "keep_key_file", "yes"};
    const struct kc_query query = {.action = "passphrase",
                                   .targets = targets,
                                   .target_count = count,
                                   .values = values,
                                   .value_lengths = lengths,
                                   .attributes = attributes,
                                   .attribute_count = keeps_file ? 2 : 1,
                                   .administration = 1};
    return answer_ask(answer, &query);
}

static enum exit_code run(const struct options *options, const struct change *change) {
    KC_AUTO(answer) answer = NULL;
    KC_AUTO(secret) old = NULL;
    KC_AUTO(secret) new = NULL;
    enum exit_code code = answer_connect(options, &answer);
    if (code == EXIT_DONE) {
        code = check_state(answer, change);
    }
    if (code == EXIT_DONE) {
        code = read_both(options, change, &old, &new);
    }
    if (code == EXIT_DONE) {
        const struct secret *const secrets[] = {old, new};
        code = send(answer, change, options_flag(options, "keep-key-file", false), secrets);
    }
    if (code == EXIT_DONE) {
        (void)puts(change->done);
    }
    return code;
}

enum exit_code cmd_passphrase(const struct options *options) {
    const char *word = options_operand(options, 0);
    const struct change *change = find(word);
    if (change == NULL) {
        struct shown shown;
        say("\"%s\" is nothing to do with a passphrase; say set, add, change or remove",
            say_show(word, &shown));
        return EXIT_USAGE;
    }
    return run(options, change);
}
