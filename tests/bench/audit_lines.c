/* SPDX-License-Identifier: MIT */
/*
 * Writes so many lines of a record to standard output, in a chain, as the daemon writes them: a
 * few programs that read a few hundred secrets, one in twenty denied.
 *
 *     audit_lines COUNT >audit.log
 */
#include "daemon/audit.h"
#include "daemon/audit_line.h"
#include "daemon/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 512

static void set_names(size_t number, char *service, char *target, char *path, size_t size) {
    static const char *const services[] = {"aws", "github", "git/https://example.com", "npm"};
    (void)snprintf(service, size, "%s", services[number % 7 % 4]);
    (void)snprintf(target, size, "prod-api-key-%zu", number * 31 % 400);
    (void)snprintf(path, size, "/usr/local/bin/tool-%zu", number % 5);
}

static enum kc_error add_line(struct audit_lines *lines, size_t number) {
    char service[64];
    char target[64];
    char path[64];
    char *targets[] = {target};
    struct result result = {.target = target};
    set_names(number, service, target, path, sizeof path);
    bool is_denied = number % 20 == 7;
    struct request request = {.type = KC_TYPE_REQUEST, .action = KC_ACTION_READ};
    request.service = service;
    request.targets = targets;
    request.target_count = 1;
    struct identity identity = {.pid = 1000 + number % 30000, .path = path};
    char user[] = "1000";
    identity.user = user;
    memset(identity.hash, "0123456789abcdef"[number % 16], HASH_TEXT_SIZE - 1);
    struct exchange exchange = {.identity = &identity, .request = &request, .results = &result};
    exchange.session_number = number / 3;
    exchange.result_count = is_denied ? 0 : 1;
    exchange.outcome.status = is_denied ? KC_STATUS_DENIED : KC_STATUS_SUCCESS;
    if (is_denied) {
        exchange.outcome.reason = KC_REASON_SERVICE_NOT_ALLOWED;
        (void)snprintf(exchange.outcome.message, KC_MESSAGE_MAX,
                       "\"%s\" may not read \"%s\"; allow it with: keychain-auth allow", path,
                       service);
    }
    return audit_lines_exchange(lines, &exchange);
}

int main(int argc, char **argv) {
    unsigned long long count = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;
    struct audit_lines lines = {.now_us = INT64_C(1767225600000000)};
    if (count == 0) {
        (void)fprintf(stderr, "usage: %s COUNT\n", argv[0]);
        return 2;
    }
    audit_place_begin(&lines.place);
    for (size_t i = 0; i < count; i++) {
        lines.now_us += 1000003;
        if (add_line(&lines, i) != KC_OK) {
            return 4;
        }
        if (i % BATCH == BATCH - 1 || i + 1 == count) {
            if (fwrite(lines.text, 1, lines.length, stdout) != lines.length) {
                return 4;
            }
            lines.length = 0;
        }
    }
    audit_lines_clear(&lines);
    return fflush(stdout) == 0 ? 0 : 4;
}
