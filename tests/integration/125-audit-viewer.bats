#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Looking at the record: what is shown to people and to programs, and a record that has gone on in
# new files, which is followed, filtered and proven as one.

load helpers

setup() {
    private_home
}

teardown() {
    if [ -n "${follower-}" ]; then
        kill "$follower" 2>/dev/null || true
        wait "$follower" || true
    fi
    stop_daemon
}

# rotate_at BYTES [MEMBERS]: the daemon is to begin a new file then.
rotate_at() {
    (umask 077 && mkdir -p "${config%/*}")
    [ -e "$config" ] || (umask 077 && echo '{"protocol_version":"1"}' >"$config")
    edit_json "$config" ".audit = {\"rotate_bytes\":$1${2:+,$2}}"
}

# ask COUNT [TARGET]: so many reads, in one connection.
ask() {
    raw -n < <(for ((i = 0; i < $1; i++)); do
        request read aws "\"targets\":[\"${2:-key}\"],\"id\":$i"
    done) >/dev/null
}

# scene: a daemon with two readable secrets.
scene() {
    start_daemon
    allow rawclient --read aws
    put aws key value
    put github token value
}

# old_files: their names behind the record's, in order.
old_files() {
    (cd "${audit_log%/*}" && ls) | sed -n 's/^audit\.log\.\([0-9].*\)$/\1/p' | tr '\n' ' '
}

# on_terminal COMMAND…: what it prints where standard output is a terminal.
on_terminal() {
    local words
    words=$(printf '%q ' "$@")
    script -qec "$words" /dev/null </dev/null | tr -d '\r'
}

@test "programs get the lines as they stand, people a table" {
    scene
    ask 1
    is "$(keychain-auth audit)" "$(cat "$audit_log")"
    is "$(keychain-auth audit --json)" "$(cat "$audit_log")"
    run -0 keychain-auth audit --no-json --service aws
    is "${#lines[@]}" 2
    row='^[0-9-]{10} [0-9:]{8}Z  success  read +"aws" "key" +".*/rawclient"$'
    [[ ${lines[1]} =~ $row ]]
    run -0 on_terminal env TERM=xterm keychain-auth audit
    has "${lines[0]}" "TIME"
    has "${lines[0]}" "BY"
    is "${#lines[@]}" "$(($(wc -l <"$audit_log") + 1))"
    run -0 on_terminal keychain-auth audit --json
    is "$output" "$(cat "$audit_log")"
}

@test "there are colours on a terminal only, and none with NO_COLOR" {
    scene
    run -0 on_terminal env -u NO_COLOR TERM=xterm keychain-auth audit
    has "$output" $'\e[32msuccess'
    for setting in "NO_COLOR=1 TERM=xterm" "TERM=dumb"; do
        # shellcheck disable=SC2086 # words are meant to be split
        run -0 on_terminal env $setting keychain-auth audit
        lacks "$output" $'\e['
    done
    run -0 env -u NO_COLOR TERM=xterm keychain-auth audit --no-json
    lacks "$output" $'\e['
}

@test "records are chosen by time, target, program and result" {
    scene
    ask 1
    raw -n < <(request read github '"targets":["token"]') >/dev/null
    ask 1 other
    run -0 keychain-auth audit --since 1h --target 'k?y'
    is "$(jq -r .action <<<"$output" | tr '\n' ' ')" "write read "
    run -0 keychain-auth audit --target '*' --denied
    is "$(jq -r .target <<<"$output")" token
    run -0 keychain-auth audit --path '*/rawclient' --service aws
    is "$(jq -r .target <<<"$output" | tr '\n' ' ')" "key other "
    run -0 keychain-auth audit --path '/nowhere/*'
    is "$output" ""
    last=$(tail -n 1 "$audit_log" | jq -r .time)
    run -0 keychain-auth audit --since "$last"
    is "$output" "$(tail -n 1 "$audit_log")"
    run -0 keychain-auth audit --since 2999-01-01T00:00:00Z
    is "$output" ""
}

