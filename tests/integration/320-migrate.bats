#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# All items from one store to another and back, with a real keyring, and ended in the middle.
load helpers

setup() {
    private_home
    keyring=$HOME/.keychain-auth/keyring.json
}

teardown() {
    stop_daemon
    stop_keyring
    stop_bus
}

open_desktop() {
    need_desktop
    private_bus
    start_keyring
}

# fill_store COUNT: items of two services in the file store; the daemon is stopped afterwards.
fill_store() {
    local i
    start_daemon
    for ((i = 1; i <= $1; i++)); do
        put svc "item-$i" "hunter2-$i"
    done
    printf v | keychain-auth set --attr env=test other 'odd & name'
    allow reader --read svc,other >/dev/null
    stop_daemon
}

# The daemon with the store that config.json names.
start_chosen() {
    keychain-auth start --foreground 3>&- </dev/null >>"$daemon_log" 2>&1 &
    adopt $!
    await daemon_is_decided
    daemon_is_alive
}

store_of() {
    keychain-auth status --json | jq -r .store
}

in_file() {
    jq '.items | length' "$keyring"
}

in_service() {
    secret-tool search --all xdg:schema io.keychainauth.Item 2>/dev/null | grep -c '^secret = ' ||
        true
}

has_begun() {
    [ "$(in_service)" -gt 0 ]
}

# all_there COUNT: each item is in force, with its value.
all_there() {
    local i
    for ((i = 1; i <= $1; i++)); do
        is "$(reader svc "item-$i")" "hunter2-$i"
    done
    is "$(reader other 'odd & name')" v
    is "$(keychain-auth search other --attr env=test --json | jq length)" 1
}

@test "to the desktop's keyring and back, with every item" {
    open_desktop
    fill_store 5
    edit_json "$config" '.mine = {"kept": [1]}'
    run -0 --separate-stderr keychain-auth store migrate secret-service
    is "$stderr" ""
    has "$output" '6 items are in "secret-service" and decrypt; 6 were removed from "file"'
    lacks "$output" hunter2
    is "$(jq -c '[.store, .mine]' "$config")" '["secret-service",{"kept":[1]}]'
    is "$(in_file)" 0
    is "$(in_service)" 6
    start_chosen
    is "$(store_of)" secret-service
    all_there 5
    stop_daemon
    run -0 keychain-auth store migrate file
    has "$output" '6 items are in "file" and decrypt; 6 were removed from "secret-service"'
    is "$(in_file)" 6
    is "$(in_service)" 0
    start_chosen
    is "$(store_of)" file
    all_there 5
    run -0 keychain-auth audit verify
    # The first time, config.json is made to name the store in use before anything is copied.
    is "$(record '.event == "store"' | jq -r '[.action, .message[0:6], .result] | join(" ")')" \
        "migrate 6 item begun
use file success
use secret success
migrate 6 item success
migrate 6 item begun
use file success
migrate 6 item success"
}

@test "--keep-source leaves the copies, and the same command takes them away later" {
    open_desktop
    fill_store 2
    run -0 keychain-auth store migrate --keep-source secret-service
    has "$output" '3 items are in "secret-service" and decrypt; 0 were removed'
    is "$(in_file)" 3
    run -0 keychain-auth store migrate secret-service
    has "$output" '3 were removed from "file"'
    is "$(in_file)" 0
    is "$(in_service)" 3
}

@test "a daemon that runs isn't moved away under its feet" {
    open_desktop
    fill_store 1
    start_daemon
    run -4 --separate-stderr keychain-auth store migrate secret-service
    has "$stderr" "a daemon has the store open; stop it first: keychain-auth stop"
    is "$(jq .store "$config")" null
    is "$(in_service)" 0
    stop_daemon
    run -0 keychain-auth store migrate secret-service
    start_chosen
    run -4 keychain-auth store migrate file
    has "$output" "a daemon has the store open"
    all_there 1
}

@test "without a keyring nothing is changed" {
    fill_store 1
    before=$(sha256sum "$keyring" "$config")
    export DBUS_SESSION_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/none
    run -4 keychain-auth store migrate secret-service
    is "$(sha256sum "$keyring" "$config")" "$before"
    run -2 keychain-auth store migrate memory
    run -2 keychain-auth store move file
    run -2 keychain-auth store migrate
}

@test "ended at any moment it has lost nothing, and done again it is complete" {
    open_desktop
    fill_store 30
    destination="secret-service"
    for _ in 1 2 3 4 5 6; do
        # Longer than a whole move takes, too.
        delay=0.$(printf '%03d' $((RANDOM % 400)))
        run timeout -s KILL "$delay" keychain-auth store migrate "$destination"
        printf 'ended after %s with %s\n' "$delay" "$status"
        # Whichever store is in use now has them all.
        start_chosen
        all_there 30
        stop_daemon
        run -0 keychain-auth store migrate "$destination"
        is "$(jq -r .store "$config")" "$destination"
        is "$(($(in_file) + $(in_service)))" 31
        start_chosen
        all_there 30
        stop_daemon
        case $destination in
            file) destination="secret-service" ;;
            *) destination="file" ;;
        esac
    done
}

@test "a keyring that dies in the middle leaves the file in use" {
    open_desktop
    fill_store 100
    keychain-auth store migrate secret-service 3>&- >"$BATS_TEST_TMPDIR/out" 2>&1 &
    mover=$!
    await has_begun
    kill -STOP "$mover"
    kill -KILL "$keyring_pid"
    kill -CONT "$mover"
    code=0
    wait "$mover" || code=$?
    cat "$BATS_TEST_TMPDIR/out"
    lacks "$(cat "$BATS_TEST_TMPDIR/out")" hunter2
    is "$code" 4
    has "$(cat "$BATS_TEST_TMPDIR/out")" "nothing is lost"
    is "$(in_file)" 101
    unset DBUS_SESSION_BUS_ADDRESS
    start_chosen
    is "$(store_of)" file
    all_there 3
    is "$(record '.event == "store" and .action == "migrate"' | jq -r .result | tail -n 1)" error
}

@test "with a passphrase the seal moves along, and the policy stays the one that counts" {
    open_desktop
    fill_store 3
    start_chosen
    with 'correct horse' keychain-auth passphrase set
    stop_daemon
    run -1 --separate-stderr setsid -w keychain-auth store migrate secret-service
    has "$stderr" "passphrase is needed"
    run -1 --separate-stderr with 'wrong one' keychain-auth store migrate secret-service
    has "$stderr" "passphrase is wrong"
    run -0 --separate-stderr with 'correct horse' keychain-auth store migrate secret-service
    is "$stderr" ""
    is "$(in_file)" 0
    start_chosen
    with 'correct horse' keychain-auth unlock
    is "$(store_of) $(fact policy_seal) $(fact slots_state) $(fact record_state)" \
        "secret-service sealed ok ok"
    is "$(fact items)" 4
    is "$(reader svc item-3)" hunter2-3
    edit_json "$config" '(.registered_binaries[] | select(.path | endswith("/reader")) |
        .allowed_read_services) += ["git"]'
    has "$(fact policy)$(reader git key 2>&1 || true)$(fact policy)" "changed by another program"
    with 'correct horse' keychain-auth policy restore
    stop_daemon
    run -0 --separate-stderr with 'correct horse' keychain-auth store migrate file
    start_chosen
    with 'correct horse' keychain-auth unlock
    is "$(store_of) $(fact policy_seal)" "file sealed"
    is "$(reader svc item-1)" hunter2-1
    is "$(in_service)" 0
}
