#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The clients in docs/clients/, as they stand there: what they read and write, what they say when
# the answer is no, and that they don't talk to a stranger's socket.

load helpers

setup() {
    private_home
    python=$(readlink -f /usr/bin/python3)
    node=$(readlink -f "$(command -v node)") || true
    export PYTHONPATH=$PWD/../docs/clients/python PYTHONDONTWRITEBYTECODE=1
    cat >"$BATS_TEST_TMPDIR/py.py" <<'END'
import json, sys
import keychain_auth

try:
    with keychain_auth.Client(timeout=10) as client:
        for words in map(json.loads, sys.argv[1:]):
            print(json.dumps(getattr(client, words[0])(*words[1:])))
except keychain_auth.Error as error:
    print(error.status, error.reason, error)
except OSError as error:
    print("no daemon", error.strerror)
END
    cat >"$BATS_TEST_TMPDIR/node.mjs" <<END
import { connect, KeychainAuthError } from "$PWD/../docs/clients/node/keychain-auth.js";

let client;
try {
    client = await connect({ timeout: 10000 });
    for (const [word, ...rest] of process.argv.slice(2).map((one) => JSON.parse(one))) {
        console.log(JSON.stringify((await client[word](...rest)) ?? null));
    }
} catch (error) {
    if (!(error instanceof KeychainAuthError)) {
        throw error;
    }
    console.log(error.status, error.reason, error.message);
} finally {
    client?.close();
}
END
    start_daemon
}

teardown() {
    stop_daemon
}

py() {
    run -0 --separate-stderr timeout 60 "$python" "$BATS_TEST_TMPDIR/py.py" "$@"
    is "$stderr" ""
}

js() {
    run -0 --separate-stderr timeout 60 "$node" "$BATS_TEST_TMPDIR/node.mjs" "$@"
    is "$stderr" ""
}

need_node() {
    [ -n "$node" ] || skip "node is missing"
}

# works CLIENT: registered with its rights, it writes, reads and asks in its own words.
works() {
    "$1" '["write","aws","ä key","zwei ✓",{"environment":"prod"}]' '["read","aws","ä key"]'
    is "${lines[0]}" null
    is "$(jq -r . <<<"${lines[1]}")" "zwei ✓"
    is "$(keychain-auth search aws --json | jq -r '.[0].attributes.environment')" prod
    "$1" '["read","aws","none"]'
    has "$output" "error not_found"
    "$1" '["read","github","token"]'
    has "$output" "denied service_not_allowed"
}

# large CLIENT: an answer that comes in many pieces.
large() {
    for i in $(seq 8); do
        xs 60000 | keychain-auth set aws "big $i"
    done
    "$1" '["read","aws","big 8"]' '["read","aws","big 1"]'
    is "$(jq -r . <<<"${lines[0]}" | tr -d '\n' | wc -c)" 60000
}

@test "python: denied before it is registered, then it reads and writes" {
    py '["read","aws","key"]'
    has "$output" "denied unregistered_binary"
    keychain-auth register "$python" --read aws --write aws
    works py
    large py
}

@test "python: without a daemon it says so" {
    stop_daemon
    py '["read","aws","key"]'
    has "$output" "no daemon"
}

@test "node: denied before it is registered, then it reads and writes" {
    need_node
    js '["read","aws","key"]'
    has "$output" "denied"
    keychain-auth register "$node" --jit --read aws --write aws
    works js
    large js
}

@test "node: without a daemon, or with a socket that isn't the user's alone, it says so" {
    need_node
    stop_daemon
    js '["read","aws","key"]'
    has "$output" "no daemon at"
    mkdir -m 0777 "$BATS_TEST_TMPDIR/open"
    chmod 0777 "$BATS_TEST_TMPDIR/open"
    export KEYCHAIN_AUTH_SOCKET=$BATS_TEST_TMPDIR/open/agent.sock
    "$python" -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' \
        "$KEYCHAIN_AUTH_SOCKET"
    js '["read","aws","key"]'
    has "$output" "isn't this user's own"
}
