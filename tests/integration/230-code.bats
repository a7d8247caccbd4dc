#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Code that isn't in the program's own file: what makes it as it runs, and libraries that aren't
# the administrator's. Refused, allowed by name, written down, and taken away again.

load helpers

setup() {
    private_home
    start_daemon
    forget_helpers
    put aws key value
}

teardown() {
    stop_daemon
}

# own_library: a library that belongs to the user.
own_library() {
    local system
    system=$(ldd "$(command -v jit)" | sed -n 's|.*=> \(/[^ ]*libc\.so[^ ]*\) .*|\1|p')
    cp "$(dirname "$system")/libutil.so.1" "$HOME/libown.so"
    printf '%s' "${1-}" >>"$HOME/libown.so"
}

@test "a program that makes code is refused until --jit, and the record says jit" {
    allow jit --read aws
    run -0 jit none aws key
    run -1 --separate-stderr jit make aws key
    is "$output" ""
    has "$stderr" "untrusted_process: "
    has "$stderr" "keychain-auth allow $(command -v jit) --jit"

    run -0 bash -c "$(suggested "$stderr")"
    run -0 jit make aws key
    is "$output" value
    is "$(record '.code == "jit"' | jq -r .result)" success
    run -0 jit none aws key
    is "$(record '.code == "jit"' | wc -l)" 1 "who makes no code isn't jit"

    run -0 keychain-auth revoke "$(command -v jit)" --jit
    run -1 jit make aws key
    run -0 jit none aws key
}

@test "node makes code" {
    command -v node >/dev/null || skip "node isn't installed"
    local node
    node=$(node -p 'process.execPath')
    keychain-auth register "$node" --read aws
    cat >"$HOME/read.js" <<'END'
const line = require('net').connect(process.env.socket);
let text = '';
line.write('{"type":"HELLO"}\n');
line.on('data', (piece) => {
    text += piece;
    if (!text.endsWith('\n')) return;
    const answer = JSON.parse(text);
    text = '';
    if (answer.type === 'HELLO') {
        line.write(JSON.stringify({type: 'REQUEST', action: 'read', service: 'aws',
            targets: ['key'], nonce: answer.nonce}) + '\n');
    } else {
        console.log(answer.reason || answer.results[0].value);
        line.end();
    }
});
END
    run -0 node "$HOME/read.js"
    is "$output" untrusted_process
    keychain-auth allow "$node" --jit
    run -0 node "$HOME/read.js"
    is "$output" value
}

@test "a library of the user's own is refused until --library, and only with those bytes" {
    own_library
    allow jit --read aws
    run -1 --separate-stderr jit "$HOME/libown.so" aws key
    has "$stderr" "untrusted_process: "
    has "$stderr" "--library $HOME/libown.so"

    run -0 bash -c "$(suggested "$stderr")"
    run -0 jit "$HOME/libown.so" aws key
    is "$output" value

    rm "$HOME/libown.so"
    own_library changed
    run -1 --separate-stderr jit "$HOME/libown.so" aws key
    has "$stderr" "--library $HOME/libown.so"
    keychain-auth allow "$(command -v jit)" --library "$HOME/libown.so"
    run -0 jit "$HOME/libown.so" aws key

    run -0 keychain-auth revoke "$(command -v jit)" --library "$HOME/libown.so"
    run -1 jit "$HOME/libown.so" aws key
    run -1 --separate-stderr keychain-auth revoke "$(command -v jit)" --library "$HOME/libown.so"
    has "$stderr" "has no library"
}

@test "list shows what an entry may run" {
    own_library
    allow jit --read aws --jit --library "$HOME/libown.so"
    run -0 keychain-auth list
    has "$output" " read aws jit"
    has "$output" "$HOME/libown.so"
    run -0 --separate-stderr keychain-auth list --json
    is "$(jq -r '.[0].jit' <<<"$output")" true
    is "$(jq -r '.[0].libraries[0].path' <<<"$output")" "$HOME/libown.so"
    is "$(jq -r '.[0].libraries[0].hash' <<<"$output")" \
        "$(sha256sum "$HOME/libown.so" | cut -d ' ' -f 1)"
    is "$(record '.action == "register"' | jq -r .message | tail -n 1)" \
        "read aws; jit; library $HOME/libown.so"
}

@test "a library whose file is gone can be taken away, and not be given" {
    own_library
    allow jit --read aws --library "$HOME/libown.so"
    rm "$HOME/libown.so"
    run -0 keychain-auth revoke "$(command -v jit)" --library "$HOME/libown.so"
    is "$(jq '.registered_binaries[0].libraries | length' "$config")" 0
    run -1 --separate-stderr keychain-auth allow "$(command -v jit)" --library "$HOME/libown.so"
    has "$stderr" "no such file"
}
