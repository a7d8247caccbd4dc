#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Who was turned away: what list-pending tells, what approve does, and how the list is bounded.

load helpers

setup() {
    private_home
    start_daemon
    forget_helpers
    tool=$BATS_TEST_TMPDIR/tool
    other_program "$tool"
}

teardown() {
    stop_daemon
}

# hash_of FILE
hash_of() {
    sha256sum "$1" | cut -c 1-64
}

# waiting FILTER: of the list as programs see it.
waiting() {
    keychain-auth list-pending --json | jq -c "$1"
}

# asks_until FILTER [ARGUMENT…]: the tool is turned away until the list answers the filter, in
# which $times is how often that was. The daemon writes an identity down once a second.
asks_until() {
    times=0
    await asks_once_more "$@"
}

asks_once_more() {
    times=$((times + 1))
    "$tool" "${@:2}" || true
    local list
    list=$(keychain-auth list-pending --json) && jq -e --argjson times "$times" "$1" <<<"$list"
}

# ago HOURS: that time as pending.json writes it.
ago() {
    date -u -d "$1 hours ago" +%Y-%m-%dT%H:%M:%S.000000Z
}

@test "a denied stranger is listed with path, hash, arguments, count and what it asked" {
    run -0 --separate-stderr keychain-auth list-pending
    is "$output" ""
    is "$(waiting .)" '[]'
    run -1 "$tool" aws key
    run -0 keychain-auth list-pending
    has "$output" " 1 time, last"
    # shellcheck disable=SC2016 # the variable is jq's
    asks_until '$times > 1 and .[0].count == $times + 1' -n github token
    is "$(waiting length)" 1
    is "$(waiting '.[0].path')" "\"$tool\""
    is "$(waiting '.[0].hash')" "\"$(hash_of "$tool")\""
    is "$(waiting '.[0].arguments')" "\"$tool -n github token\""
    is "$(waiting '.[0].asked | map([.action, .service, .target])')" \
        '[["read","aws","key"],["read","github","token"]]'
    is "$(waiting '.[0] | .first <= .last')" true
    run -0 keychain-auth list-pending
    has "$output" "$(hash_of "$tool" | cut -c 1-16)  $tool"
    has "$output" " $((times + 1)) times"
    has "$output" 'asked to read "github" "token"'
    # shellcheck disable=SC2016 # the variable is jq's
    asks_until '.[0].asked | any(.target == "t\"")' aws 't"'
    run -0 keychain-auth list-pending
    has "$output" "          $tool aws t\""
}

@test "approve registers it, without rights unless they are named, and it leaves the list" {
    put aws key value
    run -1 "$tool" aws key
    run -0 keychain-auth approve "$(hash_of "$tool")"
    is "$(waiting .)" '[]'
    run -1 --separate-stderr "$tool" aws key
    has "$stderr" "may not read anything"
    is "$(waiting .)" '[]' "a registered program doesn't wait"

    other_program "$tool.2" x
    run -1 "$tool.2" aws key
    run -0 keychain-auth approve "$(hash_of "$tool.2" | cut -c 1-8)" --read aws --write git --search
    is "$(jq -c '.registered_binaries[1] |
        [.allowed_read_services, .allowed_write_services, .can_search]' "$config")" \
        '[["aws"],["git"],true]'
    run -0 --separate-stderr "$tool.2" aws key
    is "$output" value
    is "$(record '.event == "approve"' | jq -r .binary_path | tail -n 1)" "$tool.2"
}

@test "a hash that is unknown, short, wrong or ambiguous approves nothing" {
    run -1 "$tool" aws key
    hash=$(hash_of "$tool")
    run -1 --separate-stderr keychain-auth approve 0123456789abcdef
    has "$stderr" "list-pending"
    for word in "${hash:0:7}" nonsense "${hash:0:8}x" "${hash}0" "${hash^^}" ''; do
        run -2 --separate-stderr keychain-auth approve "$word"
        [ -n "$stderr" ]
    done
    edit_json "$pending" '.pending += [.pending[0] |
        .hash |= (.[0:63] + (if .[63:] == "0" then "1" else "0" end))]'
    for length in 8 16 63; do
        run -2 --separate-stderr keychain-auth approve "${hash:0:length}"
    done
    [ ! -e "$config" ]
    run -0 keychain-auth approve "$hash"
    is "$(jq -r '.registered_binaries[].hash' "$config")" "$hash"
}

@test "a copy can't take the approval that is meant for its original" {
    copy=$BATS_TEST_TMPDIR/copy
    cp "$tool" "$copy"
    hash=$(hash_of "$tool")
    run -1 "$tool" aws key
    run -1 "$copy" aws key
    is "$(waiting 'map(.path)')" "[\"$copy\",\"$tool\"]"
    for length in 16 64; do
        run -2 --separate-stderr keychain-auth approve "${hash:0:length}" --read aws
        has "$stderr" "$tool"
        has "$stderr" "$copy"
        has "$stderr" "approve PATH"
        [ ! -e "$config" ]
    done
    run -0 keychain-auth approve "$tool" --read aws
    is "$(jq -r '.registered_binaries[].path' "$config")" "$tool"
    is "$(waiting 'map(.path)')" "[\"$copy\"]"
    (cd "$BATS_TEST_TMPDIR" && keychain-auth approve ./copy)
    is "$(waiting .)" '[]'
    run -1 --separate-stderr keychain-auth approve "$tool"
    has "$stderr" "isn't waiting for approval"
    run -2 --separate-stderr keychain-auth approve ./nothing
}

