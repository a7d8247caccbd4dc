#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# runs: test_store_contract
# The desktop's keyring as the store: a real gnome-keyring-daemon on a bus of its own, and odd ones
# in its place. KWallet isn't here: it wants a desktop to ask for its password, so it doesn't run
# without one.

load helpers

setup() {
    need_desktop
    private_home
    private_bus
    keyring_file=$XDG_DATA_HOME/keyrings/login.keyring
}

teardown() {
    stop_daemon
    stop_keyring
    stop_bus
}

# start_with [OPTION…]: a daemon with another store than start_daemon's.
start_with() {
    keychain-auth start --foreground "$@" 3>&- </dev/null >>"$daemon_log" 2>&1 &
    adopt $!
    await daemon_is_decided
    daemon_is_alive
}

# With this store, and rawclient allowed to use it.
start_desktop() {
    start_with --store secret-service
    allow rawclient --read aws --write aws --search
}

# read_one: "status reason value".
read_one() {
    raw -t 20 -n < <(request read aws '"targets":["key"]') |
        jq -r '.status + " " + (.reason // "") + " " + (.results[0].value // "")'
}

# write_one TARGET VALUE: "status reason".
write_one() {
    raw -t 20 -n < <(request write aws "\"targets\":[\"$1\"],\"values\":[\"$2\"]") | verdicts
}

# The message of a read.
message_of() {
    raw -t 20 -n < <(request read aws '"targets":["key"]') | jq -r .message
}

# status_of MEMBER
status_of() {
    keychain-auth status --json | jq -r ".$1"
}

@test "the contract of every store holds for a real gnome-keyring" {
    start_keyring
    KC_TEST_SECRET_SERVICE=1 run -0 test_store_contract
    has "$output" "(secret-service)"
}

@test "a value goes to the desktop's keyring, and reader reads it" {
    start_keyring
    start_desktop
    put aws key s3cret-value
    allow reader --read aws
    is "$(reader aws key)" s3cret-value
    is "$(status_of store)" secret-service
    is "$(status_of store_reason)" "start --store"
    is "$(status_of items)" 1
    [ ! -e "$HOME/.keychain-auth/keyring.json" ]
    stop_daemon
    start_with --store secret-service
    is "$(reader aws key)" s3cret-value
}

@test "write, read, search and delete in batches, with attributes and a prefix" {
    start_keyring
    start_desktop
    run -0 raw -t 20 -n < <(
        request write aws '"targets":["p/1","p/2","q"],"values":["one","two","three"],
            "attributes":{"env":"live"}' | tr -d '\n'
        echo
        request write aws '"targets":["p/3"],"values":["four"]'
        request read aws '"match":"prefix","targets":["p/"]'
        request search aws '"attributes":{"env":"live"}'
        request delete aws '"match":"prefix","targets":["p/"],"attributes":{"env":"live"}'
        request search aws
        request write aws '"targets":["q"],"values":["again"]'
        request read aws '"targets":["q","p/3"]'
    )
    is "$(verdicts <<<"$output" | sort -u)" success
    is "$(jq -r '[.results[].value] | join(" ")' <<<"${lines[2]}")" "one two four"
    is "$(jq -r '[.results[] | .target + "=" + (.attributes.env // "")] | join(" ")' \
        <<<"${lines[3]}")" "p/1=live p/2=live q=live"
    is "$(jq -r '[.results[].target] | join(" ")' <<<"${lines[5]}")" "p/3 q"
    is "$(jq -r '[.results[].value] | join(" ")' <<<"${lines[7]}")" "again four"
    is "$(status_of items)" 2 "a replaced value leaves no copy behind"
}

