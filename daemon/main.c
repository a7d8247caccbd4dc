/* SPDX-License-Identifier: MIT */
/*
 * The program keychain-auth: shuts its memory before anything else, then does what the command
 * line asks. Everything but this file is a library.
 */
#include "daemon/admin/admin.h"
#include "libkc/message.h"
#include "libkc/options.h"
#include "platform/harden.h"

#include <stdio.h>

int main(int argc, char **argv) {
    if (harden_memory() != KC_OK) {
        (void)fputs("keychain-auth: can't shut this process's memory to others\n", stderr);
        return EXIT_FAULT;
    }
    message_wipe_json_memory();
    return (int)admin_main(argc, (const char *const *)argv);
}
