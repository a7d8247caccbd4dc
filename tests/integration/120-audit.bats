#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The record: one line for each secret touched, in a chain that shows every edit; and when it
# can't be written, nothing is released or changed.

load helpers

setup() {
    private_home
    store=$HOME/.keychain-auth
    start_daemon
}

teardown() {
    stop_daemon
}

# requests FILTER: the records of requests by rawclient that answer a jq filter.
requests() {
    record "(.event == \"request\") and (.binary_path | endswith(\"/rawclient\")) and ($1)"
}

@test "a prefix read of 12 secrets is 12 lines, in the order of the answer" {
    allow rawclient --read aws --write aws --search
    names=$(jq -nc '[range(10; 22) | "t" + tostring]')
    run -0 raw -n < <(
        request write aws "\"targets\":$names,\"values\":$names"
        request read aws '"match":"prefix","targets":["t"]'
        request search aws
        request delete aws '"match":"prefix","targets":["t1"]'
    )
    is "$(requests '.action == "write"' | jq -sc 'map(.target)')" "$names"
    is "$(requests '.action == "read"' | jq -sc 'map(.target)')" "$names"
    is "$(requests '.action == "read"' | jq -r '.match + " " + .result' | sort -u)" "prefix success"
    is "$(requests '.action == "search"' | jq -sc 'map(.count)')" "[12]"
    is "$(requests '.action == "delete"' | wc -l)" 10
    lacks "$(jq -r 'keys[]' "$audit_log")" value
}

@test "the record of a read says who, what, when and with which result, in a fixed order" {
    allow rawclient --read aws
    put aws key value
    before=$(date -u +%Y-%m-%dT%H:%M:%S)
    run -0 raw -n < <(request read aws '"targets":["key"]')
    after=$(date -u +%Y-%m-%dT%H:%M:%S.999999Z)
    line=$(requests true)
    is "$(jq -r 'keys_unsorted | join(" ")' <<<"$line")" "seq time event action result reason \
pid uid binary_path binary_hash chain service target match session prev"
    fields='[.event, .action, .result, .reason, .uid, .service, .target, .match]'
    is "$(jq -c "$fields" <<<"$line")" \
        "[\"request\",\"read\",\"success\",\"\",$(id -u),\"aws\",\"key\",\"exact\"]"
    is "$(jq -r .binary_path <<<"$line")" "$(command -v rawclient)"
    is "$(jq -r .binary_hash <<<"$line")" "$(sha256sum <"$(command -v rawclient)" | cut -d' ' -f1)"
    is "$(jq -c '[.chain[] | [.pid, .path]]' <<<"$line")" \
        "[[$(jq .pid <<<"$line"),\"$(command -v rawclient)\"]]"
    time=$(jq -r .time <<<"$line")
    [[ $time =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z$ ]]
    [[ ! $time < $before && ! $time > $after ]]
}

@test "a denial is one line however many it asks for, a malformed request none" {
    allow rawclient --read aws
    put github token value
    run -0 raw -n < <(
        request read github '"targets":["token","other"]'
        echo nonsense
        request read aws '"targets":["none","nothing"]'
    )
    is "$(requests '.service == "github"' | jq -c '[.target, .count, .result, .reason]')" \
        '["token",2,"denied","service_not_allowed"]'
    is "$(requests '.reason == "not_found"' | jq -c '[.target, .count]')" '["none",2]'
    has "$(keychain-auth audit)" '"none" (first of 2)'
    is "$(requests 'true' | wc -l)" 2
}

@test "what comes from outside is escaped: a record is always one line" {
    allow rawclient --read aws
    odd=$BATS_TEST_TMPDIR/$'new\nline\e[31m'
    cp "$(command -v rawclient)" "$odd"
    # shellcheck disable=SC2289 # a newline in a program's name is the point
    "$odd" "$socket" \
        <<<'{"type":"REQUEST","action":"read","service":"\u202e","targets":["key"]}'
    run -0 keychain-auth audit verify
    is "$(jq -s length "$audit_log")" "$(wc -l <"$audit_log")"
    # What a terminal is shown has no control character.
    run -0 keychain-auth audit
    lacks "$output" $'\e'
    lacks "$output" $'\u202e'
    has "$output" 'new\x0aline\x1b[31m'
}

