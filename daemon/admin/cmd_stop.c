/* SPDX-License-Identifier: MIT */
/* stop: asks the daemon to end, and waits until its address is free for another one. */
#include "daemon/admin/admin.h"

#include "daemon/admin/answer.h"
#include "daemon/admin/say.h"
#include "platform/clock.h"

#include <threads.h>
#include <time.h>

#define WAIT_MS 10000
#define LOOK_NS 20000000L

static bool is_gone(const struct options *options) {
    struct kc_client *client = NULL;
    enum kc_error error = kc_open(answer_address(options), WAIT_MS, &client);
    if (error == KC_OK) {
        kc_close(client);
    }
    return error == KC_NOT_FOUND;
}

enum exit_code cmd_stop(const struct options *options) {
    KC_AUTO(answer) answer = NULL;
    const struct kc_query query = {.action = "stop", .administration = 1};
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    enum exit_code code = answer_get(options, &query, &answer);
    if (code != EXIT_DONE) {
        return code;
    }
    uint64_t deadline = clock_monotonic_ms() + WAIT_MS;
    while (!is_gone(options)) {
        if (clock_monotonic_ms() >= deadline) {
            say("the daemon still answers; it may have been started again by its socket unit");
            return EXIT_FAULT;
        }
        (void)thrd_sleep(&pause, NULL);
    }
    return EXIT_DONE;
}
