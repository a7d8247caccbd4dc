#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Adding a word of the protocol touches a known set of places; this says which was forgotten.
# An action: a row in the dispatcher, a heading or a row in docs/protocol.md, a unit case and an
# integration case. A reason: docs/protocol.md.
set -euo pipefail
. "$(dirname "$0")/lint.bash"

# words LIST: "NAME word" for each row of KC_<LIST>(X) in protocol.h.
words() {
    sed -n "/^#define KC_$1(X)/,/^\$/p" libkc/protocol.h |
        sed -n 's/.*X(\([A-Z_]*\), "\([a-z_]*\)").*/\1 \2/p'
}

check() {
    local name word count=0
    while read -r name word; do
        count=$((count + 1))
        grep -q "KC_ACTION_$name\b" daemon/dispatch.c ||
            echo "$word: no row in daemon/dispatch.c"
        grep -Eq "^(#|\|).*\`$word\`" docs/protocol.md ||
            echo "$word: no heading or row in docs/protocol.md"
        grep -rqE "KC_ACTION_$name\b|\"$word\"" tests/unit --include='*.c' ||
            echo "$word: no unit case"
        grep -rqE "\"action\":\"$word\"|@test .*\b$word\b" tests/integration --include='*.bats' ||
            echo "$word: no integration case"
    done < <(words ACTIONS)
    [ "$count" -gt 0 ] || echo "no actions found in libkc/protocol.h"
    while read -r name word; do
        [ -z "$word" ] || grep -q "\`$word\`" docs/protocol.md ||
            echo "$word: this reason isn't in docs/protocol.md"
    done < <(words REASONS)
}

sample libkc/protocol.h <<'END'
#define KC_ACTIONS(X) X(BURN, "burn")

#define KC_REASONS(X) X(WHY, "why_not")

END
sample daemon/dispatch.c </dev/null
sample docs/protocol.md </dev/null
sample tests/unit/test_none.c </dev/null
sample tests/integration/none.bats </dev/null
must_find "burn: no row in daemon" "burn: no heading" "burn: no unit" "burn: no integration" \
    "why_not: this reason"
report
