#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The wire, byte for byte: what docs/protocol.md promises to a client that isn't ours.

load helpers

setup() {
    private_home
    start_daemon
}

teardown() {
    stop_daemon
}

@test "write, read, search and delete: each answers as promised" {
    allow rawclient --read aws --write aws --search
    run -0 raw -n < <(
        request write aws '"targets":["b","a"],"values":["2","1"],"attributes":{"env":"x"}'
        request read aws '"targets":["b","none","a"]'
        request search aws
        request delete aws '"targets":["b"]'
        request read aws '"targets":["b"]'
        request search aws '"targets":["zzz"]'
    )
    is "$(jq -c '[.results[]? | [.target, .value]]' <<<"${lines[0]}")" \
        '[["b",null],["a",null]]'
    is "$(jq -c '[.results[] | [.target, .value, .attributes.env]]' <<<"${lines[1]}")" \
        '[["b","2","x"],["a","1","x"]]' "in the order that was asked, the absent left out"
    is "$(jq -c '[.results[] | [.target, .value, .attributes.env]]' <<<"${lines[2]}")" \
        '[["a",null,"x"],["b",null,"x"]]' "a search has no values"
    is "$(verdicts <<<"${lines[3]}")" success
    is "$(verdicts <<<"${lines[4]}")" "error not_found"
    is "$(jq -c '[.status, .results]' <<<"${lines[5]}")" '["success",[]]'
}

@test "prefix: read and delete take what begins so, and nothing else" {
    allow rawclient --read aws --write aws --search
    run -0 raw -n < <(
        request write aws '"targets":["prod-1","prod-2","test-1"],"values":["1","2","3"]'
        request read aws '"match":"prefix","targets":["prod-"]'
        request delete aws '"match":"prefix","targets":["prod-"]'
        request search aws
        request read aws '"match":"prefix","targets":["prod-"]'
    )
    is "$(jq -r '[.results[].value] | join(" ")' <<<"${lines[1]}")" "1 2"
    is "$(verdicts <<<"${lines[2]}")" success
    is "$(jq -r '[.results[].target] | join(" ")' <<<"${lines[3]}")" test-1
    is "$(jq -c '[.status, .results]' <<<"${lines[4]}")" '["success",[]]'
}

@test "without its nonce a request isn't carried out, and the answer brings it" {
    allow rawclient --read aws
    put aws key value
    run -0 raw <<<'{"type":"REQUEST","action":"read","service":"aws","targets":["key"]}'
    is "$(verdicts <<<"$output")" "error nonce_required"
    [[ $(jq -r .nonce <<<"$output") =~ ^[0-9a-f]{32}$ ]]
    lacks "$output" value
}

@test "the nonce of another connection is worth nothing" {
    allow rawclient --read aws
    put aws key value
    run -0 raw <<<'{"type":"HELLO"}'
    nonce=$(jq -r .nonce <<<"$output")
    run -0 raw < <(request read aws '"targets":["key"]' | sed "s/@NONCE@/$nonce/")
    is "$(verdicts <<<"$output")" "error nonce_required"
}

@test "read isn't write, delete or search, and aws isn't github" {
    allow rawclient --read aws
    put aws key value
    run -0 raw -n < <(
        request write aws '"targets":["key"],"values":["mine"]'
        request delete aws '"targets":["key"]'
        request search aws
        request read aws '"match":"prefix","targets":["k"]'
        request read github '"targets":["key"]'
        request read aws '"targets":["key"]'
    )
    is "$(verdicts <<<"$output" | tr '\n' ' ')" \
        "denied action_not_in_policy denied action_not_in_policy denied action_not_in_policy \
denied action_not_in_policy denied service_not_allowed success "
    is "$(jq -r '.results[0].value' <<<"${lines[5]}")" value
}

@test "one target that isn't allowed denies the whole request" {
    allow rawclient --read 'aws/prod-*'
    put aws prod-1 one
    put aws test-1 two
    run -0 raw -n < <(
        request read aws '"targets":["prod-1","test-1"]'
        request read aws '"targets":["prod-1"]'
    )
    is "$(verdicts <<<"${lines[0]}")" "denied service_not_allowed"
    lacks "${lines[0]}" one
    is "$(jq -r '.results[0].value' <<<"${lines[1]}")" one
}