@test "whoever reads the desktop's keyring sees names and ciphertext only" {
    start_keyring
    dbus-monitor --session >"$BATS_TEST_TMPDIR/bus.log" 2>/dev/null 3>&- &
    local monitor=$!
    await test -s "$BATS_TEST_TMPDIR/bus.log"
    start_desktop
    put aws key s3cret-value
    is "$(read_one)" "success  s3cret-value"
    kill "$monitor"
    wait "$monitor" || true
    has "$(cat "$BATS_TEST_TMPDIR/bus.log")" GetSecrets
    run -1 grep -a -e s3cret "$BATS_TEST_TMPDIR/bus.log"
    run -0 secret-tool search --all xdg:schema io.keychainauth.Item
    has "$output" "keychain-auth: aws / key"
    has "$output" "attribute.target = key"
    lacks "$output" s3cret
    lacks "$output" "$(printf s3cret-value | base64 | head -c 12)"
    stop_daemon
    stop_keyring
    [ -s "$keyring_file" ]
    run -1 grep -ra -e s3cret "$XDG_DATA_HOME/keyrings"
    run -1 grep -r s3cret "$HOME"
}

@test "an item that somebody altered, or exchanged for another, is refused" {
    start_keyring
    start_desktop
    put aws key value
    local sealed
    sealed=$(secret-tool lookup xdg:schema io.keychainauth.Item target key)
    printf '%s' "$sealed" | secret-tool store --label=x xdg:schema io.keychainauth.Item \
        service aws target other written 1
    run -0 raw -t 20 -n < <(request read aws '"targets":["other"]')
    is "$(verdicts <<<"$output")" "error store_unavailable"
    has "$output" "doesn't decrypt"
    is "$(read_one)" "success  value"
}

@test "what another key sealed isn't overwritten" {
    start_keyring
    start_desktop
    printf 'bm9pc2U=' | secret-tool store --label=x xdg:schema io.keychainauth.Item \
        service aws target key written 1
    is "$(write_one key new)" "error store_unavailable"
    is "$(secret-tool lookup xdg:schema io.keychainauth.Item target key)" 'bm9pc2U='
    run -0 keychain-auth delete aws key
    is "$(write_one key new)" success
    is "$(read_one)" "success  new"
}

@test "the keyring goes away, and it goes on when it is back" {
    start_keyring
    start_desktop
    put aws key value
    stop_keyring KILL
    is "$(read_one)" "error store_unavailable "
    has "$(message_of)" "Secret Service"
    is "$(write_one key new)" "error store_unavailable"
    is "$(status_of store)" secret-service "status answers without it"
    start_keyring
    is "$(read_one)" "success  value"
    is "$(write_one key new)" success
    is "$(read_one)" "success  new"
}

@test "the keyring is restarted in the middle of requests: each has an answer, none is half done" {
    start_keyring
    start_desktop
    is "$(write_one key 0)" success
    local i answers=$BATS_TEST_TMPDIR/answers
    for i in {1..60}; do
        request write aws "\"targets\":[\"key\",\"twin\"],\"values\":[\"$i\",\"$i\"]"
    done | raw -t 20 -n >"$answers" 3>&- &
    local writer=$!
    await test -s "$answers"
    stop_keyring KILL
    start_keyring
    wait "$writer"
    is "$(wc -l <"$answers")" 60
    is "$(verdicts <"$answers" | grep -vcE '^(success|error store_unavailable)$')" 0
    run -0 raw -t 20 -n < <(request read aws '"targets":["key","twin"]')
    is "$(jq -r '[.results[].value] | unique | length' <<<"$output")" 1 "both or neither"
    is "$(write_one key last)" success
}

@test "a keyring that is locked is said to be, and used again once it is unlocked" {
    start_keyring
    start_desktop
    put aws key value
    stop_keyring
    start_keyring locked
    is "$(read_one)" "error locked "
    has "$(message_of)" "unlock it"
    is "$(write_one key new)" "error locked"
    stop_keyring
    start_keyring
    is "$(read_one)" "success  value"
}

@test "a keyring that hangs costs a turn five seconds, and nothing else" {
    start_keyring
    start_desktop
    put aws key value
    kill -STOP "$keyring_pid"
    local begin=$SECONDS
    is "$(read_one)" "error store_unavailable "
    [ $((SECONDS - begin)) -lt 12 ]
    kill -CONT "$keyring_pid"
    is "$(read_one)" "success  value"
}

@test "odd keyrings get documented answers, and a good one is used when it comes" {
    start_keyring
    start_desktop
    put aws key value
    stop_keyring
    local way wanted
    while read -r way wanted; do
        odd_keyring "$way"
        is "$(read_one)" "$wanted " "$way"
        stop_keyring
    done <<'END'
garbage error store_unavailable
unknown error store_unavailable
silent error store_unavailable
vanishing error not_found
unread error not_found
noise error store_unavailable
dismissed error locked
END
    start_keyring
    is "$(read_one)" "success  value"
}

