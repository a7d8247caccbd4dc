#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Another user of the same machine. Two users are needed, so this suite keeps root's rights (the
# runner reads this line): runs as root
# The daemon is an ordinary user's, as everywhere else.

load helpers

setup() {
    [ "$(id -u)" -eq 0 ] || skip "only root can be two users"
    private_home
    owner=$KC_TEST_UID
    stranger=$((owner + 1))
    # Nothing but the directory of the socket keeps the stranger out.
    local directory=$BATS_TEST_TMPDIR
    while [ "$directory" != / ] && [ -O "$directory" ]; do
        chmod a+x "$directory"
        directory=$(dirname "$directory")
    done
    touch "$daemon_log"
    chown -R "$owner:$owner" "$HOME" "$XDG_RUNTIME_DIR" "$daemon_log"
    # Not through as(): its process would be a shell, and the signal at the end is for the daemon.
    setpriv "--reuid=$owner" "--regid=$owner" --clear-groups --inh-caps=-all \
        keychain-auth start --foreground --store file 3>&- </dev/null >>"$daemon_log" 2>&1 &
    adopt $!
    await as "$owner" keychain-auth status
    as "$owner" keychain-auth set aws key <<<h1dden
    as "$owner" keychain-auth register "$(command -v rawclient)" --read aws
}

teardown() {
    stop_daemon
    # What the two left is theirs, and it is the runner that looks for it.
    rm -rf "$BATS_TEST_TMPDIR"
}

# as UID COMMAND…
as() {
    setpriv "--reuid=$1" "--regid=$1" --clear-groups --inh-caps=-all -- "${@:2}"
}

# open_doors: what the owner might do by mistake: everybody may connect.
open_doors() {
    chmod 0755 "$XDG_RUNTIME_DIR" "$(dirname "$socket")"
    chmod 0666 "$socket"
}

@test "the directory keeps another user out" {
    request read aws '"targets":["key"]' >"$BATS_TEST_TMPDIR/line"
    run -0 as "$owner" rawclient -n "$socket" <"$BATS_TEST_TMPDIR/line"
    is "$(jq -r '.results[0].value' <<<"$output")" h1dden "its owner may"
    run -1 as "$stranger" rawclient -n "$socket" <"$BATS_TEST_TMPDIR/line"
    lacks "$output" h1dden
    chmod 0755 "$XDG_RUNTIME_DIR"
    run -1 as "$stranger" rawclient -n "$socket" <"$BATS_TEST_TMPDIR/line"
    run ! as "$stranger" ls "$(dirname "$socket")"
    lacks "$(cat "$daemon_log")" "another user"
}

@test "with all doors open, the kernel's word still keeps another user out" {
    open_doors
    request read aws '"targets":["key"]' >"$BATS_TEST_TMPDIR/line"
    run as "$stranger" rawclient "$socket" <"$BATS_TEST_TMPDIR/line"
    is "$output" "" "not one byte"
    await grep -q "another user's process connected" "$daemon_log"
    run as "$stranger" rawclient "$socket" <<<'{"type":"HELLO"}'
    is "$output" "" "not even a nonce"
    run as "$stranger" rawclient "$socket" <<<'{"type":"ADMIN","action":"stop"}'
    is "$output" ""
    run -0 as "$owner" rawclient -n "$socket" <"$BATS_TEST_TMPDIR/line"
    is "$(jq -r '.results[0].value' <<<"$output")" h1dden "the daemon serves its owner on"
}

@test "another user's client sends nothing to a daemon that isn't its own" {
    open_doors
    run -4 --separate-stderr as "$stranger" kcget --socket "$socket" aws key
    is "$output" ""
    has "$stderr" "$socket"
}

@test "a process of another user that was handed the connection is turned away" {
    as "$owner" keychain-auth register "$(command -v python3)" --read aws 2>/dev/null
    mkdir "$BATS_TEST_TMPDIR/door"
    chmod 0777 "$BATS_TEST_TMPDIR/door"
    as "$stranger" python3 - "$BATS_TEST_TMPDIR/door/bell" 3>&- <<'END' &
import os, socket, sys
bell = socket.socket(socket.AF_UNIX)
bell.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
bell.settimeout(30)
bell.listen()
visitor = bell.accept()[0]
line, handed, _, _ = socket.recv_fds(visitor, 4096, 1)
os.write(handed[0], line)
visitor.sendall(b"sent")
END
    local thief=$!
    await test -S "$BATS_TEST_TMPDIR/door/bell"
    run -0 as "$owner" python3 - "$socket" "$BATS_TEST_TMPDIR/door/bell" <<'END'
import json, socket, sys, time
wire = socket.socket(socket.AF_UNIX)
wire.connect(sys.argv[1])
lines = wire.makefile("r")
wire.sendall(b'{"type":"HELLO"}\n')
request = {"type": "REQUEST", "action": "read", "service": "aws", "targets": ["key"]}
request["nonce"] = json.loads(lines.readline())["nonce"]
line = json.dumps(request).encode() + b"\n"
wire.sendall(line)
print(lines.readline().strip())
bell = socket.socket(socket.AF_UNIX)
for attempt in range(100):
    try:
        bell.connect(sys.argv[2])
        break
    except OSError:
        time.sleep(0.05)
socket.send_fds(bell, [line], [wire.fileno()])
bell.recv(16)
print(lines.readline().strip())
END
    wait "$thief"
    is "$(jq -r '.results[0].value' <<<"${lines[0]}")" h1dden "its owner may"
    is "$(verdicts <<<"${lines[1]}")" "denied identity_changed"
    lacks "${lines[1]}" h1dden
}

@test "config.json of another user denies everything" {
    run -0 as "$owner" rawclient -n "$socket" < <(request read aws '"targets":["key"]')
    is "$(jq -r '.results[0].value' <<<"$output")" h1dden
    chown "$stranger" "$config"
    run -0 as "$owner" rawclient -n "$socket" < <(request read aws '"targets":["key"]')
    is "$(verdicts <<<"$output")" "denied action_not_in_policy"
    has "$output" config.json
    chown "$owner" "$config"
    run -0 as "$owner" rawclient -n "$socket" < <(request read aws '"targets":["key"]')
    is "$(jq -r '.results[0].value' <<<"$output")" h1dden
}

@test "a socket directory of another user is refused" {
    mkdir -m 0700 "$BATS_TEST_TMPDIR/theirs"
    chown "$stranger" "$BATS_TEST_TMPDIR/theirs"
    run -4 --separate-stderr as "$owner" timeout 20 keychain-auth start --foreground \
        --store file --socket "$BATS_TEST_TMPDIR/theirs/agent.sock"
    has "$stderr" "mode 0700"
    chmod 0777 "$BATS_TEST_TMPDIR/theirs"
    run -4 as "$owner" timeout 20 keychain-auth start --foreground \
        --store file --socket "$BATS_TEST_TMPDIR/theirs/agent.sock"
}
