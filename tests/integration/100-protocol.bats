#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# docs/protocol.md, sentence by sentence: what 100-road.bats doesn't walk through already, and
# every class of bad input.

load helpers

setup() {
    private_home
    start_daemon
    wrong=() # lines that are malformed …
    why=()   # … and a piece of what the daemon says about each
}

teardown() {
    stop_daemon
}

# bad PIECE LINE: a row for refuses_all.
bad() {
    why+=("$1")
    wrong+=("$2")
}

# bad_read PIECE MEMBERS: a read whose remaining members are wrong.
bad_read() {
    bad "$1" "{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"aws\",$2}"
}

bad_write() {
    bad "$1" "{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"aws\",$2}"
}

# Each row is refused for its reason, and the connection still answers behind all of them.
refuses_all() {
    run -0 raw < <(printf '%s\n' "${wrong[@]}" '{"type":"HELLO","id":"the last"}')
    is "${#lines[@]}" $((${#wrong[@]} + 1))
    for ((i = 0; i < ${#wrong[@]}; i++)); do
        is "$(verdicts <<<"${lines[i]}")" "error malformed_request" "${wrong[i]:0:200}"
        has "$(jq -r .message <<<"${lines[i]}")" "${why[i]}"
    done
    is "$(jq -r '.type + " " + .id' <<<"${lines[-1]}")" "HELLO the last"
}

# strings COUNT: a JSON array of so many different names.
strings() {
    jq -nc "[range($1) | \"t\" + tostring]"
}

@test "an id is echoed as it came, also with a denial and a refusal" {
    run -0 raw <<'END'
{"type":"HELLO","id":-9007199254740993}
{"type":"HELLO","id":"\u00e4 \"quoted\""}
{"type":"REQUEST","action":"read","service":"aws","targets":["a"],"id":""}
{"type":"REQUEST","action":"burn","id":"bad one"}
END
    has "${lines[0]}" '"id":-9007199254740993'
    is "$(jq -r .id <<<"${lines[1]}")" 'ä "quoted"'
    is "$(jq -c '[.status, .id]' <<<"${lines[2]}")" '["denied",""]'
    is "$(jq -c '[.reason, .id]' <<<"${lines[3]}")" '["malformed_request","bad one"]'
}

@test "a batch of 1,024 is written whole and read back in the order that was asked" {
    allow rawclient --read aws --write aws
    names=$(strings 1024)
    backwards=$(jq -c reverse <<<"$names")
    run -0 raw -n < <(
        request write aws "\"targets\":$names,\"values\":$names"
        request read aws "\"targets\":$backwards"
    )
    is "$(jq -c '[.results[].target]' <<<"${lines[0]}")" "$names"
    is "$(jq -c '[.results[].value]' <<<"${lines[1]}")" "$backwards"
}

@test "a prefix read answers in bytewise order, each item once, however the prefixes overlap" {
    allow rawclient --read aws --write aws --search
    run -0 raw -n < <(
        request write aws '"targets":["b","ab","ä","a","A"],"values":["1","2","3","4","5"]'
        request read aws '"match":"prefix","targets":[""]'
        request read aws '"match":"prefix","targets":["a","ab","A","zzz"]'
    )
    is "$(jq -r '[.results[].target] | join(" ")' <<<"${lines[1]}")" "A a ab b ä"
    is "$(jq -r '[.results[].target] | join(" ")' <<<"${lines[2]}")" "a ab A"
}

@test "attributes are stored by write and all of them must match elsewhere" {
    allow rawclient --read aws --write aws --search
    run -0 raw -n < <(
        request write aws '"targets":["a"],"values":["1"],"attributes":{"env":"x","of":"me"}'
        request write aws '"targets":["b"],"values":["2"],"attributes":{"env":"x"}'
        request search aws '"attributes":{"env":"x","of":"me"}'
        request search aws '"attributes":{"env":"x"}'
        request search aws '"attributes":{"env":"y"}'
        request read aws '"targets":["a","b"],"attributes":{"of":"me"}'
        request read aws '"targets":["b"],"attributes":{"of":"me"}'
        request delete aws '"match":"prefix","targets":[""],"attributes":{"of":"me"}'
        request write aws '"targets":["b"],"values":["3"]'
        request read aws '"match":"prefix","targets":[""]'
    )
    is "$(jq -r '[.results[].target] | join(" ")' <<<"${lines[2]}")" a
    is "$(jq -r '[.results[].target] | join(" ")' <<<"${lines[3]}")" "a b"
    is "$(jq -c '[.status, .results]' <<<"${lines[4]}")" '["success",[]]'
    is "$(jq -r '[.results[].value] | join(" ")' <<<"${lines[5]}")" 1
    is "$(verdicts <<<"${lines[6]}")" "error not_found"
    is "$(jq -r '[.results[].target] | join(" ")' <<<"${lines[7]}")" a
    is "$(jq -c '[.results[] | [.target, .value, .attributes]]' <<<"${lines[9]}")" \
        '[["b","3",null]]' "a write replaces the attributes, too"
}

@test "grants tells a program its own rights, and is no line of the record" {
    run -0 raw -n <<<'{"type":"REQUEST","action":"grants","nonce":"@NONCE@"}'
    is "$(verdicts <<<"${lines[0]}")" "denied unregistered_binary"
    run -0 keychain-auth list-pending
    lacks "$output" rawclient "it is what comes after that shows what it wants"
    allow rawclient --read 'aws,git/x*' --write aws --search
    run -0 raw -n <<<'{"type":"REQUEST","action":"grants","nonce":"@NONCE@"}'
    is "$(jq -c '[.results[] | [.target, (.attributes | keys | join(" "))]]' <<<"${lines[0]}")" \
        '[["aws","read search write"],["git/x*","read search"]]'
    is "$(record '.action == "grants" and .result == "success"')" ""
    run -0 raw -n <<<'{"type":"REQUEST","action":"grants","service":"aws","nonce":"@NONCE@"}'
    is "$(verdicts <<<"${lines[0]}")" "error malformed_request"
}

@test "what isn't there is left out, and not_found is for exact requests that find nothing" {
    allow rawclient --read aws,github --write aws --search
    run -0 raw -n < <(
        request write aws '"targets":["a"],"values":["1"]'
        request read aws '"targets":["no","a","neither"]'
        request delete aws '"targets":["no","a","a"]'
        request delete aws '"targets":["a"]'
        request read github '"targets":["a"]'
        request read aws '"match":"prefix","targets":["a"]'
        request delete aws '"match":"prefix","targets":["a"]'
        request search aws '"targets":["a"]'
    )
    is "$(jq -r '[.results[].target] | join(" ")' <<<"${lines[1]}")" a
    is "$(verdicts <<<"${lines[2]}")" success
    is "$(verdicts <<<"${lines[3]}")" "error not_found"
    is "$(verdicts <<<"${lines[4]}")" "error not_found"
    for i in 5 6 7; do
        is "$(jq -c '[.status, .results]' <<<"${lines[i]}")" '["success",[]]'
    done
}

@test "service and target are separate keys" {
    allow rawclient --read a,a:b --write a,a:b
    run -0 raw -n < <(
        request write a '"targets":["b:c"],"values":["one"]'
        request write a:b '"targets":["c"],"values":["other"]'
        request read a '"targets":["b:c"]'
        request read a:b '"targets":["c"]'
    )
    is "$(jq -r '.results[0].value' <<<"${lines[2]}")" one
    is "$(jq -r '.results[0].value' <<<"${lines[3]}")" other
}

@test "a value keeps its NUL, its line ends and its emptiness" {
    allow rawclient --read aws --write aws
    allow reader --read aws
    run -0 raw -n < <(
        request write aws '"targets":["nul","lines","none"],"values":["a\u0000b","1\r\n2\n",""]'
        request read aws '"targets":["nul","lines","none"]'
    )
    is "$(jq -c '[.results[].value]' <<<"${lines[1]}")" '["a\u0000b","1\r\n2\n",""]'
    is "$(reader -n aws nul | od -An -tx1 | tr -d ' ')" 610062
}

@test "base64 holds for every value of the request and of the answer" {
    allow rawclient --read aws --write aws
    run -0 raw -n < <(
        request write aws '"targets":["a","b"],"values":["/wD+","aGk="],"encoding":"base64"'
        request read aws '"targets":["a","b"],"encoding":"base64"'
        request read aws '"targets":["b"]'
    )
    is "$(jq -c '[.encoding, .results[].value]' <<<"${lines[1]}")" '["base64","/wD+","aGk="]'
    is "$(jq -c '[.encoding, .results[].value]' <<<"${lines[2]}")" '[null,"hi"]'
}

@test "a wrong nonce is answered with the right one, and the repeated request is carried out" {
    allow rawclient --read aws --write aws
    put aws key kept
    zeros=$(printf '%032d' 0)
    run -0 raw -n < <(
        request write aws '"targets":["key"],"values":["changed"]' | sed "s/@NONCE@/$zeros/"
        request read aws '"targets":["key"]'
        request write aws '"targets":["key"],"values":["changed"]'
        request read aws '"targets":["key"]'
    )
    is "$(verdicts <<<"${lines[0]}")" "error nonce_required"
    [[ $(jq -r .nonce <<<"${lines[0]}") =~ ^[0-9a-f]{32}$ ]]
    [ "$(jq -r .nonce <<<"${lines[0]}")" != "$zeros" ]
    is "$(jq -r '.results[0].value' <<<"${lines[1]}")" kept
    is "$(verdicts <<<"${lines[2]}")" success
    is "$(jq -r '.results[0].value' <<<"${lines[3]}")" changed
    is "$(record '.event == "request" and .action == "write"' | grep -c rawclient)" 1
}

@test "two connections never have the same nonce" {
    run -0 raw <<<'{"type":"HELLO"}'
    first=$(jq -r .nonce <<<"$output")
    run -0 raw < <(printf '%s\n' '{"type":"HELLO"}' '{"type":"HELLO"}')
    [ "$(jq -r .nonce <<<"${lines[0]}")" != "$first" ]
    is "$(jq -r .nonce <<<"${lines[1]}")" "$(jq -r .nonce <<<"${lines[0]}")" "one a connection"
}

@test "500 requests sent at once are answered in order, although the sender has finished" {
    allow rawclient --read aws
    put aws key value
    run -0 raw -n < <(
        for ((i = 0; i < 500; i++)); do
            request read aws "\"targets\":[\"key\"],\"id\":$i"
        done
    )
    is "$(jq -r 'select(.results[0].value == "value") | .id' <<<"$output")" "$(seq 0 499)"
}

@test "a last line without its newline is not a request" {
    allow rawclient --write aws
    run -0 raw -n < <(request write aws '"targets":["half"],"values":["x"]' | tr -d '\n')
    is "$output" ""
    is "$(record '.target == "half"')" ""
}

@test "what isn't JSON is refused with the reason" {
    bad "the line ends too early" ''
    bad "the line ends too early" '{"type":"HELLO"'
    bad "syntax error" '{type:"HELLO"}'
    bad "syntax error" "{'type':'HELLO'}"
    bad "something follows" '{"type":"HELLO"} {"type":"HELLO"}'
    bad "isn't a JSON object" '[{"type":"HELLO"}]'
    bad "duplicate object key" '{"type":"HELLO","a":1,"a":1}'
    bad "duplicate object key" '{"type":"HELLO","a":{"b":[{"c":1,"c":2}]}}'
    bad "invalid UTF-8" $'{"type":"HELLO","a":"\xff"}'
    bad "invalid UTF-8" $'{"type":"HELLO","a":"\xc0\x80"}'
    bad "invalid UTF-8" $'{"type":"HELLO","a":"\xed\xa0\x80"}'
    bad "NUL in an object key" '{"type":"HELLO","a\u0000b":1}'
    bad "a number is out of range" '{"type":"HELLO","a":99999999999999999999}'
    bad "nested too deeply" "$(xs 10000 | tr x '[')"
    deep=$(xs 10000 | tr x '[')$(xs 10000 | tr x ']')
    bad "nested too deeply" "{\"type\":\"HELLO\",\"a\":$deep}"
    refuses_all
}

@test "a byte 0 in a line doesn't hide what stands behind it" {
    run -0 raw < <(printf '{"type":"HELLO"}\0{"type":"HELLO"}\n{"type":"HELLO"}\n')
    is "$(verdicts <<<"${lines[0]}")" "error malformed_request"
    is "$(jq -r .type <<<"${lines[1]}")" HELLO
}

@test "what is missing, of a wrong type or unknown is refused by its name" {
    bad '"type" is missing' '{}'
    bad '"type" must be a string' '{"type":1}'
    bad '"type" can'\''t be "hello"' '{"type":"hello"}'
    bad '"action" is missing' '{"type":"REQUEST"}'
    bad '"action" can'\''t be "burn"' '{"type":"REQUEST","action":"burn","service":"aws"}'
    bad '"action" can'\''t be "stop"' '{"type":"REQUEST","action":"stop"}'
    bad '"action" must be a string' '{"type":"REQUEST","action":null}'
    bad '"service" is missing' '{"type":"REQUEST","action":"read","targets":["a"]}'
    bad '"service" must be a string' '{"type":"REQUEST","action":"read","service":["aws"]}'
    bad '"service" is empty' '{"type":"REQUEST","action":"read","service":"","targets":["a"]}'
    bad_read '"targets" must have at least one entry' '"x":1'
    bad_read '"targets" must have at least one entry' '"targets":[]'
    bad_read '"targets" must be an array' '"targets":"a"'
    bad_read 'targets[1] must be a string' '"targets":["a",1]'
    bad_read 'targets[1] is empty' '"targets":["a",""]'
    bad_read '"match" can'\''t be "glob"' '"targets":["a"],"match":"glob"'
    bad_read '"match" must be a string' '"targets":["a"],"match":true'
    bad_read '"values" is for "write" only' '"targets":["a"],"values":["b"]'
    bad_read '"attributes" must be an object of strings' '"targets":["a"],"attributes":[]'
    bad_read '"attributes" must be an object of strings' '"targets":["a"],"attributes":{"b":1}'
    bad_read '"encoding" can'\''t be "hex"' '"targets":["a"],"encoding":"hex"'
    bad_read '"nonce" must be 32 lower-case hex digits' '"targets":["a"],"nonce":"0"'
    bad_read '"nonce" must be 32 lower-case hex digits' "\"targets\":[\"a\"],\"nonce\":\"$(xs 32)\""
    bad_read '"id" must be a string or an integer' '"targets":["a"],"id":1.5'
    bad_read '"id" must be a string or an integer' '"targets":["a"],"id":null'
    refuses_all
}

@test "a write says as many values as targets, and no prefix" {
    bad_write '"values" has 1 entries, but "targets" has 2' '"targets":["a","b"],"values":["1"]'
    bad_write '"values" has 2 entries, but "targets" has 1' '"targets":["a"],"values":["1","2"]'
    bad_write '"values" has 0 entries, but "targets" has 1' '"targets":["a"]'
    bad_write '"targets" must have at least one entry' '"targets":[],"values":[]'
    bad_write '"values" must be an array' '"targets":["a"],"values":"1"'
    bad_write 'values[0] must be a string' '"targets":["a"],"values":[{"h1dden":1}]'
    bad_write 'values[0] isn'\''t base64' '"targets":["a"],"values":["h1dden"],"encoding":"base64"'
    bad_write '"write" can'\''t have "match":"prefix"' \
        '"targets":["a"],"values":["1"],"match":"prefix"'
    refuses_all
    lacks "$output" h1dden
    lacks "$(cat "$daemon_log" "$audit_log")" h1dden
}

@test "a name with a control character is refused" {
    for name in 'a\u0000b' 'a\nb' 'a\u001bb' 'a\u007fb'; do
        bad_read 'targets[0] holds a control character' "\"targets\":[\"$name\"]"
        bad '"service" holds a control character' \
            "{\"type\":\"REQUEST\",\"action\":\"search\",\"service\":\"$name\"}"
    done
    bad_read 'an attribute holds a NUL' '"targets":["a"],"attributes":{"b":"\u0000"}'
    bad_read "an attribute's name is empty" '"targets":["a"],"attributes":{"":"b"}'
    bad_read '"id" holds a NUL' '"targets":["a"],"id":"\u0000"'
    refuses_all
}

@test "one over a limit is refused, and the sentence tells the limit and the value" {
    bad '"service" has 256 bytes; the limit is 255' \
        "{\"type\":\"REQUEST\",\"action\":\"search\",\"service\":\"$(xs 256)\"}"
    bad_read 'targets[0] has 1025 bytes; the limit is 1024' "\"targets\":[\"$(xs 1025)\"]"
    bad_read '"targets" has 1025 entries; the limit is 1024' "\"targets\":$(strings 1025)"
    bad_write 'values[1] has 65537 bytes; the limit is 65536' \
        "\"targets\":[\"a\",\"b\"],\"values\":[\"\",\"$(xs 65537)\"]"
    bad_read '"attributes" has 65 entries; the limit is 64' \
        "\"targets\":[\"a\"],\"attributes\":$(jq -c 'map({(.): .}) | add' <<<"$(strings 65)")"
    bad_read "an attribute's name has 256 bytes; the limit is 255" \
        "\"targets\":[\"a\"],\"attributes\":{\"$(xs 256)\":\"\"}"
    bad_read 'an attribute has 4097 bytes; the limit is 4096' \
        "\"targets\":[\"a\"],\"attributes\":{\"a\":\"$(xs 4097)\"}"
    bad_read '"id" has 256 bytes; the limit is 255' "\"targets\":[\"a\"],\"id\":\"$(xs 256)\""
    refuses_all
}

@test "what is just at every limit is carried out" {
    service=$(xs 255)
    target=$(xs 1024)
    attributes=$(jq -c 'map({(.): .}) | add' <<<"$(strings 63)" |
        sed "s/}\$/,\"$(xs 255)\":\"$(xs 4096)\"}/")
    allow rawclient --read "$service" --write "$service"
    run -0 raw -n < <(
        request write "$service" \
            "\"targets\":[\"$target\"],\"values\":[\"$(xs 65536)\"],\"attributes\":$attributes"
        request read "$service" "\"targets\":[\"$target\"],\"id\":\"$(xs 255)\""
    )
    is "$(jq -r '.results[0].value | length' <<<"${lines[1]}")" 65536
    is "$(jq -r '.results[0].attributes | length' <<<"${lines[1]}")" 64
    is "$(jq -r '.results[0].target' <<<"${lines[1]}")" "$target"
}

# hello_of BYTES: a HELLO whose line has exactly so many, newline included.
hello_of() {
    printf '{"type":"HELLO","a":"%s"}\n' "$(xs $(($1 - 24)))"
}

@test "a line of 1 MiB is read; one byte more is refused with the limit and ends the connection" {
    is "$(hello_of 1048576 | wc -c)" 1048576
    run -0 raw < <(hello_of 1048576)
    is "$(jq -r .type <<<"$output")" HELLO
    run -0 raw -k < <(
        hello_of 1048577
        echo '{"type":"HELLO"}'
    )
    is "${#lines[@]}" 1 "nothing behind such a line is answered"
    is "$(verdicts <<<"${lines[0]}")" "error malformed_request"
    has "$(jq -r .message <<<"${lines[0]}")" "longer than 1048576 bytes"
}

@test "an answer over 4 MiB releases nothing and says the limit" {
    allow rawclient --read aws --write aws --search
    big=$(xs 65536)
    for first in 100 140; do
        run -0 raw -n < <(
            for ((i = first; i < first + 40; i++)); do
                request write aws "\"targets\":[\"t$i\"],\"values\":[\"$big\"]"
            done
        )
        is "$(verdicts <<<"$output" | sort | uniq -c | tr -s ' ')" " 40 success"
    done
    run -0 raw -n < <(request read aws '"match":"prefix","targets":[""]')
    is "$(verdicts <<<"$output")" "error malformed_request"
    has "$output" "larger than 4194304 bytes"
    lacks "$output" xxxx
    run -0 raw -n < <(request read aws '"match":"prefix","targets":["t10"]')
    is "$(jq -r '.results | length' <<<"$output")" 10
}