@test "a prompt that nobody answers is waited for a minute, once" {
    [ -n "${KC_MANY-}" ] || skip "it takes a minute; KC_MANY asks for it"
    start_keyring
    start_desktop
    stop_keyring
    odd_keyring ignored
    local begin=$SECONDS
    run -0 raw -t 90 -n < <(request read aws '"targets":["key"]')
    is "$(verdicts <<<"$output")" "error locked"
    [ $((SECONDS - begin)) -ge 59 ]
    begin=$SECONDS
    is "$(read_one)" "error locked "
    [ $((SECONDS - begin)) -lt 5 ]
}

@test "the session bus ends: the daemon doesn't" {
    start_keyring
    start_desktop
    put aws key value
    kill "$keyring_pid" "$bus_pid"
    wait "$keyring_pid" "$bus_pid" || true
    unset keyring_pid bus_pid
    is "$(read_one)" "error store_unavailable "
    daemon_is_alive
    private_bus
    start_keyring
    is "$(read_one)" "success  value"
}

@test "auto takes the keyring that answers, and the file where none does" {
    start_with --store auto
    is "$(status_of store)" file
    has "$(status_of store_reason)" "Secret Service"
    stop_daemon
    start_keyring
    start_with --store auto
    is "$(status_of store)" secret-service
    has "$(status_of store_reason)" "answers"
}

@test "auto doesn't leave the items of a file behind" {
    start_with --store file
    put aws key value
    stop_daemon
    start_keyring
    start_with --store auto
    is "$(status_of store)" file
    has "$(status_of store_reason)" "keychain-auth store migrate secret-service"
    allow reader --read aws
    is "$(reader aws key)" value
}

@test "config.json chooses the store" {
    start_keyring
    mkdir -p "$(dirname "$config")"
    (umask 077 && echo '{"store":"secret-service"}' >"$config")
    start_with
    is "$(status_of store)" secret-service
    is "$(status_of store_reason)" config.json
}

@test "without a keyring the daemon doesn't start on it, and says why" {
    run --separate-stderr keychain-auth start --foreground --store secret-service
    [ "$status" -ne 0 ]
    has "$stderr" "Secret Service"
}

@test "a key that is gone isn't replaced while the keyring has items of ours" {
    start_keyring
    start_desktop
    put aws key value
    stop_daemon
    mv "$HOME/.keychain-auth/keyslots" "$BATS_TEST_TMPDIR/keyslots"
    run --separate-stderr keychain-auth start --foreground --store secret-service
    [ "$status" -ne 0 ]
    has "$stderr" "the key is gone"
    [ ! -e "$HOME/.keychain-auth/keyslots" ]
    mv "$BATS_TEST_TMPDIR/keyslots" "$HOME/.keychain-auth/keyslots"
    start_with --store secret-service
    is "$(read_one)" "success  value"
}

@test "two daemons don't share a keyring" {
    start_keyring
    start_desktop
    mkdir -m 0700 "$BATS_TEST_TMPDIR/r2"
    XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/r2 run --separate-stderr keychain-auth start --foreground \
        --store secret-service
    [ "$status" -ne 0 ]
    has "$stderr" "another daemon"
}

@test "many at once: every write that was answered success is there" {
    start_keyring
    start_desktop
    local i pids=()
    for i in {1..8}; do
        for j in {1..5}; do
            request write aws "\"targets\":[\"$i-$j\"],\"values\":[\"v$i-$j\"]"
        done | raw -t 20 -n >"$BATS_TEST_TMPDIR/answers-$i" 3>&- &
        pids+=($!)
    done
    wait "${pids[@]}"
    is "$(cat "$BATS_TEST_TMPDIR"/answers-* | verdicts | sort | uniq -c | xargs)" "40 success"
    run -0 raw -t 20 -n < <(request read aws '"match":"prefix","targets":[""]')
    is "$(jq -r '.results[] | select(.value == "v" + .target) | .target' <<<"$output" | wc -l)" 40
}