@test "a program that was replaced since it asked isn't approved" {
    run -1 "$tool" aws key
    hash=$(hash_of "$tool")
    other_program "$tool" changed
    run -1 --separate-stderr keychain-auth approve "$hash" --read aws
    has "$stderr" "another hash"
    rm "$tool"
    run -1 keychain-auth approve "$hash" --read aws
    [ ! -e "$config" ]
}

@test "control characters in arguments are escaped wherever they are shown" {
    local wanted=$'evil\e[2J\r\nname\x9b\xff'
    (exec -a "$wanted" rawclient -n "$socket" < <(request read aws '"targets":["key"]'))
    is "$(waiting length)" 1
    run -0 keychain-auth list-pending
    has "$output" '\x1b[2J'
    lacks "$output" $'\e'
    lacks "$output" $'\r'
    is "$(LC_ALL=C tr -d '\n\40-\176' <<<"$output")" "" "nothing but printable ASCII"
    lacks "$(cat "$pending")" $'\e'
    has "$(waiting '.[0].arguments')" 'evil'
}

@test "what it asked, and its path, can't draw on the terminal either" {
    evil=$BATS_TEST_TMPDIR/$'e\e[31m\u202evil'
    cp "$(command -v rawclient)" "$evil"
    # The bytes are a right-to-left override: legal in a name, dangerous on a screen.
    "$evil" -n "$socket" < <(request read $'a\u202ews' '"targets":["key"]') >/dev/null
    is "$(waiting length)" 1
    run -0 keychain-auth list-pending
    lacks "$output" $'\e'
    lacks "$output" $'\u202e'
    run -0 keychain-auth audit --no-json
    lacks "$output" $'\e'
    lacks "$output" $'\u202e'
}

@test "long arguments are cut" {
    (exec -a "$(printf '%02000d' 0)" rawclient -n "$socket" \
        < <(request read aws '"targets":["key"]'))
    length=$(waiting '.[0].arguments | length')
    [ "$length" -gt 100 ] && [ "$length" -le 512 ]
}

@test "300 strangers: the newest 256 are kept, and the last one can be approved" {
    for i in {1..300}; do
        printf x >>"$tool"
        run -1 "$tool" aws "target$i"
    done
    is "$(waiting length)" 256
    is "$(waiting '.[0].asked[0].target')" '"target300"'
    is "$(waiting '.[255].asked[0].target')" '"target45"'
    is "$(waiting 'map(.hash) | unique | length')" 256
    run -0 keychain-auth approve "$(hash_of "$tool")"
    is "$(waiting length)" 255
}

@test "one stranger that asks for much stays one entry with eight questions" {
    # As the daemon would have written it, because it writes an identity down once a second.
    run -1 "$tool" aws key
    edit_json "$pending" '.pending[0].asked = [range(8) | {action: "read", service: "aws",
        target: "t\(.)"}]'
    asks_until '.[0].asked | any(.target == "late")' aws late
    is "$(waiting '.[0].asked | map(.target)')" \
        '["t1","t2","t3","t4","t5","t6","t7","late"]'
    is "$(waiting length)" 1
}

@test "an entry is forgotten 24 hours after its last try" {
    run -1 "$tool" aws key
    edit_json "$pending" ".pending[0] += {first_time: \"$(ago 90)\", last_time: \"$(ago 23)\"}"
    is "$(waiting length)" 1
    edit_json "$pending" ".pending[0].last_time = \"$(ago 25)\""
    is "$(waiting length)" 0
    run -1 keychain-auth approve "$(hash_of "$tool")"
    asks_until 'length == 1' aws key
    is "$(waiting '.[0].first >= "'"$(ago 1)"'"')" true "begun anew"
}

@test "a damaged list is put aside by the next denial and begun anew" {
    run -1 "$tool" aws key
    for bad in nonsense '{"version":1}' '{"version":1,"pending":[{}]}'; do
        printf '%s' "$bad" >"$pending"
        run -4 --separate-stderr keychain-auth list-pending
        is "$output" ""
        run -4 keychain-auth approve "$(hash_of "$tool")"
        run -1 --separate-stderr "$tool" aws key
        has "$stderr" "is not registered"
        asks_until 'length == 1' aws key
        is "$(cat "$pending.damaged")" "$bad"
    done
}

@test "a list that others may write to is put aside, too" {
    run -1 "$tool" aws key
    chmod 0666 "$pending"
    run -4 keychain-auth list-pending
    asks_until 'length == 1' aws key
    [ -e "$pending.damaged" ]
    is "$(stat -c %a "$pending")" 600
}

@test "who is registered and asks for too much doesn't wait for approval" {
    keychain-auth register "$tool" --read git
    run -1 "$tool" aws key
    is "$(waiting .)" '[]'
}
