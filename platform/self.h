/* SPDX-License-Identifier: MIT */
/* Who we are ourselves: for the record of what a command of ours did. */
#ifndef PLATFORM_SELF_H
#define PLATFORM_SELF_H

#include <stdint.h>

/* The number of this process. */
uint64_t self_number(void);

/* The number of the user that this process runs as. */
uint64_t self_user(void);

#endif
