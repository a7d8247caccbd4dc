#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The examples of docs/policy.md, run as they are printed there: what each writes to standard
# output is what stands behind "# " in it.

load helpers

setup() {
    private_home
    page=$PWD/../docs/policy.md
    start_daemon
    put aws prod-api-key s3cret
    keychain-auth register "$(command -v session)" --launcher --session-root
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
    stop_daemon
}

# example NAME: the block behind the page's mark of that name.
example() {
    sed -n "/^<!-- example: $1 -->\$/,/^\`\`\`\$/p" "$page" | sed '/^```/d;/^<!--/d'
}

# Below a terminal emulator that may start things, and from a shell that may, too.
runs_as_printed() {
    example "$1" >example.sh
    [ -s example.sh ]
    sed -n 's/^# //p' example.sh >wanted
    [ -s wanted ]
    keychain-auth register example.sh --interpreter "$(readlink -f /bin/bash)" --launcher
    session --no-terminal "$(readlink -f /bin/bash)" example.sh </dev/null >got
    diff wanted got
}

@test "there are three examples, and each is run here" {
    is "$(sed -n 's/^<!-- example: \(.*\) -->$/\1/p' "$page" | xargs)" "deploy pipe launcher"
}

@test "a script is approved, changed, and upgraded" {
    runs_as_printed deploy
}

@test "a shell's right isn't a pipe's" {
    runs_as_printed pipe
}

@test "a launcher hands rights on and has none" {
    runs_as_printed launcher
}
