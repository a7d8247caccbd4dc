/* SPDX-License-Identifier: MIT */
/* Counts what failed. Whom it is for makes no difference: a new connection is no new person. */
#include "daemon/patience.h"

uint64_t patience_left_ms(const struct patience *patience, uint64_t now_ms) {
    return patience->until_ms > now_ms ? patience->until_ms - now_ms : 0;
}

void patience_fail(struct patience *patience, uint64_t now_ms) {
    uint64_t delay_ms = PATIENCE_FIRST_MS;
    for (unsigned i = 0; i < patience->failures && delay_ms < PATIENCE_MAX_MS; i++) {
        delay_ms *= 2;
    }
    patience->failures++;
    patience->until_ms = now_ms + (delay_ms < PATIENCE_MAX_MS ? delay_ms : PATIENCE_MAX_MS);
}

void patience_succeed(struct patience *patience) {
    *patience = (struct patience){0};
}
