/* SPDX-License-Identifier: MIT */
/* What kinds of processes, and ends of chains, are called in records and lists. Pure. */
#include "daemon/chain.h"

const char *link_kind_word(enum link_kind kind) {
    static const char *const words[] = {
        [LINK_BINARY] = "binary", [LINK_INTERACTIVE] = "interactive", [LINK_SCRIPT] = "script",
        [LINK_INLINE] = "inline", [LINK_UNKNOWN] = "unknown",
    };
    return words[kind];
}

const char *chain_end_word(enum chain_end end) {
    static const char *const words[] = {
        [CHAIN_END_FIRST] = "first",
        [CHAIN_END_MANAGER] = "manager",
        [CHAIN_END_OTHER] = "other_user",
        [CHAIN_END_DOUBT] = "doubt",
    };
    return words[end];
}
