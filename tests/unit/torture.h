/* SPDX-License-Identifier: MIT */
/*
 * Runs a scenario again and again, each time with another allocation failing, until it gets
 * through without: every room survives "the n-th allocation fails".
 */
#ifndef TEST_TORTURE_H
#define TEST_TORTURE_H

#include <stddef.h>

#include "platform/kc_error.h"

struct torture {
    /* Makes ready; memory is there. NULL: nothing to do. */
    void (*prepare)(void *context);
    /* What is tortured. It keeps nothing that it doesn't give back by itself. */
    enum kc_error (*run)(void *context);
    /* Looks what is left, with memory again. NULL: nothing to see. */
    void (*check)(void *context, enum kc_error error);
    void *context;
    enum kc_error also; /* may be the answer besides KC_NO_MEMORY, when it isn't 0 */
    int may_succeed;    /* not 0: some of what fails may be done without */
};

void torture(const struct torture *torture);

/* What a `ret_` holds beforehand, and must still hold after a failure. */
void *torture_untouched(void);
#define UNTOUCHED torture_untouched()

#endif