@test "a value that can't be meant is refused, and the limit is told" {
    for words in "--since 2" "--since yesterday" "--since 36501d" "--since -1h"; do
        # shellcheck disable=SC2086
        run -2 keychain-auth audit $words
        has "$output" "at most 36500d"
    done
    run -2 keychain-auth audit --lines 4294967296
    has "$output" "0 to 4294967295"
    run -2 keychain-auth audit --denied --result success
    run -2 keychain-auth audit --stats --follow
    run -2 keychain-auth audit --chain --json
    run -2 keychain-auth audit check
}

@test "--stats counts who asked for what, with the first and the last time" {
    scene
    ask 3
    raw -n < <(request read github '"targets":["token"]') >/dev/null
    run -0 keychain-auth audit --stats --path '*/rawclient'
    is "$(jq -c '[.count, .action, .result, .service, .target]' <<<"$output")" \
        '[3,"read","success","aws","key"]
[1,"read","denied","github","token"]'
    times=$(jq -r 'select(.target == "key" and .action == "read") | .time' "$audit_log")
    is "$(head -n 1 <<<"$output" | jq -r .first)" "$(head -n 1 <<<"$times")"
    is "$(head -n 1 <<<"$output" | jq -r .last)" "$(tail -n 1 <<<"$times")"
    run -0 keychain-auth audit --stats --no-json --denied
    has "${lines[0]}" COUNT
    has "${lines[1]}" '"github" "token"'
}

@test "--chain shows who stands behind a request, and leaves out nothing" {
    scene
    ask 1
    run -0 keychain-auth audit --chain --target key --path '*/rawclient'
    is "${#lines[@]}" 2
    has "${lines[1]}" "└ \"$(command -v rawclient)\""
    has "${lines[1]}" "(direct)"
    # What an interpreter tells of itself, and how the chain ends.
    printf '{"seq":1,"chain":[{"pid":3,"path":"/a","kind":"helper"},%s],"chain_end":"first"}\n' \
        '{"pid":2,"path":"/b","kind":"script","script":"/c","declared":true}' >"$audit_log.own"
    stop_daemon
    mv "$audit_log.own" "$audit_log"
    chmod 0600 "$audit_log"
    run -0 keychain-auth audit --chain
    has "${lines[1]}" "(first)"
    has "${lines[2]}" '└ "/b" 2 (script) "/c" declared'
    has "${lines[3]}" '  └ "/a" 3 (helper)'
}

@test "a record that has become long goes on in a new file, and is one record" {
    rotate_at 65536 '"compress":false'
    scene
    ask 400
    before=$(jq -s 'last.seq' "$audit_log")
    has "$(old_files)" "000001 000002 "
    run -0 keychain-auth audit verify
    is "$output" "$before lines in $(($(old_files | wc -w) + 1)) files hold"
    is "$(record '.event == "log_rotated"' | wc -l)" 1
    is "$(keychain-auth audit --target key | jq -c 'select(.action == "read")' | wc -l)" 400
    is "$(keychain-auth audit | jq -s 'map(.seq) == [range(1; length + 1)]')" true
    is "$(keychain-auth audit -n 200 | jq -s 'map(.seq) | [.[0], length]' -c)" \
        "[$((before - 199)),200]"
    is "$(stat -c %a "$audit_log" "$audit_log".0*  | sort -u)" 600
    # A restart goes on where it was.
    stop_daemon
    start_daemon
    run -0 keychain-auth audit verify
}

@test "old files are packed, still proven, and readable with zcat" {
    rotate_at 65536
    scene
    ask 400
    await has_packed_all
    run -0 keychain-auth audit verify
    is "$(keychain-auth audit --target key | jq -c 'select(.action == "read")' | wc -l)" 400
    is "$(for file in "$audit_log".0*.gz; do zcat "$file"; done | cat - "$audit_log")" \
        "$(keychain-auth audit)"
    is "$(stat -c %a "$audit_log".0* | sort -u)" 600
}

has_packed_all() {
    compgen -G "$audit_log.0*.gz" && ! compgen -G "$audit_log.0?????"
}

