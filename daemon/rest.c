/* SPDX-License-Identifier: MIT */
/* One timer. */
#include "daemon/rest.h"

#include "platform/memory.h"
#include "platform/secmem.h"

#include <uv.h>

#include <stdlib.h>

struct rest {
    uv_timer_t timer;
};

static void on_time(uv_timer_t *timer) {
    (void)timer;
    secmem_settle();
    memory_settle();
}

static void on_closed(uv_handle_t *handle) {
    free(handle->data);
}

enum kc_error rest_open(struct uv_loop_s *loop, struct rest **ret_rest) {
    struct rest *rest = calloc(1, sizeof *rest);
    if (rest == NULL) {
        return KC_NO_MEMORY;
    }
    (void)uv_timer_init(loop, &rest->timer); /* can't fail */
    rest->timer.data = rest;
    memory_settle();
    *ret_rest = rest;
    return KC_OK;
}

void rest_begin(struct rest *rest) {
    if (rest != NULL) {
        (void)uv_timer_start(&rest->timer, on_time, REST_AFTER_MS, 0);
    }
}

void rest_close(struct rest *rest) {
    if (rest != NULL) {
        uv_close((uv_handle_t *)&rest->timer, on_closed);
    }
}
