#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the pages say is done, literally: each marked command is typed into a shell at a terminal,
# in a clean home, and shows what its page shows (walk.py says how they are marked).
load helpers

setup() {
    private_home
    docs=$BATS_TEST_DIRNAME/../docs
    cd "$HOME" || return
}

teardown() {
    stop_daemon
    keychain-auth stop >/dev/null 2>&1 || true
}

# walk PAGE: one that doesn't start a daemon itself finds one, with a secret.
walk() {
    if ! grep -qE '^( {4})?\$ keychain-auth start' "$1"; then
        start_daemon
        printf AKIAEXAMPLE | keychain-auth set aws prod-api-key
    fi
    python3 "$BATS_TEST_DIRNAME/walk.py" "$1"
}

# marked: the pages that have something to run.
marked() {
    grep -lE '^(<!-- |\.\\" )run' "$docs"/*.md "$docs"/top/*.md "$docs"/man/*
}

@test "a newcomer's walk" {
    walk "$docs/getting-started.md"
}

@test "the commands of the other pages" {
    pages=$(marked | grep -v /getting-started.md)
    [ "$(wc -l <<<"$pages")" -ge 4 ]
    for page in $pages; do
        rm -rf "${HOME:?}"/.[a-z]* "${XDG_RUNTIME_DIR:?}"/*
        walk "$page"
        stop_daemon
        keychain-auth stop >/dev/null 2>&1 || true
    done
}

@test "every block with a prompt is marked" {
    python3 "$BATS_TEST_DIRNAME/walk.py" --unmarked "$docs"/*.md "$docs"/top/*.md "$docs"/man/*
    printf 'text\n\n    $ keychain-auth status\n' >page.md
    run -1 python3 "$BATS_TEST_DIRNAME/walk.py" --unmarked page.md
}

@test "a page that isn't true is noticed" {
    printf '<!-- run -->\n\n    $ keychain-auth search aws\n    another\n' >page.md
    run -1 walk page.md
    has "$output" "in truth: prod-api-key"
    stop_daemon
    printf '<!-- run -->\n\n    $ keychain-auth nonsense\n' >page.md
    run -1 walk page.md
    has "$output" "exit 2, wanted 0"
}
