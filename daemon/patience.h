/* SPDX-License-Identifier: MIT */
/*
 * How long whoever types passphrases has to wait after wrong ones: twice as long each time, up to
 * a minute, until a right one comes. Pure; a plain value. It slows somebody who asks the daemon;
 * who has the file of key slots can try elsewhere, at the price of scrypt.
 */
#ifndef PATIENCE_H
#define PATIENCE_H

#include <stdint.h>

#define PATIENCE_FIRST_MS UINT64_C(1000)
#define PATIENCE_MAX_MS   UINT64_C(60000)

/* Zeroed is ready. */
struct patience {
    unsigned failures; /* since the last right one */
    uint64_t until_ms; /* clock_monotonic_ms() before which nothing is tried */
};

/* How long to wait still; 0: not at all. */
uint64_t patience_left_ms(const struct patience *patience, uint64_t now_ms);

void patience_fail(struct patience *patience, uint64_t now_ms);
void patience_succeed(struct patience *patience);

#endif