@test "every line carries the hash of the line before, also across restarts" {
    allow rawclient --read aws
    put aws key value
    raw -n < <(request read aws '"targets":["key"]')
    stop_daemon
    start_daemon
    raw -n < <(request read aws '"targets":["key"]')
    previous=$(printf '%064d' 0)
    number=1
    while IFS= read -r line; do
        is "$(jq -r .prev <<<"$line")" "$previous" "line $number"
        is "$(jq -r .seq <<<"$line")" "$number"
        previous=$(printf '%s' "$line" | sha256sum | cut -d' ' -f1)
        number=$((number + 1))
    done <"$audit_log"
    is "$(record '.event == "start"' | wc -l)" 2
    is "$(record '.event == "stop"' | wc -l)" 1
    run -0 keychain-auth audit verify
    is "$output" "$((number - 1)) lines hold"
}

# edited SED-SCRIPT LINES: verify finds it, after so many lines that hold.
edited() {
    cp -p "$audit_log" "$audit_log.good"
    sed -i "$1" "$audit_log"
    if cmp -s "$audit_log" "$audit_log.good"; then
        echo "this edit changes nothing: $1" >&2
        return 1
    fi
    run -1 --separate-stderr keychain-auth audit verify
    is "$output" ""
    has "$stderr" "$audit_log"
    has "$stderr" "after $2 lines that hold"
    mv "$audit_log.good" "$audit_log"
}

@test "audit verify finds an edit, a line taken out, put in, or moved" {
    run -0 keychain-auth audit verify
    is "$output" "4 lines hold" "the start, and three helpers"
    allow rawclient --read aws
    put aws key value
    raw -n < <(for i in 1 2 3 4; do request read aws "\"targets\":[\"key\"],\"id\":$i"; done)
    run -0 keychain-auth audit verify
    edited '7s/"target":"key"/"target":"kex"/' 7
    edited '7s/rawclient/kcget/' 7
    edited '7d' 6
    edited '7p' 7
    edited '7{h;d};8{G}' 6
    edited '1d' 0
    edited '7s/"seq":7/"seq":8/' 6
    edited '7s/.*/nonsense/' 6
    run -0 keychain-auth audit verify
}

@test "a torn last line is kept, told, and followed by a chain that holds" {
    allow rawclient --read aws
    put aws key value
    stop_daemon
    tail -n 1 "$audit_log" | head -c 70 >"$BATS_TEST_TMPDIR/torn"
    cat "$BATS_TEST_TMPDIR/torn" >>"$audit_log"
    start_daemon
    raw -n < <(request read aws '"targets":["key"]')
    is "$(grep -cxF "$(cat "$BATS_TEST_TMPDIR/torn")" "$audit_log")" 1
    is "$(grep -c '"event":"torn_line"' "$audit_log")" 1
    run -0 keychain-auth audit verify
    # The torn line is accounted for: changing it shows.
    sed -i "s/^$(head -c 20 "$BATS_TEST_TMPDIR/torn")/{\"seq\":1,/;" "$audit_log"
    run -1 keychain-auth audit verify
}

# limit_files BYTES|unlimited: no file of the daemon grows beyond that; its disk is full.
limit_files() {
    prlimit --pid "$daemon_pid" "--fsize=$1:unlimited"
}

@test "on a full disk nothing is released or changed, and service comes back by itself" {
    allow rawclient --read aws --write aws
    put aws key s3cret
    for room in 0 1 100; do # bytes until the disk is full: half a line is taken back, too
        limit_files $(($(stat -c %s "$audit_log") + room))
        cp "$store/keyring.json" "$BATS_TEST_TMPDIR/keyring"
        cp "$audit_log" "$BATS_TEST_TMPDIR/audit"
        run -0 raw -n < <(
            request read aws '"targets":["key"]'
            request write aws '"targets":["key","new"],"values":["changed","n"]'
            request delete aws '"targets":["key"]'
            request read github '"targets":["key"]'
        )
        is "${#lines[@]}" 4
        for i in 0 1 2 3; do
            has "$(verdicts <<<"${lines[i]}")" audit_unavailable
        done
        lacks "$output" s3cret
        cmp "$store/keyring.json" "$BATS_TEST_TMPDIR/keyring"
        cmp "$audit_log" "$BATS_TEST_TMPDIR/audit"
        limit_files unlimited
        run -0 raw -n < <(request read aws '"targets":["key"]')
        is "$(jq -r '.results[0].value' <<<"$output")" s3cret
    done
    run -0 keychain-auth audit verify
}

