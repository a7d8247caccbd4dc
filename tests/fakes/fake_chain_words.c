/* SPDX-License-Identifier: MIT */
/* The words of daemon/chain.h, for rooms that name a chain's processes and never walk one. */
#include "daemon/chain.h"

const char *link_kind_word(enum link_kind kind) {
    static const char *const words[] = {"binary", "interactive", "script", "inline", "unknown"};
    return words[kind];
}

const char *chain_end_word(enum chain_end end) {
    static const char *const words[] = {"first", "manager", "other_user", "doubt"};
    return words[end];
}
