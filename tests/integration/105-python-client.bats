#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The client that docs/protocol.md prints, taken out of the page and run as it stands: the page
# is enough to write a client from.

load helpers

setup() {
    private_home
    python=$(readlink -f /usr/bin/python3)
    [ -x "$python" ] || skip "no /usr/bin/python3"
    client=$BATS_TEST_TMPDIR/client.py
    sed -n '/^```python$/,/^```$/p' ../docs/protocol.md | sed '/^```/d' >"$client"
    grep -q HELLO "$client"
    start_daemon
}

teardown() {
    stop_daemon
}

# ask JSON: what the page's client prints.
ask() {
    run -0 --separate-stderr "$python" "$client" "$1"
    is "$stderr" ""
    is "${#lines[@]}" 1
}

@test "before it is registered it is refused by name and waits for approval" {
    put aws prod-api-key h1dden
    ask '{"action":"read","service":"aws","targets":["prod-api-key"]}'
    is "$(jq -r '.type + " " + .status + " " + .reason' <<<"$output")" \
        "RESPONSE denied unregistered_binary"
    lacks "$output" h1dden
    run -0 keychain-auth list-pending --json
    is "$(jq -r length <<<"$output")" 1
    is "$(jq -r '.[0].path' <<<"$output")" "$python"
    is "$(jq -r '.[0].hash' <<<"$output")" "$(sha256sum <"$python" | cut -d' ' -f1)"
}

@test "registered with its rights it writes, reads, searches and deletes" {
    keychain-auth register "$python" --read aws --write aws --search
    ask '{"action":"write","service":"aws","targets":["a","ä"],"values":["1","zwei \u2713"]}'
    is "$(jq -r .status <<<"$output")" success
    ask '{"action":"read","service":"aws","targets":["ä","a"]}'
    is "$(jq -c '[.results[] | [.target, .value]]' <<<"$output")" '[["ä","zwei ✓"],["a","1"]]'
    ask '{"action":"search","service":"aws"}'
    is "$(jq -c '[.results[] | [.target, .value]]' <<<"$output")" '[["a",null],["ä",null]]'
    ask '{"action":"delete","service":"aws","targets":["a"]}'
    is "$(jq -r .status <<<"$output")" success
    ask '{"action":"read","service":"aws","targets":["a"]}'
    is "$(jq -r '.status + " " + .reason' <<<"$output")" "error not_found"
}

@test "registered to read it doesn't write, and not another service" {
    keychain-auth register "$python" --read aws
    put aws key value
    ask '{"action":"read","service":"aws","targets":["key"]}'
    is "$(jq -r '.results[0].value' <<<"$output")" value
    ask '{"action":"write","service":"aws","targets":["key"],"values":["other"]}'
    is "$(jq -r '.status + " " + .reason' <<<"$output")" "denied action_not_in_policy"
    ask '{"action":"read","service":"github","targets":["key"]}'
    is "$(jq -r '.status + " " + .reason' <<<"$output")" "denied service_not_allowed"
}
