#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The main job, once, and how each program ends.

load helpers

setup() {
    private_home
}

teardown() {
    stop_daemon
}

@test "a value is stored, refused to a stranger, approved, read and recorded" {
    start_daemon
    put aws prod-api-key 's3cret value'

    run -1 --separate-stderr reader aws prod-api-key
    is "$output" "" "a denial leaves standard output empty"
    has "$stderr" "is not registered"
    has "$stderr" "keychain-auth approve "
    prefix=$(sed -n 's/.*keychain-auth approve \([0-9a-f]*\) .*/\1/p' <<<"$stderr")

    run -0 --separate-stderr keychain-auth list-pending --json
    is "$(jq -r '.[0].path' <<<"$output")" "$(command -v reader)"
    run -0 keychain-auth approve "$prefix" --read aws

    run -0 --separate-stderr reader aws prod-api-key
    is "$output" "s3cret value"
    run -1 --separate-stderr reader github token
    has "$stderr" "keychain-auth allow "

    run -0 keychain-auth audit verify
    is "$(record '.action == "read" and .result == "success"' | jq -r .target)" prod-api-key
    is "$(record '.reason == "unregistered_binary"' | jq -r .service)" aws
    lacks "$(cat "$audit_log" "$daemon_log")" "s3cret"
}

@test "the value on disk is sealed" {
    start_daemon
    put aws prod-api-key 's3cret-on-disk'
    stop_daemon
    run -1 grep -r s3cret-on-disk "$HOME"
}

@test "values survive a restart" {
    start_daemon
    put aws prod-api-key lasting
    allow reader --read aws
    stop_daemon
    start_daemon
    run -0 reader aws prod-api-key
    is "$output" lasting
}

@test "reader -n prints the value without a newline, byte for byte" {
    start_daemon
    put aws key $'two\nlines'
    allow reader --read aws
    is "$(reader -n aws key | od -An -c | tr -d ' \n')" 'two\nlines'
    is "$(reader aws key | tail -c 1 | od -An -c | tr -d ' ')" '\n'
}

@test "reader of something that isn't there says so and ends with 1" {
    start_daemon
    allow reader --read aws
    run -1 --separate-stderr reader aws nothing
    is "$output" ""
    has "$stderr" nothing
}

@test "status tells a program about the daemon" {
    start_daemon
    run -0 --separate-stderr keychain-auth status --json
    is "$(jq -r .pid <<<"$output")" "$daemon_pid"
    is "$(jq -r .socket <<<"$output")" "$socket"
    is "$(jq -r .store <<<"$output")" file
}

@test "socket, directory and files are the owner's alone" {
    start_daemon
    put aws key value
    is "$(stat -c %a "$socket")" 600
    is "$(stat -c %a "$(dirname "$socket")")" 700
    is "$(stat -c %a "$audit_log")" 600
    is "$(find "$HOME/.keychain-auth" -type f ! -perm 600)" ""
}

@test "search names what is there and never a value" {
    start_daemon
    put aws prod-api-key v4lue
    put aws staging-api-key v4lue
    run -0 --separate-stderr keychain-auth search aws
    has "$output" prod-api-key
    has "$output" staging-api-key
    lacks "$output" v4lue
}

@test "delete takes a value away" {
    start_daemon
    put aws key value
    allow reader --read aws
    run -0 reader aws key
    run -0 keychain-auth delete aws key
    run -1 reader aws key
}

@test "a revocation holds for the next read" {
    start_daemon
    put aws key value
    allow reader --read aws
    run -0 reader aws key
    run -0 keychain-auth revoke "$(command -v reader)"
    run -1 reader aws key
}

@test "a second daemon is told that a live one is there" {
    start_daemon
    run --separate-stderr keychain-auth start --foreground --store file
    [ "$status" -ne 0 ]
    has "$stderr" "$socket"
    run -0 keychain-auth status
}

@test "stop ends the daemon and takes its socket away" {
    start_daemon
    run -0 keychain-auth stop
    daemon_ended
    [ ! -e "$socket" ]
    run -0 keychain-auth audit verify
    is "$(record '.event == "stop"' | wc -l)" 1
}

@test "start without --foreground returns when the daemon is ready" {
    start_detached
    run -0 keychain-auth status
    run -0 keychain-auth stop
    run -3 keychain-auth status
}

@test "without a daemon every client ends with 3" {
    run -3 keychain-auth status
    run -3 keychain-auth stop
    run -3 --separate-stderr kcget aws key
    is "$output" ""
    run -3 keychain-auth set aws key <<<value
}

@test "a wrong command line ends with 2 and says why on standard error" {
    while read -r words; do
        # shellcheck disable=SC2086 # words are meant to be split
        run -2 --separate-stderr $words
        is "$output" "" "$words"
        [ -n "$stderr" ]
    done <<'END'
kcget
kcget aws
kcget aws key more
kcget --no-such-option aws key
keychain-auth
keychain-auth no-such-command
keychain-auth set aws
keychain-auth register
keychain-auth status --no-such-option
keychain-auth approve
END
}

@test "--version and --help go to standard output" {
    for program in kcget keychain-auth; do
        run -0 --separate-stderr "$program" --version
        has "$output" 0.1
        run -0 --separate-stderr "$program" --help
        has "$output" "$program"
        is "$stderr" ""
    done
}

@test "a stranger on the socket gets no value" {
    start_daemon
    put aws key h1dden
    run -0 raw -n <<'END'
{"type":"REQUEST","action":"read","service":"aws","targets":["key"],"nonce":"@NONCE@"}
END
    is "$(jq -r '.status + " " + .reason' <<<"$output")" "denied unregistered_binary"
    lacks "$output" h1dden
}
