#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# explain: the whole verdict on a process, and the decision for a program, without asking the
# daemon anything.

load helpers

setup() {
    private_home
}

teardown() {
    if [ -n "${sleeper-}" ]; then
        kill "$sleeper" 2>/dev/null || true
        wait "$sleeper" || true
    fi
}

# sleep_as COMMAND…: a process to look at; it runs sleep(1) when this returns.
sleep_as() {
    env "$@" sleep 60 3>&- &
    sleeper=$!
    await is_asleep
}

is_asleep() {
    [ "$(readlink "/proc/$sleeper/exe")" = "$(readlink -f "$(command -v sleep)")" ]
}

# finding CHECK: "result worth" of one check in the JSON of the last run.
finding() {
    jq -r --arg check "$1" '.checks[] | select(.check == $check) | .result + " " + .worth' \
        <<<"$output"
}

@test "a registered process passes every check, and each has its worth" {
    sleep_as -u LD_PRELOAD
    keychain-auth register "$(command -v sleep)" --read aws
    run -0 keychain-auth explain "$sleeper"
    lacks "$output" FAILED
    has "$output" "uid $(id -u), as you"
    run -0 --separate-stderr keychain-auth explain "$sleeper" --json
    is "$(jq -r .trusted <<<"$output")" true
    is "$(finding user)" "ok boundary"
    is "$(finding group)" "unused boundary"
    local check
    for check in process surroundings image hash code jit entry pins; do
        is "$(finding "$check")" "ok label" "$check"
    done
}

@test "what fails is said, and the exit code is 1" {
    sleep_as "LD_LIBRARY_PATH=$HOME"
    run -1 keychain-auth explain "$sleeper"
    has "$output" "FAILED  code"
    has "$output" "LD_LIBRARY_PATH=$HOME"
    has "$output" "FAILED  entry"
    run -1 --separate-stderr keychain-auth explain "$sleeper" --json
    is "$(jq -r .trusted <<<"$output")" false
    is "$(finding code)" "failed label"
}

@test "somebody else's process, and none at all, can't be trusted" {
    run -1 keychain-auth explain 1
    has "$output" FAILED
    run -1 keychain-auth explain 2147483647
    has "$output" "no such process"
    run -2 keychain-auth explain nobody
    run -2 keychain-auth explain 0
}

@test "a program's decision names the entry, the grant, or the denial's own sentence" {
    local tool=$HOME/tool
    other_program "$tool"
    run -1 keychain-auth explain "$tool" read aws key
    has "$output" "denied  unregistered_binary"
    lacks "$output" approve
    has "$output" "keychain-auth register $tool --read aws"
    run -1 keychain-auth explain "$tool" search aws
    has "$output" "keychain-auth register $tool --read aws --search"

    keychain-auth register "$tool" --read 'aws/k*'
    run -0 keychain-auth explain "$tool" read aws key
    has "$output" allowed
    has "$output" "grant    aws/k*"
    run -1 keychain-auth explain "$tool" read aws other
    has "$output" "keychain-auth allow $tool --read aws"
    run -1 keychain-auth explain "$tool" read aws
    has "$output" "all of \"aws\""
    run -1 keychain-auth explain "$tool" write aws key
    has "$output" action_not_in_policy

    run -0 --separate-stderr keychain-auth explain --json "$tool" read aws key
    is "$(jq -r '.decision + " " + .grant' <<<"$output")" "allowed aws/k*"
    run -1 --separate-stderr keychain-auth explain --json "$tool" delete aws key
    is "$(jq -r '.decision + " " + .reason' <<<"$output")" "denied action_not_in_policy"
}

@test "who is judged with its callers is sent to explain --pid" {
    local tool=$HOME/tool
    other_program "$tool"
    keychain-auth register "$tool" --read aws --ancestry-chain
    run -1 keychain-auth explain "$tool" read aws key
    has "$output" "denied  caller_not_allowed"
    has "$output" "has the right, but asks that those above it may, too; see keychain-auth explain"
    run -1 keychain-auth explain "$tool" write aws key
    has "$output" action_not_in_policy

    other_program "$HOME/speaker" x
    keychain-auth register "$HOME/speaker" --helper
    run -1 keychain-auth explain "$HOME/speaker" read aws key
    has "$output" "is a helper and speaks for its caller; see keychain-auth explain --pid"

    printf '#!/bin/sh\n' >"$HOME/script"
    chmod 0700 "$HOME/script"
    keychain-auth register "$HOME/script" --read aws
    run -1 keychain-auth explain "$HOME/script" read aws key
    has "$output" "is a script, which counts above the helpers that it runs"
}

@test "what can't be asked is a matter of usage" {
    run -2 keychain-auth explain
    run -2 keychain-auth explain /bin/true read
    run -2 keychain-auth explain /bin/true burn aws
    run -2 keychain-auth explain /bin/true read ''
    run -1 keychain-auth explain "$HOME/nothing" read aws
}
