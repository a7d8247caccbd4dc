#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Clients that misbehave: each costs only itself, within the bounds of docs/protocol.md, and an
# honest client is served meanwhile.

load helpers

# How many connections one after another. A million takes too long for every run: a leak of one
# descriptor or of a kilobyte a connection shows with these, too.
: "${KC_MANY:=20000}"

setup() {
    private_home
    # A sanitizer keeps what was freed for a while; here the memory itself is looked at.
    export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1"
    ASAN_OPTIONS+=:thread_local_quarantine_size_kb=16
    holders=()
    start_daemon
    put aws key value
    allow reader --read aws
}

teardown() {
    release
    stop_daemon
}

# is_served: an honest client gets its answer, and soon.
is_served() {
    is "$(timeout 10 reader aws key)" value "an honest client beside it"
}

# resident: the daemon's memory in KiB.
resident() {
    sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB$/\1/p' "/proc/$daemon_pid/status"
}

# sessions: how many connections the daemon has, without the one that asks.
sessions() {
    echo $(($(keychain-auth status --json | jq .sessions) - 1))
}

has_sessions() {
    [ "$(sessions)" -eq "$1" ]
}

# hold NAME PROGRAM VERB COUNT [BYTES]: a crowd that stays until release; its numbers go to
# the file NAME.
hold() {
    local fifo=$BATS_TEST_TMPDIR/$1.fifo file
    mkfifo "$fifo"
    "$2" "$3" "$socket" "${@:4}" <"$fifo" >"$BATS_TEST_TMPDIR/$1" 3>&- &
    exec {file}>"$fifo"
    holders+=("$! $file")
}

# held NAME: "SERVED REFUSED" of a crowd, once it is complete.
held() {
    local end=$((SECONDS + 60))
    until [ -s "$BATS_TEST_TMPDIR/$1" ]; do
        [ "$SECONDS" -lt "$end" ]
        sleep 0.02
    done
    cat "$BATS_TEST_TMPDIR/$1"
}