@test "following goes on across rotations, and shows each record once" {
    rotate_at 65536
    scene
    keychain-auth audit --follow --path '*/rawclient' --service aws >"$BATS_TEST_TMPDIR/followed" \
        3>&- &
    follower=$!
    ask 1 begin
    await grep -q '"target":"begin"' "$BATS_TEST_TMPDIR/followed"
    for round in 1 2 3; do
        ask 150 "key$round"
    done
    ask 1 last
    await grep -q '"target":"last"' "$BATS_TEST_TMPDIR/followed"
    has "$(old_files)" 000002
    is "$(jq -s 'map(.seq) | length == (unique | length)' "$BATS_TEST_TMPDIR/followed")" true
    is "$(wc -l <"$BATS_TEST_TMPDIR/followed")" 452
}

# found WHAT: verify says so, and that nothing behind is proven.
found() {
    run -1 --separate-stderr keychain-auth audit verify
    is "$output" ""
    has "$stderr" "$1"
    has "$stderr" "nothing"
}

@test "verify sees an old file that is removed, cut, exchanged or altered" {
    rotate_at 65536 '"compress":false'
    scene
    ask 400
    stop_daemon
    good=$BATS_TEST_TMPDIR/good
    cp -a "${audit_log%/*}" "$good"
    # again: puts everything back.
    again() {
        rm -rf "${audit_log%/*}"
        cp -a "$good" "${audit_log%/*}"
        run -0 keychain-auth audit verify
    }
    rm "$audit_log.000001"
    found "audit.log.000002: line 1 has number"
    again
    rm "$audit_log.000002"
    found ": line 1 has number"
    again
    sed -i '$d' "$audit_log.000001"
    found "audit.log.000002: line 1 has number"
    again
    cp "$audit_log.000001" "$audit_log.000002"
    found "audit.log.000002: line 1 has number 1 where"
    again
    mv "$audit_log.000001" "$audit_log.x"
    mv "$audit_log.000002" "$audit_log.000001"
    mv "$audit_log.x" "$audit_log.000002"
    found "audit.log.000001: line 1 has number"
    again
    sed -i '20s/"aws"/"axs"/' "$audit_log.000002"
    found "audit.log.000002: line 21 doesn't fit the record before it"
    again
    rm "$audit_log"
    found "audit.log isn't there, and the record goes on in it"
    again
    gzip "$audit_log.000001"
    run -0 keychain-auth audit verify
    truncate -s -20 "$audit_log.000001.gz"
    found "audit.log.000001.gz can't be unpacked"
}

@test "with a passphrase the end of the record is remembered across a rotation" {
    rotate_at 65536
    start_daemon
    secret='correct horse battery'
    keychain-auth passphrase set --passphrase-fd 7 7< <(echo "$secret")
    allowed=$(command -v rawclient)
    keychain-auth register "$allowed" --read aws --passphrase-fd 7 7< <(echo "$secret")
    keychain-auth lock
    # Locked: what is remembered doesn't move any more; the record does, into other files.
    ask 400
    await has_packed_all
    keychain-auth unlock --passphrase-fd 7 7< <(echo "$secret")
    is "$(keychain-auth status --json | jq -r .record_state)" ok
    stop_daemon
    # Now what it remembers is in a file that is taken away.
    rm "$audit_log"
    start_daemon
    keychain-auth unlock --passphrase-fd 7 7< <(echo "$secret")
    has "$(keychain-auth status --json | jq -r .record_state)" "cut off"
}

@test "limits that can't be meant are refused, and the bounds are told" {
    start_daemon
    allow rawclient --read aws
    for value in 1 65535 268435457 -1 '"64M"'; do
        edit_json "$config" ".audit = {\"rotate_bytes\":$value}"
        run -1 keychain-auth check
        has "$output" "audit.rotate_bytes must be 0, or 65536 to 268435456"
    done
    edit_json "$config" '.audit = {"rotate_days":36501}'
    run -1 keychain-auth check
    has "$output" "audit.rotate_days must be 0 to 36500"
    edit_json "$config" '.audit = {"rotate_bytes":0,"rotate_days":0,"compress":false}'
    run -0 keychain-auth check
}