@test "what isn't a request is malformed, and the connection goes on" {
    allow rawclient --read aws
    local bad=(
        'x' '[]' '{"type":"REQUEST"}' '{"type":"NONSENSE"}' '{"type":"REQUEST","type":"HELLO"}'
        '{"type":"REQUEST","action":"burn","service":"aws","targets":["a"]}'
        '{"type":"REQUEST","action":"read","service":"","targets":["a"]}'
        '{"type":"REQUEST","action":"read","service":"aws","targets":"a"}'
        '{"type":"REQUEST","action":"read","service":"aws","targets":["a\u0000b"]}'
        '{"type":"REQUEST","action":"write","service":"aws","targets":["a"],"values":[]}'
        '{"type":"REQUEST","action":"write","service":"s","match":"prefix","targets":[]}'
        '{"type":"REQUEST","action":"status"}'
    )
    run -0 raw < <(printf '%s\n' "${bad[@]}" '{"type":"HELLO","id":7}')
    is "${#lines[@]}" $((${#bad[@]} + 1))
    for ((i = 0; i < ${#bad[@]}; i++)); do
        is "$(verdicts <<<"${lines[i]}")" "error malformed_request" "${bad[i]}"
        [ -n "$(jq -r '.message // ""' <<<"${lines[i]}")" ]
    done
    is "$(jq -r .id <<<"${lines[-1]}")" 7
}

@test "a line over the limit is answered, and ends the connection" {
    run -0 raw -k < <(head -c 1100000 /dev/zero | tr '\0' x)
    is "$(verdicts <<<"${lines[0]}")" "error malformed_request"
    keychain-auth status
}

@test "unknown members are ignored and an id comes back" {
    allow rawclient --read aws
    put aws key value
    run -0 raw -n < <(request read aws '"targets":["key"],"colour":{"deep":[1]},"id":"a b"')
    is "$(jq -r '.id + " " + .results[0].value' <<<"$output")" "a b value"
}

@test "a value that isn't UTF-8 travels as base64" {
    allow rawclient --read aws
    printf '\377\000\376' | keychain-auth set aws bytes
    run -0 raw -n < <(
        request read aws '"targets":["bytes"]'
        request read aws '"targets":["bytes"],"encoding":"base64"'
    )
    is "$(jq -r .status <<<"${lines[0]}")" error
    is "$(jq -r '.results[0].value' <<<"${lines[1]}")" /wD+
    allow reader --read aws
    is "$(reader -n aws bytes | od -An -tx1 | tr -d ' ')" ff00fe
}

@test "stop and the rest of administration are for keychain-auth alone" {
    allow rawclient --read aws --write aws --search
    run -0 raw -n <<'END'
{"type":"ADMIN","action":"stop","nonce":"@NONCE@"}
{"type":"ADMIN","action":"write","service":"aws","targets":["a"],"values":["b"],"nonce":"@NONCE@"}
{"type":"ADMIN","action":"read","service":"aws","targets":["a"],"nonce":"@NONCE@"}
END
    is "$(verdicts <<<"${lines[0]}")" "denied caller_not_allowed"
    is "$(verdicts <<<"${lines[1]}")" "denied caller_not_allowed"
    lacks "$(verdicts <<<"${lines[2]}")" success
    daemon_is_alive
}

@test "a child that writes to its parent's connection has another identity" {
    allow python3 --read aws
    put aws key h1dden
    run -0 python3 - "$socket" <<'END'
import json, os, socket, sys
wire = socket.socket(socket.AF_UNIX)
wire.connect(sys.argv[1])
lines = wire.makefile("r")
wire.sendall(b'{"type":"HELLO"}\n')
request = {"type": "REQUEST", "action": "read", "service": "aws", "targets": ["key"]}
request["nonce"] = json.loads(lines.readline())["nonce"]
line = json.dumps(request).encode() + b"\n"
wire.sendall(line)
print(lines.readline().strip())
child = os.fork()
if child == 0:
    wire.sendall(line)
    os._exit(0)
os.waitpid(child, 0)
print(lines.readline().strip())
END
    is "$(jq -r '.results[0].value' <<<"${lines[0]}")" h1dden "the parent itself may read"
    is "$(verdicts <<<"${lines[1]}")" "denied identity_changed"
    lacks "${lines[1]}" h1dden
}

@test "config.json that others may write to denies everything until it is mended" {
    allow reader --read aws
    put aws key value
    run -0 reader aws key
    chmod 0666 "$config"
    run -1 --separate-stderr reader aws key
    has "$stderr" config.json
    chmod 0600 "$config"
    run -0 reader aws key
}

@test "without a record nothing is released" {
    allow reader --read aws
    put aws key value
    mv "$audit_log" "$audit_log.away"
    mkdir "$audit_log"
    run ! --separate-stderr reader aws key
    is "$output" ""
    rmdir "$audit_log"
    mv "$audit_log.away" "$audit_log"
    run -0 reader aws key
    run -0 keychain-auth audit verify
}