release() {
    local holder file
    for holder in "${holders[@]}"; do
        file=${holder#* }
        exec {file}>&-
    done
    for holder in "${holders[@]}"; do
        wait "${holder% *}" || true
    done
    holders=()
}

@test "half a line, an answer that nobody reads: closed after 30 s, in parallel" {
    local start=$SECONDS
    allow crowd --read aws --plain
    for ((i = 0; i < 60; i++)); do
        put aws "big$i" "$(xs 60000)"
    done
    memory=$(resident)
    printf '{' | raw -k -t 50 >"$BATS_TEST_TMPDIR/byte" 3>&- &
    printf '{"type":"HELLO"}\n{"type":"HEL' | raw -k -t 50 >"$BATS_TEST_TMPDIR/hello" 3>&- &
    xs 1000000 | raw -k -t 50 >"$BATS_TEST_TMPDIR/big" 3>&- &
    crowd drip "$socket" 1 >"$BATS_TEST_TMPDIR/drip" 3>&- & # a byte a second buys no time
    # 3.6 MB of answer, of which the socket takes a little.
    jq -nc '{type: "REQUEST", action: "read", service: "aws", targets: [range(60) | "big\(.)"]}' |
        crowd deaf "$socket" 1 >"$BATS_TEST_TMPDIR/deaf" 3>&- &
    # Requests as fast as they go, and no answer is read.
    yes '{"type":"HELLO","id":"unread"}' | head -n 10000 |
        crowd deaf "$socket" 100 >"$BATS_TEST_TMPDIR/flood" 3>&- &
    await has_sessions 6
    while [ $((SECONDS - start)) -lt 20 ]; do
        is_served
        [ "$(resident)" -lt $((memory + 64 * 1024)) ]
        sleep 0.5
    done
    is "$(sessions)" 6 "nobody is closed before the time"
    end=$((SECONDS + 25))
    until has_sessions 0; do
        [ "$SECONDS" -lt "$end" ]
        is_served
        sleep 0.2
    done
    for name in byte hello big; do
        end=$((SECONDS + 10))
        until grep -q 'half a line' "$BATS_TEST_TMPDIR/$name" || [ "$SECONDS" -ge "$end" ]; do
            sleep 0.02
        done
        is "$(tail -n 1 "$BATS_TEST_TMPDIR/$name" | verdicts)" "error malformed_request" "$name"
        has "$(cat "$BATS_TEST_TMPDIR/$name")" 'half a line'
    done
    for name in deaf flood drip; do
        milliseconds=$(held "$name")
        [ "$milliseconds" -ge 29000 ]
        [ "$milliseconds" -le 45000 ]
    done
}

@test "half a line and then the end is nobody's request" {
    for half in '{' '{"type":"HELLO"' '{"type":"REQUEST","action":"write","service":"aws"'; do
        run -0 raw < <(printf '%s' "$half")
        is "$output" ""
    done
    await has_sessions 0
    is_served
}

@test "64 connections for a program, busy beyond, and another program is served" {
    hold one crowd hold 70
    is "$(held one)" "64 6"
    is "$(sessions)" 64
    is_served
    run -0 raw <<<'{"type":"HELLO"}'
    is "$(jq -r .type <<<"$output")" HELLO "another program"
    run crowd pass "$socket" 1
    is "$output" 0
    release
    await has_sessions 0
    run crowd pass "$socket" 1
    is "$output" 1 "the places are free again"
}

@test "1,100 connections at once: 1,024 are served, the rest is told busy, and all recovers" {
    memory=$(resident)
    for ((i = 0; i < 22; i++)); do
        cp "$(command -v crowd)" "$BATS_TEST_TMPDIR/crowd$i" # the same bytes in another place
        hold "out$i" "$BATS_TEST_TMPDIR/crowd$i" hold 50
    done
    served=0
    refused=0
    for ((i = 0; i < 22; i++)); do
        read -r yes no <<<"$(held "out$i")"
        served=$((served + yes))
        refused=$((refused + no))
    done
    is "$served $refused" "1024 76"
    run --separate-stderr reader aws key
    [ "$status" -ne 0 ]
    is "$output" ""
    has "$stderr" "too busy"
    [ "$(resident)" -lt $((memory + 64 * 1024)) ]
    release
    await has_sessions 0
    is_served
}

# own_memory: what the daemon shares with nobody and no file, in KiB.
own_memory() {
    sed -n 's/^RssAnon:[[:space:]]*\([0-9]*\) kB$/\1/p' "/proc/$daemon_pid/status"
}

@test "an idle connection costs 4 KiB at most, and nothing once it is gone" {
    ! grep -qE '__[at]san_init' "$(command -v keychain-auth)" ||
        skip "a sanitizer's own books are larger than what they are about"
    await has_sessions 0
    before=$(own_memory)
    [ "$before" -le 2048 ] # of its own, as it waits
    for ((i = 0; i < 10; i++)); do
        cp "$(command -v crowd)" "$BATS_TEST_TMPDIR/crowd$i"
        hold "out$i" "$BATS_TEST_TMPDIR/crowd$i" hold 50
    done
    for ((i = 0; i < 10; i++)); do
        is "$(held "out$i")" "50 0"
    done
    [ "$(own_memory)" -le $((before + 500 * 4)) ]
    release
    end=$((SECONDS + 30)) # it looks at that ten seconds after the last one left
    until [ "$(own_memory)" -le $((before + 256)) ]; do
        [ "$SECONDS" -lt "$end" ]
        sleep 0.2
    done
}

@test "$KC_MANY connections one after another leave nothing behind" {
    half=$((KC_MANY / 2))
    run -0 crowd pass "$socket" "$half"
    is "$output" "$half"
    memory=$(resident)
    crowd pass "$socket" "$half" >"$BATS_TEST_TMPDIR/many" 3>&- &
    while kill -0 "$!" 2>/dev/null; do
        is_served
        sleep 0.2
    done
    is "$(cat "$BATS_TEST_TMPDIR/many")" "$half"
    await has_sessions 0
    # Half a kilobyte left behind by each would be more.
    [ "$(resident)" -le $((memory + 4096)) ]
}

@test "lines of 1 MiB in parallel are answered, and memory comes back" {
    memory=$(resident)
    { printf '{"type":"HELLO","a":"' && xs 1048550 && printf '"}\n'; } >"$BATS_TEST_TMPDIR/line"
    jobs=()
    for ((i = 0; i < 16; i++)); do
        raw -t 30 <"$BATS_TEST_TMPDIR/line" >"$BATS_TEST_TMPDIR/answer$i" 3>&- &
        jobs+=("$!")
    done
    is_served
    for job in "${jobs[@]}"; do
        wait "$job"
    done
    for ((i = 0; i < 16; i++)); do
        is "$(jq -r .type "$BATS_TEST_TMPDIR/answer$i")" HELLO
    done
    [ "$(resident)" -lt $((memory + 16 * 1024)) ]
}

@test "unfinished lines take 64 MiB together and no more" {
    memory=$(resident)
    for name in one two; do
        cp "$(command -v crowd)" "$BATS_TEST_TMPDIR/$name.crowd"
        hold "$name" "$BATS_TEST_TMPDIR/$name.crowd" stuff 50 1000000
    done
    read -r one _ <<<"$(held one)"
    read -r two _ <<<"$(held two)"
    [ $((one + two)) -ge 30 ] # their buffers are larger than what is in them
    [ $((one + two)) -le 67 ]
    [ "$(resident)" -lt $((memory + 128 * 1024)) ]
    is_served
    release
    await has_sessions 0
    is_served
}
