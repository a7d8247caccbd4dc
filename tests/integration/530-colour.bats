#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Colours are for a person at a terminal who didn't say no, and never the only sign of anything.

load helpers

setup() {
    private_home
    start_daemon
    put aws key prize
    kcget aws key 2>/dev/null || true
}

teardown() {
    stop_daemon
}

# seen [NAME=VALUE...] -- COMMAND...: what a terminal shows of it.
seen() {
    printf '%s\n' "env TERM=xterm $*" | session "$(command -v bash)" --norc --noprofile |
        tr -d '\r' | sed 1d
}

# bare: standard input without colours.
bare() {
    sed $'s/\e\\[[0-9]*m//g'
}

# The ages and the counts may differ between two runs; so may what the daemon counts.
steady() {
    sed -E 's/last .*, pid/pid/; s/[0-9]+/N/g'
}

@test "list, list-pending, status and explain: colours at a terminal, the same words without" {
    for command in "list" "list-pending" "status" "explain $daemon_pid" \
        "explain /bin/true read aws key"; do
        # shellcheck disable=SC2086
        plain=$(keychain-auth $command 2>&1) || true
        lacks "$plain" $'\e' "$command"
        run -0 seen keychain-auth "$command"
        has "$output" $'\e[' "$command"
        has "$(bare <<<"$output" | steady)" "$(head -n 2 <<<"$plain" | tail -n 1 | steady)"
        run -0 seen NO_COLOR=1 keychain-auth "$command"
        lacks "$output" $'\e'
        run -0 seen TERM=dumb keychain-auth "$command"
        lacks "$output" $'\e'
        run -0 seen NO_COLOR= keychain-auth "$command"
        has "$output" $'\e['
    done
}

@test "JSON has no colours, also at a terminal" {
    for command in "list --json" "list-pending --json" "status --json"; do
        run -0 seen keychain-auth "$command"
        lacks "$output" $'\e'
    done
}
