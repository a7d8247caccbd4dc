/* SPDX-License-Identifier: MIT */
/* What processes, their kinds and ends of chains are called in entries, records, lists. Pure. */
#include "daemon/chain.h"

const char *chain_link_path(const struct chain_link *link) {
    return link->kind == LINK_SCRIPT ? link->script : link->path;
}

const char *chain_link_hash(const struct chain_link *link) {
    return link->kind == LINK_SCRIPT ? link->script_hash : link->hash;
}

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
