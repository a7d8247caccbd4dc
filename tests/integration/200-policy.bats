#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# docs/policy.md from outside: the file, the grants, the commands that edit it, and the moment
# at which a change holds.

load helpers

setup() {
    private_home
    start_daemon
    forget_helpers
    tool=$BATS_TEST_TMPDIR/tool
    other_program "$tool"
}

teardown() {
    if [ -n "${keeper_pid-}" ]; then
        kill "$keeper_pid" 2>/dev/null || true
        wait "$keeper_pid" || true
    fi
    stop_daemon
}

# keep: a connection of the program keeper; ask writes to it and reads the answer.
keep() {
    coproc KEEPER { exec keeper "$socket" 3>&-; }
    # The coprocess's own variables vanish when it ends.
    keeper_pid=$!
    exec {to_keeper}>&"${KEEPER[1]}" {from_keeper}<&"${KEEPER[0]}"
}

# ask: sends what stands on standard input, one line; the answer goes to `answer`.
ask() {
    cat >&"$to_keeper"
    IFS= read -r -t 10 -u "$from_keeper" answer
}

# reason: the word of the last refusal in the record.
reason() {
    record '.event == "request" and .result != "success"' | tail -n 1 | jq -r .reason
}

# denied PIECE: the tool may not read aws key, and standard error says PIECE.
denied() {
    run -1 --separate-stderr "$tool" aws key
    is "$output" ""
    has "$stderr" "$1"
}

# entry FILTER: of the tool's entry in the file.
entry() {
    jq -c --arg path "$tool" ".registered_binaries[] | select(.path == \$path) | $1" "$config"
}

@test "register, and it may; a copy at another path may not" {
    put aws key value
    denied "is not registered"
    is "$(reason)" unregistered_binary
    run -0 keychain-auth register "$tool" --read aws
    run -0 --separate-stderr "$tool" aws key
    is "$output" value
    cp "$tool" "$tool.copy"
    run -1 "$tool.copy" aws key
}

