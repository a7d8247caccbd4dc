/* SPDX-License-Identifier: MIT */
/*
 * The program keychain-auth. Everything but this file is a library. `start` shuts the process's
 * memory before it does anything else; the other commands do so once the daemon has seen who
 * they are, because nobody can look at a process that is shut (daemon/admin/answer.c).
 */
#include "daemon/admin/admin.h"
#include "daemon/crypto.h"
#include "libkc/message.h"
#include "libkc/options.h"
#include "platform/harden.h"

int main(int argc, char **argv) {
    if (harden_streams() != KC_OK || crypto_begin() != KC_OK) {
        return EXIT_FAULT; /* there may be nothing to say it on */
    }
    message_wipe_json_memory();
    return (int)admin_main(argc, (const char *const *)argv);
}
