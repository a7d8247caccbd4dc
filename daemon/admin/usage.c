/* SPDX-License-Identifier: MIT */
/*
 * --help. The commands and their options are table.c's; here is to which group a command belongs
 * and what a person would type. A command without a row here has no place in the overview: the
 * tests look for that.
 */
#include "daemon/admin/usage.h"

#include "daemon/admin/admin.h"

#include <string.h>

#define GROUP_WIDTH 11
#define COLUMNS     80

static const struct option program_options[] = {
    {.name = "help", .letter = 'h', .help = "print this"},
    {.name = "version", .help = "print the version"},
    {.name = NULL}};

static const char *const groups[] = {"daemon",     "policy", "secrets",
                                     "passphrase", "record", "shell"};

/* `example` stands behind "keychain-auth NAME". */
static const struct {
    const char *name;
    const char *group;
    const char *example;
} rows[] = {
    {"start", "daemon", ""},
    {"stop", "daemon", ""},
    {"status", "daemon", ""},
    {"doctor", "daemon", ""},
    {"list-pending", "policy", ""},
    {"approve", "policy", " 5e2d3f0a --read aws --with-chain"},
    {"trust-session", "policy", ""},
    {"register", "policy", " ./deploy.sh --read aws,github/ci-*"},
    {"upgrade", "policy", " /usr/local/bin/deploy"},
    {"unregister", "policy", " /usr/local/bin/deploy"},
    {"allow", "policy", " /usr/local/bin/deploy --read aws --search"},
    {"revoke", "policy", " /usr/local/bin/deploy --read aws"},
    {"list", "policy", ""},
    {"check", "policy", " /usr/local/bin/deploy"},
    {"caller-rule", "policy", " chain"},
    {"explain", "policy", " --pid $$ read aws prod-api-key"},
    {"set", "secrets", " aws prod-api-key --attr environment=production"},
    {"delete", "secrets", " aws prod-api-key"},
    {"search", "secrets", " aws prod-"},
    {"import", "secrets", " env .env --dry-run"},
    {"aws", "secrets", " configure prod"},
    {"store", "secrets", " migrate file"},
    {"passphrase", "passphrase", " set"},
    {"unlock", "passphrase", " --timeout 8h"},
    {"lock", "passphrase", ""},
    {"admin", "passphrase", ""},
    {"policy", "passphrase", " restore"},
    {"audit", "record", " --since 2h --denied"},
    {"console", "shell", ""},
    {"shellenv", "shell", " bash"},
    {"commands", "shell", " register"},
    {"complete", "shell", " -- approve ''"},
};

static int find_row(const char *name) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static void print_group(const char *group) {
    int column = printf("  %-*s", GROUP_WIDTH, group);
    for (const struct command *command = admin_commands; command->name != NULL; command++) {
        int row = find_row(command->name);
        if (row < 0 || strcmp(rows[row].group, group) != 0) {
            continue;
        }
        if (column + 1 + (int)strlen(command->name) > COLUMNS) {
            column = printf("\n  %*s", GROUP_WIDTH, "") - 1;
        }
        column += printf(" %s", command->name);
    }
    (void)putchar('\n');
}

void usage_print(void) {
    (void)fputs("usage: keychain-auth COMMAND [OPTION]... [OPERAND]...\n"
                "asks the kernel who wants a secret before it hands one out\n\n",
                stdout);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        print_group(groups[i]);
    }
    (void)putchar('\n');
    options_print(program_options, stdout);
    (void)fputs("\nexample: keychain-auth set aws prod-api-key\n"
                "keychain-auth commands says what each does; COMMAND --help tells more of one\n"
                "exit: 0 done, 1 the answer was no, 2 usage, 3 no daemon, 4 other trouble\n",
                stdout);
}

void usage_print_form(const struct command *command, FILE *stream) {
    (void)fprintf(stream, "usage: keychain-auth %s [OPTION]...%s%s\n", command->name,
                  command->operands[0] == '\0' ? "" : " ", command->operands);
}

void usage_print_command(const struct command *command) {
    int row = find_row(command->name);
    usage_print_form(command, stdout);
    (void)printf("%s\n\n", command->help);
    options_print(command->options, stdout);
    if (row >= 0) {
        (void)printf("\nexample: keychain-auth %s%s\n", command->name, rows[row].example);
    }
}