@test "registering without rights gives none" {
    put aws key value
    run -0 keychain-auth register "$tool"
    denied "may not read anything"
    is "$(reason)" action_not_in_policy
    is "$(entry '[.allowed_read_services, .allowed_write_services, .can_search]')" \
        '[[],[],false]'
    [[ $(entry .registered_at) =~ ^\"20[0-9-]+T[0-9:]+Z\"$ ]]
}

@test "a program that was replaced is another one until upgrade; its rights stay" {
    put aws key value
    keychain-auth register "$tool" --read aws --search
    other_program "$tool" changed
    denied "not what was registered"
    has "$stderr" "keychain-auth upgrade $tool"
    is "$(reason)" unregistered_binary
    run -1 --separate-stderr keychain-auth register "$tool" --read aws
    has "$stderr" "keychain-auth upgrade"
    run -0 keychain-auth upgrade "$tool"
    run -0 --separate-stderr "$tool" aws key
    is "$output" value
    is "$(entry '[.allowed_read_services, .can_search]')" '[["aws"],true]'
    other_program "$tool"
    denied "not what was registered"
}

@test "upgrade, allow, revoke and unregister of a stranger say that there is no such entry" {
    for command in "upgrade" "allow --read aws" "revoke" "unregister"; do
        # shellcheck disable=SC2086 # words are meant to be split
        run -1 --separate-stderr keychain-auth $command "$tool"
        is "$output" "" "$command"
        has "$stderr" "$tool"
    done
    [ ! -e "$config" ]
}

@test "a revocation holds at once on a connection that is open" {
    put aws key value
    allow keeper --read aws
    keep
    ask < <(request read aws '"targets":["key"]')
    is "$(jq -r '.results[0].value' <<<"$answer")" value
    keychain-auth revoke "$(command -v keeper)" --read aws
    ask < <(request read aws '"targets":["key"]')
    is "$(verdicts <<<"$answer")" "denied action_not_in_policy"
    lacks "$answer" value
    keychain-auth allow "$(command -v keeper)" --read aws
    ask < <(request read aws '"targets":["key"]')
    is "$(jq -r '.results[0].value' <<<"$answer")" value
    keychain-auth unregister "$(command -v keeper)"
    ask < <(request read aws '"targets":["key"]')
    is "$(verdicts <<<"$answer")" "denied unregistered_binary"
}

@test "an edit by hand is noticed by the next request" {
    put aws key value
    keychain-auth register "$tool"
    denied "may not read"
    edit_json "$config" '.registered_binaries[0].allowed_read_services = ["aws"]'
    run -0 "$tool" aws key
    edit_json "$config" '.registered_binaries = []'
    denied "is not registered"
}

@test "a config.json that can't be used denies everything and stays byte for byte" {
    put aws key value
    keychain-auth register "$tool" --read aws
    cp "$config" "$BATS_TEST_TMPDIR/good"
    while IFS= read -r bad; do
        printf '%s' "$bad" >"$config"
        denied "config.json"
        has "$stderr" "everything is denied"
        is "$(reason)" action_not_in_policy "$bad"
        for command in "register" "allow --read aws" "revoke" "upgrade" "unregister"; do
            # shellcheck disable=SC2086 # words are meant to be split
            run ! keychain-auth $command "$tool"
        done
        run ! keychain-auth list
        run -1 keychain-auth check
        is "$(cat "$config")" "$bad" "left as it was"
    done <<'END'
nonsense
{"registered_binaries":[}
[]
{"protocol_version":"2","registered_binaries":[]}
{"registered_binaries":{}}
{"registered_binaries":[],"registered_binaries":[]}
{"registered_binaries":[{"path":"relative","hash":"00"}]}
{"registered_binaries":[{"path":"/a"}]}
END
    has "$(cat "$daemon_log")" "config.json"
    cat "$BATS_TEST_TMPDIR/good" >"$config"
    run -0 "$tool" aws key
}

@test "a link, and a file that others may write to, are refused by daemon and commands" {
    put aws key value
    keychain-auth register "$tool" --read aws
    for mode in 0620 0602 0666; do
        chmod "$mode" "$config"
        denied "config.json"
        run -4 keychain-auth revoke "$tool"
    done
    chmod 0600 "$config"
    run -0 "$tool" aws key
    mv "$config" "$BATS_TEST_TMPDIR/real"
    ln -s "$BATS_TEST_TMPDIR/real" "$config"
    denied "config.json"
    run -4 keychain-auth revoke "$tool"
    [ -L "$config" ]
    rm "$config"
    mkdir "$config"
    denied "config.json"
    rmdir "$config"
    mv "$BATS_TEST_TMPDIR/real" "$config"
    run -0 "$tool" aws key
}

@test "without a file there is an empty policy" {
    put aws key value
    [ ! -e "$config" ]
    denied "is not registered"
    run -0 keychain-auth list --json
    is "$output" '[]'
}

# unknown_keys_stay WHEN
unknown_keys_stay() {
    is "$(jq -c '[.note, .registered_binaries[0].comment, .registered_binaries[0].tags]' \
        "$config")" '[{"by":["hand"]},"ours",[1,null]]' "$1"
}

@test "unknown keys survive every command" {
    keychain-auth register "$tool" --read aws
    edit_json "$config" '{note: {by: ["hand"]}} + . |
        .registered_binaries[0] += {comment: "ours", tags: [1, null]}'
    keychain-auth register "$(command -v rawclient)"
    unknown_keys_stay register
    keychain-auth register "$tool" --read more
    unknown_keys_stay "register again"
    keychain-auth allow "$tool" --read git --search
    unknown_keys_stay allow
    keychain-auth revoke "$tool" --read git
    unknown_keys_stay revoke
    keychain-auth unregister "$(command -v rawclient)"
    unknown_keys_stay unregister
    run -1 --separate-stderr reader aws key
    eval "$(suggested "$stderr")"
    unknown_keys_stay approve
    other_program "$tool" changed
    keychain-auth upgrade "$tool"
    unknown_keys_stay upgrade
    is "$(jq -r 'keys_unsorted[0]' "$config")" note "in their order"
    is "$(jq '.registered_binaries | length' "$config")" 2
}

@test "twenty registrations at once lose nothing" {
    local jobs=()
    for i in {1..20}; do
        other_program "$tool.$i"
        keychain-auth register "$tool.$i" --read "service$i" 3>&- &
        jobs+=($!)
    done
    for job in "${jobs[@]}"; do
        wait "$job"
    done
    is "$(jq '[.registered_binaries[].path] | unique | length' "$config")" 20
    is "$(jq '[.registered_binaries[].allowed_read_services[0]] | unique | length' "$config")" 20
    is "$(record '.action == "register" and .result == "success" and
        (.binary_path | test("kcget$|-keychain-auth$") | not)' | wc -l)" 20
    run -0 keychain-auth audit verify
}

@test "a pattern covers its targets and nothing else" {
    for target in prod-1 prod- prod test-prod-1 PROD-1 a/b/c; do
        put aws "$target" "v $target"
    done
    put 'a/b,c%' key slash
    keychain-auth register "$tool" --read 'aws/prod-*' --read 'aws/?/b/c,a%2Fb%2Cc%25'
    for target in prod-1 prod- a/b/c; do
        run -0 --separate-stderr "$tool" aws "$target"
        is "$output" "v $target"
    done
    for target in prod test-prod-1 PROD-1; do
        run -1 "$tool" aws "$target"
        is "$(reason)" service_not_allowed "$target"
    done
    run -0 --separate-stderr "$tool" 'a/b,c%' key
    is "$output" slash
    run -1 "$tool" a b/c
}

@test "a grant of the wrong form is a usage error and changes nothing" {
    for grant in '' 'aws,' '/x' 'aws/' 'a%41' 'a%' $'a\nb'; do
        run -2 --separate-stderr keychain-auth register "$tool" --read "$grant"
        is "$output" "" "$grant"
        [ -n "$stderr" ]
        [ ! -e "$config" ]
    done
}

@test "search and prefixes need can_search and a grant that covers them" {
    put aws prod-1 one
    put aws test-1 two
    client=$(command -v rawclient)
    # rights | action, members | what comes
    while IFS='|' read -r rights action members wanted; do
        keychain-auth unregister "$client" >/dev/null 2>&1 || true
        # shellcheck disable=SC2086 # words are meant to be split
        keychain-auth register "$client" $rights
        run -0 raw -n < <(request "$action" aws "$members")
        is "$(verdicts <<<"$output")" "$wanted" "$rights $action $members"
    done <<'END'
--read aws|search||denied action_not_in_policy
--search|search||denied action_not_in_policy
--read aws --search|search||success
--write aws --search|search||success
--read git --search|search||denied service_not_allowed
--read aws|read|"match":"prefix","targets":["prod-"]|denied action_not_in_policy
--read aws --search|read|"match":"prefix","targets":["prod-"]|success
--read aws/prod-* --search|read|"match":"prefix","targets":["prod-"]|success
--read aws/prod-* --search|read|"match":"prefix","targets":["prod"]|denied service_not_allowed
--read aws/prod-* --search|search||denied service_not_allowed
--read aws/prod-* --search|search|"targets":["prod-1"]|success
--read aws/*-1 --search|read|"match":"prefix","targets":["prod-"]|denied service_not_allowed
--read aws --search|delete|"match":"prefix","targets":["prod-"]|denied action_not_in_policy
--write aws|delete|"match":"prefix","targets":["prod-"]|denied action_not_in_policy
--write aws|read|"targets":["prod-1"]|denied action_not_in_policy
--read aws|write|"targets":["x"],"values":["y"]|denied action_not_in_policy
--write aws --search|delete|"match":"prefix","targets":["prod-"]|success
END
    run -0 --separate-stderr keychain-auth search aws
    is "$output" test-1 "only the last one deleted"
}

@test "--no-search takes it away, revoke without a name takes everything" {
    keychain-auth register "$tool" --read aws,git --write aws --search
    keychain-auth allow "$tool" --no-search
    is "$(entry .can_search)" false
    keychain-auth revoke "$tool" --read git
    is "$(entry .allowed_read_services)" '["aws"]'
    keychain-auth allow "$tool" --read 'git/a*' --search
    keychain-auth revoke "$tool" --read git
    is "$(entry .allowed_read_services)" '["aws"]' "its patterns go along"
    keychain-auth revoke "$tool"
    is "$(entry '[.allowed_read_services, .allowed_write_services, .can_search]')" \
        '[[],[],false]'
}

@test "an entry is named by the beginning of its hash, too" {
    keychain-auth register "$tool"
    hash=$(sha256sum "$tool" | cut -c 1-64)
    run -0 keychain-auth allow "${hash:0:8}" --read aws
    is "$(entry .allowed_read_services)" '["aws"]'
    rm "$tool"
    run -1 keychain-auth check
    has "$output" missing
    run -0 keychain-auth unregister "$hash"
    is "$(jq -c .registered_binaries "$config")" '[]'
}

@test "a plain entry needs no nonce, and the record says plain" {
    put aws key value
    local line='{"type":"REQUEST","action":"read","service":"aws","targets":["key"]}'
    allow rawclient --read aws
    run -0 raw <<<"$line"
    is "$(verdicts <<<"$output")" "error nonce_required"
    keychain-auth allow "$(command -v rawclient)" --plain
    run -0 raw <<<"$line"
    is "$(jq -r '.results[0].value' <<<"$output")" value
    is "$(record '.event == "request"' | tail -n 1 | jq -r '.plain')" true
    has "$(keychain-auth list)" plain
    keychain-auth revoke "$(command -v rawclient)" --plain
    run -0 raw <<<"$line"
    is "$(verdicts <<<"$output")" "error nonce_required"
}

@test "a general tool draws a warning, an ordinary program none" {
    for name in python3 bash env; do
        run -0 --separate-stderr keychain-auth register "$(command -v "$name")"
        has "$stderr" warning
    done
    run -0 --separate-stderr keychain-auth register "$tool"
    is "$stderr" ""
    chmod 0777 "$tool"
    run -0 --separate-stderr keychain-auth register "$tool"
    has "$stderr" "everybody may write to it"
}

@test "what is missing is named for what it was to be" {
    run -0 keychain-auth register "$tool"
    run -1 --separate-stderr keychain-auth allow "$tool" --library "$BATS_TEST_TMPDIR/nothing"
    has "$stderr" "for a library"
    cp "$tool" "$tool.copy"
    run -0 keychain-auth register "$tool.copy"
    run -2 --separate-stderr keychain-auth unregister "$(sha256sum "$tool" | cut -c 1-64)"
    has "$stderr" "name the path"
}

@test "a file that can't ask under its own name draws a warning" {
    printf '#!/bin/sh\n' >"$BATS_TEST_TMPDIR/script"
    chmod 0755 "$BATS_TEST_TMPDIR/script"
    run -0 --separate-stderr keychain-auth register "$BATS_TEST_TMPDIR/script"
    has "$stderr" "is a script"
    lacks "$stderr" executable
    printf '#' >"$BATS_TEST_TMPDIR/data"
    chmod 0644 "$BATS_TEST_TMPDIR/data"
    run -0 --separate-stderr keychain-auth register "$BATS_TEST_TMPDIR/data"
    has "$stderr" "neither a program nor a script"
    cp "$tool" "$tool.copy"
    chmod 0644 "$tool.copy"
    run -0 --separate-stderr keychain-auth register "$tool.copy"
    has "$stderr" "isn't executable"
}

@test "the dynamic loader, and what is no program, are refused" {
    local loader
    loader=$(ldd "$(command -v bash)" | grep -o '/[^ ]*/ld-linux[^ ]*\.so[^ ]*' | head -n 1)
    [ -e "$loader" ] || skip "no dynamic loader by its usual name"
    run -1 --separate-stderr keychain-auth register "$loader" --read aws
    has "$stderr" "dynamic loader"
    run -1 keychain-auth register "$BATS_TEST_TMPDIR"
    run -1 keychain-auth register "$BATS_TEST_TMPDIR/nothing"
    run -1 keychain-auth register /dev/null
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    run -1 timeout 10 keychain-auth register "$BATS_TEST_TMPDIR/fifo"
    [ ! -e "$config" ]
}

@test "a helper gets no rights of its own, and a program with rights isn't made one" {
    run -0 --separate-stderr keychain-auth register "$tool" --helper
    has "$output" "it is a helper"
    for options in --read=aws --write=aws --search; do
        for command in allow register; do
            run -1 --separate-stderr keychain-auth "$command" "$tool" "$options"
            is "$output" ""
            has "$stderr" "allow the program that calls it instead"
        done
    done
    is "$(entry '[.allowed_read_services, .allowed_write_services, .can_search]')" '[[],[],false]'
    run -0 keychain-auth revoke "$tool" --helper
    run -0 keychain-auth allow "$tool" --read aws
    run -1 --separate-stderr keychain-auth allow "$tool" --helper
    has "$stderr" "keychain-auth revoke"
    is "$(entry .helper)" false
}

@test "what a helper's entry holds all the same allows nothing" {
    put aws key value
    keychain-auth register "$tool" --read aws
    run -0 "$tool" aws key
    edit_json "$config" '.registered_binaries[0].helper = true'
    run -1 --separate-stderr "$tool" aws key
    is "$output" ""
    is "$(reason)" caller_not_allowed
    edit_json "$config" '.registered_binaries[0].helper = false'
    run -0 "$tool" aws key
}

@test "a copy of a helper draws a warning, unless it is one, too" {
    keychain-auth register "$tool" --helper
    cp "$tool" "$tool.copy"
    run -1 "$tool.copy" aws key
    run -0 --separate-stderr keychain-auth approve "$tool.copy" --read aws
    has "$stderr" "is a copy of the helper \"$tool\""
    keychain-auth unregister "$tool.copy"
    run -0 --separate-stderr keychain-auth register "$tool.copy" --read aws
    has "$stderr" "is a copy of the helper \"$tool\""
    keychain-auth unregister "$tool.copy"
    run -0 --separate-stderr keychain-auth register "$tool.copy" --helper
    is "$stderr" ""
}

@test "every flag is set, listed, cleared and recorded" {
    keychain-auth register "$tool"
    for flag in search plain jit launcher session-root inline ancestry-chain helper; do
        run -0 keychain-auth allow "$tool" "--$flag"
        has "$(keychain-auth list)" " no rights $flag"
        is "$(keychain-auth list --json | jq '[.[0][] | select(. == true)] | length')" 2 "$flag"
        run -0 keychain-auth revoke "$tool" "--$flag"
        is "$(keychain-auth list --json | jq '[.[0][] | select(. == true)] | length')" 1 "$flag"
        run -0 keychain-auth allow "$tool" "--no-$flag"
        is "$(record '.action == "allow"' | tail -n 1 | jq -r .message)" "no $flag"
    done
    run -0 keychain-auth allow "$tool" --no-interactive
    is "$(entry .interactive)" false
    has "$(keychain-auth list)" no-interactive
    run -0 keychain-auth allow "$tool" --interactive
    is "$(entry .interactive)" null
}

@test "caller-rule shows and chooses how far up callers are asked, and status points out nearest" {
    run -0 --separate-stderr keychain-auth caller-rule
    is "$output" chain
    lacks "$(keychain-auth status)" caller_rule
    run -0 --separate-stderr keychain-auth caller-rule nearest
    has "$stderr" warning
    is "$(keychain-auth caller-rule)" nearest
    is "$(jq -r .caller_rule "$config")" nearest
    has "$(keychain-auth status)" "caller_rule"
    has "$(keychain-auth status --json | jq -r .caller_rule)" "nearest: "
    is "$(record '.action == "caller-rule"' | jq -r .message)" nearest
    run -0 --separate-stderr keychain-auth caller-rule chain
    is "$stderr" ""
    lacks "$(keychain-auth status)" caller_rule
    run -2 --separate-stderr keychain-auth caller-rule any
    has "$stderr" '"chain" or "nearest"'
    is "$(keychain-auth caller-rule)" chain
}

@test "commands work without a daemon, and the next daemon knows" {
    put aws key value
    stop_daemon
    run -0 keychain-auth register "$tool" --read git
    run -0 keychain-auth allow "$tool" --read aws
    run -0 keychain-auth revoke "$tool" --read git
    run -0 keychain-auth upgrade "$tool"
    run -0 keychain-auth list
    has "$output" "$tool"
    run -0 keychain-auth check
    start_daemon
    run -0 --separate-stderr "$tool" aws key
    is "$output" value
}

@test "a link to a program registers the program" {
    put aws key value
    ln -s "$tool" "$tool.link"
    run -0 keychain-auth register "$tool.link" --read aws
    is "$(jq -r '.registered_binaries[0].path' "$config")" "$tool"
    run -0 "$tool.link" aws key
}
