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
}

# walk PAGE
walk() {
    python3 "$BATS_TEST_DIRNAME/walk.py" "$1"
}

# prepare: a daemon, with a secret, for pages that don't begin with nothing.
prepare() {
    start_daemon
    printf AKIAEXAMPLE | keychain-auth set aws prod-api-key
}

# begins_with_nothing PAGE: it starts a daemon itself.
begins_with_nothing() {
    grep -qE '^( {4})?\$ keychain-auth start' "$1"
}

# marked: the pages that have something to run.
marked() {
    grep -lE '^(<!-- |\.\\" )run' "$docs"/*.md "$docs"/top/*.md "$docs"/man/*
}

@test "a newcomer's walk" {
    walk "$docs/getting-started.md"
    run -3 keychain-auth status
}

@test "the commands of the other pages" {
    pages=$(marked | grep -v /getting-started.md)
    [ "$(wc -l <<<"$pages")" -ge 4 ]
    for page in $pages; do
        rm -rf "${HOME:?}"/.[a-z]* "${XDG_RUNTIME_DIR:?}"/*
        if begins_with_nothing "$page"; then
            walk "$page"
            keychain-auth stop
        else
            prepare
            walk "$page"
            stop_daemon
        fi
    done
}

@test "every block with a prompt is marked" {
    python3 "$BATS_TEST_DIRNAME/walk.py" --unmarked "$docs"/*.md "$docs"/top/*.md "$docs"/man/*
    printf 'text\n\n    $ keychain-auth status\n' >page.md
    run -1 python3 "$BATS_TEST_DIRNAME/walk.py" --unmarked page.md
}

@test "a page that isn't true is noticed" {
    prepare
    printf '<!-- run -->\n\n    $ keychain-auth search aws\n    another\n' >page.md
    run -1 walk page.md
    has "$output" "in truth: prod-api-key"
    printf '<!-- run -->\n\n    $ keychain-auth nonsense\n' >page.md
    run -1 walk page.md
    has "$output" "exit 2, wanted 0"
}
