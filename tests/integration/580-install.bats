#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# scripts/install --uninstall: nothing stays but what the user wants to keep. It works on a copy of
# what `cmake --install` made for these tests; the list of files moves along.
load helpers

setup() {
    private_home
    prefix=$BATS_TEST_TMPDIR/prefix
    cp -r "$(dirname "$(dirname "$(command -v keychain-auth)")")" "$prefix"
    chmod -R u+w "$prefix"
    PATH=$prefix/bin:$PATH
}

teardown() {
    stop_daemon
}

# uninstall OPTION…
uninstall() {
    bash "$(command -v scripts-install)" --uninstall "$@" "$prefix"
}

data() {
    find "$HOME" -mindepth 1 -name '*keychain-auth*' | LC_ALL=C sort
}

@test "every file that was installed is removed, and the user's own stay" {
    start_daemon
    put aws key value
    stop_daemon
    before=$(data)
    touch "$prefix/bin/somebody-elses"
    run -0 uninstall
    has "$output" "removed from $prefix"
    has "$output" "$HOME/.keychain-auth"
    is "$(find "$prefix" ! -type d)" "$prefix/bin/somebody-elses"
    is "$(find "$prefix" -name '*keychain-auth*')" ""
    is "$(data)" "$before"
}

@test "a daemon that runs is stopped" {
    start_detached
    pid=$(keychain-auth status --json | jq .pid)
    run -0 uninstall
    run -1 kill -0 "$pid"
}

@test "with --purge nothing is left" {
    start_detached
    put aws key value
    run -0 uninstall --purge
    lacks "$output" kept,
    is "$(data)" ""
    is "$(find "$XDG_RUNTIME_DIR" -mindepth 1)" ""
    is "$(find "$prefix" ! -type d)" ""
}

@test "what isn't installed isn't removed" {
    rm "$prefix/share/keychain-auth/installed"
    run -1 uninstall
    has "$output" "nothing is installed"
    [ -x "$prefix/bin/keychain-auth" ]
    run -2 bash "$(command -v scripts-install)" --purge
    run -2 bash "$(command -v scripts-install)" --nonsense
}

@test "a list that leads elsewhere removes nothing" {
    touch "$BATS_TEST_TMPDIR/precious"
    for line in ../precious share/../../precious /precious; do
        echo "$line" >>"$prefix/share/keychain-auth/installed"
        run -1 uninstall
        has "$output" "nothing was removed"
        sed -i '$d' "$prefix/share/keychain-auth/installed"
    done
    [ -e "$BATS_TEST_TMPDIR/precious" ]
    [ -x "$prefix/bin/keychain-auth" ]
}

@test "the service gives up what the page about it says" {
    command -v systemd-analyze >/dev/null || skip "no systemd-analyze"
    unit=$(find "$prefix" -name keychain-auth.service)
    said=$(grep -oE 'says \*\*[0-9.]+\*\*' "$BATS_TEST_DIRNAME/../docs/operations.md" | tr -dc 0-9.)
    run -0 systemd-analyze security --offline=true --no-pager "$unit"
    has "$output" "Overall exposure level for keychain-auth.service: $said "
    # The path in the unit is the one that was configured, where nothing may be installed.
    sed -i 's,^ExecStart=.*,ExecStart=/bin/true,' "$unit"
    run -0 systemd-analyze verify --user --man=no "$unit" "${unit%.service}.socket"
    is "$output" ""
}
