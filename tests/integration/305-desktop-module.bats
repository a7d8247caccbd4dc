#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What libsecret is linked with is a file of its own, which the program loads when it needs it, and
# only when it is as well guarded as the program itself.

load helpers

# A prefix of one's own, so that it can be spoiled.
setup() {
    private_home
    cp -R "$(dirname "$(dirname "$(command -v keychain-auth)")")" "$BATS_TEST_TMPDIR/prefix"
    module=$(find "$BATS_TEST_TMPDIR/prefix" -name libkeychain-auth-desktop.so)
    [ -n "$module" ] || skip "this build has no libsecret"
    PATH=$BATS_TEST_TMPDIR/prefix/bin:$PATH
    unset DBUS_SESSION_BUS_ADDRESS
}

# try_start: says why it couldn't; nobody answers on a bus here.
try_start() {
    run -4 --separate-stderr keychain-auth start --foreground --store secret-service
}

@test "the program itself needs neither libsecret nor GLib" {
    needed=$(objdump -p "$(command -v keychain-auth)" | awk '$1 == "NEEDED" { print $2 }')
    has "$needed" libcrypto
    lacks "$needed" libsecret
    lacks "$needed" libglib
    lacks "$needed" libgio
}

@test "a daemon with the file store doesn't load it" {
    start_daemon
    lacks "$(keychain-auth status)" "can't be loaded"
    if maps=$(cat "/proc/$daemon_pid/maps" 2>/dev/null); then
        lacks "$maps" libkeychain-auth-desktop
        lacks "$maps" libglib
    fi
    stop_daemon
}

@test "the module is loaded from beside the program: then it is the bus that is missing" {
    try_start
    lacks "$stderr" "can't be loaded"
}

@test "without it the store says what is missing, and auto takes the file" {
    rm "$module"
    try_start
    has "$stderr" "it isn't installed"
    keychain-auth start --foreground --store auto 3>&- </dev/null >>"$daemon_log" 2>&1 &
    daemon_pid=$!
    await daemon_is_decided
    has "$(keychain-auth status)" "it isn't installed"
    stop_daemon
}

@test "one that others may write to isn't loaded" {
    chmod g+w "$module"
    try_start
    has "$stderr" "others may write to it"
    chmod g-w,o+w "$module"
    try_start
    has "$stderr" "others may write to it"
}

@test "one that isn't a file isn't loaded" {
    rm "$module"
    mkdir "$module"
    try_start
    has "$stderr" "it isn't a file of whoever owns the program"
}

@test "another library by its name isn't taken for it" {
    echo 'int kc_nothing(void); int kc_nothing(void) { return 0; }' |
        cc -shared -fPIC -x c - -o "$module"
    try_start
    has "$stderr" "kc_desktop_module"
}
