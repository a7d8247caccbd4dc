/* SPDX-License-Identifier: MIT */
/* One of the two forms, whole. */
#include "daemon/admin/since.h"

#include "daemon/admin/duration.h"
#include "libkc/parse.h"

enum kc_error since_parse(const char *text, int64_t now_us, int64_t *ret_since_us) {
    uint64_t ago_s = 0;
    if (duration_parse(text, (uint64_t)SINCE_DAYS_MAX * 86400, &ago_s) == KC_OK) {
        *ret_since_us = now_us - (int64_t)ago_s * 1000000;
        return KC_OK;
    }
    return parse_time(text, ret_since_us);
}