@test "with a log that can't be opened nothing is released or changed until it can" {
    allow rawclient --read aws --write aws
    put aws key s3cret
    cp "$store/keyring.json" "$BATS_TEST_TMPDIR/keyring"
    mv "$audit_log" "$audit_log.away"
    mkdir "$audit_log"
    run -0 raw -n < <(
        request read aws '"targets":["key"]'
        request write aws '"targets":["key"],"values":["changed"]'
    )
    is "$(verdicts <<<"$output")" $'error audit_unavailable\nerror audit_unavailable'
    cmp "$store/keyring.json" "$BATS_TEST_TMPDIR/keyring"
    rmdir "$audit_log"
    ln -s "$audit_log.away" "$audit_log"
    run -0 raw -n < <(request read aws '"targets":["key"]')
    is "$(verdicts <<<"$output")" "error audit_unavailable" "a symbolic link is not followed"
    rm "$audit_log"
    mv "$audit_log.away" "$audit_log"
    chmod 0666 "$audit_log"
    # A handle that was opened before the mode changed is as good as it was.
    stop_daemon || true
    run -4 keychain-auth start --foreground --store file
    chmod 0600 "$audit_log"
    start_daemon
    run -0 raw -n < <(request read aws '"targets":["key"]')
    is "$(jq -r '.results[0].value' <<<"$output")" s3cret
    run -0 keychain-auth audit verify
}

@test "a log that is taken away while the daemon runs is begun anew, and that is told" {
    allow rawclient --read aws
    put aws key value
    mv "$audit_log" "$audit_log.away"
    raw -n < <(request read aws '"targets":["key"]')
    is "$(record '.event == "log_replaced"' | wc -l)" 1
    is "$(requests '.target == "key"' | wc -l)" 1
}

@test "audit shows, filters by service, result and binary, and cuts to the last lines" {
    allow rawclient --read aws
    put aws key value
    put github token value
    raw -n < <(
        request read aws '"targets":["key"]'
        request read github '"targets":["token"]'
    )
    run -0 keychain-auth audit
    is "${#lines[@]}" "$(wc -l <"$audit_log")"
    run -0 keychain-auth audit --service github
    is "${#lines[@]}" 2
    run -0 keychain-auth audit --result denied
    is "${#lines[@]}" 1
    has "$output" '"github" "token"'
    has "$output" service_not_allowed
    run -0 keychain-auth audit --binary "$(command -v rawclient)" --service aws --json
    is "$(jq -r '.service + "/" + .target' <<<"$output")" aws/key
    run -0 keychain-auth audit --lines 2 --json
    is "$output" "$(tail -n 2 "$audit_log")" "--json gives the lines as they stand"
    run -2 keychain-auth audit --result maybe
    run -2 keychain-auth audit --lines x
    run -2 keychain-auth audit check
}

@test "audit --follow shows what is written from now on" {
    allow rawclient --read aws
    put aws key value
    keychain-auth audit --follow --service aws --json >"$BATS_TEST_TMPDIR/followed" 3>&- &
    follower=$!
    await grep -q '"action":"write"' "$BATS_TEST_TMPDIR/followed"
    raw -n < <(request read aws '"targets":["key"]')
    await grep -q '"action":"read"' "$BATS_TEST_TMPDIR/followed"
    raw -n < <(request read aws '"targets":["key"],"id":2')
    end=$((SECONDS + 10))
    until [ "$(wc -l <"$BATS_TEST_TMPDIR/followed")" -ge 3 ] || [ "$SECONDS" -ge "$end" ]; do
        sleep 0.02
    done
    kill "$follower"
    wait "$follower" || true
    is "$(cat "$BATS_TEST_TMPDIR/followed")" "$(record '.service == "aws"')"
}
