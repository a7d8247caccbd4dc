#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Waiting for an approval instead of failing: as a direct client (programs/reader.c), and as the
# helper that kcget is.

load helpers

setup() {
    private_home
    start_daemon
    put aws key 's3cret value'
    said=$BATS_TEST_TMPDIR/said
    got=$BATS_TEST_TMPDIR/got
}

teardown() {
    if [ -n "${waiting_pid-}" ]; then
        kill "$waiting_pid" 2>/dev/null || true
        wait "$waiting_pid" || true
    fi
    stop_daemon
}

# begin_wait COMMAND…: in the background, until it says that it waits.
begin_wait() {
    "$@" >"$got" 2>"$said" 3>&- </dev/null &
    waiting_pid=$!
    await grep -q "waiting for approval" "$said"
}

# wait_ends CODE
wait_ends() {
    local code=0
    wait "$waiting_pid" || code=$?
    unset waiting_pid
    is "$code" "$1" "how it ended"
}

denials() {
    record '.event == "request" and .result == "denied"' | wc -l
}

# denied TIMES: so many denials are on record.
denied() {
    [ "$(denials)" -eq "$1" ]
}

@test "a denial is waited out, and the value printed as soon as it is approved" {
    begin_wait reader --wait 60 aws key
    has "$(cat "$said")" 'waiting for approval of "aws" target "key", for at most 60 s: '
    eval "$(suggested "$(cat "$said")")"
    wait_ends 0
    is "$(cat "$got")" 's3cret value'
    is "$(wc -l <"$said")" 1 "one line"
}

@test "waiting is one denial, in the record and in the list, however long" {
    begin_wait reader --wait 60 aws key
    before=$(keychain-auth status --json | jq .sessions)
    sleep 3 # no event tells that nothing happens
    is "$(denials)" 1
    is "$(keychain-auth list-pending --json | jq -c 'map(.count)')" '[1]'
    is "$(keychain-auth status --json | jq .sessions)" "$before" "the same connection"
    # Another change of the policy is another try, and the wait goes on.
    allow rawclient
    await denied 2
    kill -0 "$waiting_pid"
    allow reader --read aws
    wait_ends 0
    is "$(denials)" 2
    keychain-auth audit verify
}

@test "rights that are given bit by bit are waited for, too" {
    begin_wait reader --wait 60 aws key
    allow reader
    await denied 2
    keychain-auth allow "$(command -v reader)" --read github
    await denied 3
    is "$(record '.result == "denied"' | jq -r .reason | xargs)" \
        "unregistered_binary action_not_in_policy service_not_allowed"
    keychain-auth allow "$(command -v reader)" --read aws
    wait_ends 0
    is "$(cat "$got")" 's3cret value'
}

@test "a helper waits until the programs above it are approved" {
    begin_wait session --no-terminal kcget --wait 60 aws key
    command=$(suggested "$(cat "$said")")
    has "$command" --with-chain
    eval "$command"
    wait_ends 0
    is "$(cat "$got")" 's3cret value'
    is "$(denials)" 1
    is "$(record '.action == "read" and .result == "success"' | jq -c '[.chain[].kind]')" \
        '["helper","binary"]'
    is "$(keychain-auth audit --json -n 1 | jq -c '[(.chain | length), has("chain_end")]')" \
        '[2,true]'
}

@test "when the time is over the denial is the answer" {
    SECONDS=0
    run -1 --separate-stderr timeout 30 reader --wait 1 aws key
    is "$output" ""
    [ "$SECONDS" -ge 1 ]
    is "${#stderr_lines[@]}" 2
    has "${stderr_lines[1]}" "keychain-auth approve"
}

@test "without the option a denial ends at once, and 0 is without" {
    run -1 --separate-stderr timeout 10 reader aws key
    lacks "$stderr" waiting
    KEYCHAIN_AUTH_WAIT='' run -1 --separate-stderr timeout 10 reader aws key
    lacks "$stderr" waiting
    KEYCHAIN_AUTH_WAIT=60 run -1 --separate-stderr timeout 10 reader --wait 0 aws key
    lacks "$stderr" waiting
}

@test "the variable is as good as the option, which goes before it" {
    begin_wait env KEYCHAIN_AUTH_WAIT=60 reader aws key
    has "$(cat "$said")" "at most 60 s"
    allow reader --read aws
    wait_ends 0
    is "$(cat "$got")" 's3cret value'
    keychain-auth unregister "$(command -v reader)"
    begin_wait env KEYCHAIN_AUTH_WAIT=1 reader --wait=50 aws key
    has "$(cat "$said")" "at most 50 s"
    allow reader --read aws
    wait_ends 0
}

@test "what no approval mends isn't waited for" {
    allow reader --read aws
    run -1 --separate-stderr timeout 10 reader --wait 60 aws absent
    has "$stderr" absent
    lacks "$stderr" waiting
    run -0 --separate-stderr timeout 10 reader --wait 60 aws key
    is "$output" 's3cret value'
    is "$stderr" ""
}

@test "a daemon that ends while somebody waits is no approval" {
    begin_wait reader --wait 60 aws key
    stop_daemon
    wait_ends 4
    is "$(cat "$got")" ""
}

@test "a time that isn't one is a usage error that says the limit" {
    for value in soon -1 86401 1.5 "" 99999999999999999999; do
        run -2 --separate-stderr reader --wait "$value" aws key
        is "$output" "" "$value"
        has "$stderr" "0 to 86400"
        has "$stderr" '"--wait"'
        has "$stderr" "usage: kcget"
    done
    KEYCHAIN_AUTH_WAIT=forever run -2 --separate-stderr reader aws key
    has "$stderr" '"KEYCHAIN_AUTH_WAIT" needs a number of seconds, 0 to 86400'
    has "$stderr" '"forever"'
    run -2 reader --wait
    run -0 reader --help
    has "$output" "--wait SECONDS"
}
