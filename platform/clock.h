/* SPDX-License-Identifier: MIT */
/* Time. Rooms that decide by time take it as an argument; only their callers look here. */
#ifndef PLATFORM_CLOCK_H
#define PLATFORM_CLOCK_H

#include <stdint.h>

/* Milliseconds that never go back; the zero point means nothing. */
uint64_t clock_monotonic_ms(void);

/* Milliseconds of a processor that this thread has used; only to be compared. */
uint64_t clock_thread_ms(void);

/* Microseconds since 1970-01-01T00:00:00Z, as the system believes. */
int64_t clock_wall_us(void);

#endif
