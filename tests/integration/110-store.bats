#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What was answered `success` is on the disk, whatever happens to the daemon; and what can't be
# understood is never overwritten.

load helpers

setup() {
    private_home
    store=$HOME/.keychain-auth
    python=$(readlink -f /usr/bin/python3)
}

teardown() {
    stop_daemon
}

# Writes one value after another until the daemon is gone: `sent N` before, `done N` once it
# was answered success. Number N goes to target N % 250, so that most of them overwrite.
writer() {
    "$python" - "$socket" "$1" <<'END'
import json, socket, sys
wire = socket.socket(socket.AF_UNIX)
try:
    wire.connect(sys.argv[1])
    lines = wire.makefile("rw")
    def ask(**message):
        print(json.dumps(message), file=lines, flush=True)
        return json.loads(lines.readline())
    nonce = ask(type="HELLO")["nonce"]
    number = int(sys.argv[2])
    while True:
        print("sent", number, flush=True)
        answer = ask(type="REQUEST", action="write", service="many", nonce=nonce,
                     targets=["t%d" % (number % 250)], values=["%d " % number * 50])
        if answer["status"] != "success":
            sys.exit("answered %s" % answer)
        print("done", number, flush=True)
        number += 1
except (OSError, ValueError):
    pass  # the daemon was killed
END
}

# Compares what the store holds (a prefix read on standard input) with what the writer saw: a
# target holds the last value that was done, or one that was sent after it.
compare() {
    "$python" -c '
import json, sys
held = {r["target"]: r["value"] for r in json.load(sys.stdin)["results"]}
allowed = {}
for line in open(sys.argv[1]):
    word, number = line.split()
    values = allowed.setdefault("t%d" % (int(number) % 250), [None])
    value = "%d " % int(number) * 50
    if word == "sent":
        values.append(value)
    else:
        values[:] = [value]
wrong = [t for t in allowed if held.get(t) not in allowed[t]]
sys.exit("lost or torn: %s" % wrong if wrong or set(held) - set(allowed) else 0)
' "$1"
}

@test "1,000 writes and at least 25 kill -9: all that was answered success is there" {
    local seen=$BATS_TEST_TMPDIR/seen kills=0 written=0
    start_daemon
    keychain-auth register "$python" --write many
    allow rawclient --read many --search
    : >"$seen"
    while [ "$written" -lt 1000 ] || [ "$kills" -lt 25 ]; do
        writer $((written + 1)) >>"$seen" 3>&- &
        sleep "0.$((RANDOM % 4))$((RANDOM % 10))" # chance is the point here
        kill -9 "$daemon_pid"
        wait "$daemon_pid" 2>/dev/null || true
        wait "$!"
        kills=$((kills + 1))
        written=$(sed -n 's/^done //p' "$seen" | tail -n 1)
        written=${written:-0}
        start_daemon
        raw -n < <(request read many '"match":"prefix","targets":[""]') | compare "$seen"
    done
    run -0 keychain-auth audit verify
    # A write that was done is in the record; not every record was carried out.
    [ "$(record '.action == "write" and .result == "success"' | wc -l)" -ge "$written" ]
    is "$(find "$store" -type f -printf '%f\n' | sort | tr '\n' ' ')" \
        ".lock keyring.json keyslots keyslots.lock " "nothing half written stays behind"
}

# read_one: the answer to a read of aws/key as "status reason value".
read_one() {
    raw -n < <(request read aws '"targets":["key"]') |
        jq -r '.status + " " + (.reason // "") + " " + (.results[0].value // "")'
}

@test "a keyring that is damaged under the daemon is refused, kept, and used again once mended" {
    start_daemon
    allow rawclient --read aws --write aws
    put aws key value
    cp -p "$store/keyring.json" "$BATS_TEST_TMPDIR/good"
    for how in 'head -c 0' 'head -c 100' 'sed s/sealed/healed/' 'tr { [' 'sed p'; do
        $how <"$BATS_TEST_TMPDIR/good" >"$store/keyring.json"
        cp "$store/keyring.json" "$BATS_TEST_TMPDIR/damaged"
        run -0 raw -n < <(
            request read aws '"targets":["key"]'
            request write aws '"targets":["key"],"values":["new"]'
        )
        for i in 0 1; do
            is "$(verdicts <<<"${lines[i]}")" "error store_unavailable" "$how"
            has "$(jq -r .message <<<"${lines[i]}")" "$store/keyring.json"
        done
        cmp "$store/keyring.json" "$BATS_TEST_TMPDIR/damaged"
        cp "$BATS_TEST_TMPDIR/good" "$store/keyring.json"
        is "$(read_one)" "success  value" "mended after: $how"
    done
}

@test "a sealed value that was exchanged for another one is refused" {
    start_daemon
    allow rawclient --read aws --write aws
    put aws key value
    put aws other 0ther
    cp -p "$store/keyring.json" "$BATS_TEST_TMPDIR/good"
    # Two lines of JSON change their sealed values.
    "$python" - "$store/keyring.json" <<'END'
import re, sys
text = open(sys.argv[1]).read()
one, two = re.findall(r'"sealed":"([^"]*)"', text)
open(sys.argv[1], "w").write(text.replace(one, "@").replace(two, one).replace("@", two))
END
    run -0 raw -n < <(request read aws '"targets":["key"]')
    is "$(verdicts <<<"$output")" "error store_unavailable"
    has "$(jq -r .message <<<"$output")" 'doesn'\''t decrypt'
    lacks "$output" 0ther
    cp "$BATS_TEST_TMPDIR/good" "$store/keyring.json"
    is "$(read_one)" "success  value"
}

@test "a keyring that disappears is an error and isn't begun anew" {
    start_daemon
    allow rawclient --read aws --write aws
    put aws key value
    mv "$store/keyring.json" "$store/away"
    run -0 raw -n < <(request write aws '"targets":["key"],"values":["new"]')
    is "$(verdicts <<<"$output")" "error store_unavailable"
    [ ! -e "$store/keyring.json" ]
    mv "$store/away" "$store/keyring.json"
    is "$(read_one)" "success  value"
}

@test "a keyring that others may read is refused until its mode is mended" {
    start_daemon
    allow rawclient --read aws --write aws
    put aws key value
    for mode in 0644 0640 0620 0602; do
        chmod "$mode" "$store/keyring.json"
        touch "$store/keyring.json"
        run -0 raw -n < <(
            request read aws '"targets":["key"]'
            request write aws '"targets":["key"],"values":["new"]'
        )
        is "$(verdicts <<<"${lines[0]}")" "error store_unavailable" "read, mode $mode"
        is "$(verdicts <<<"${lines[1]}")" "error store_unavailable" "write, mode $mode"
        has "$output" 'chmod 600'
        chmod 0600 "$store/keyring.json"
        is "$(read_one)" "success  value" "mended after $mode"
    done
}

# refuses_to_start PIECE…: and says each piece.
refuses_to_start() {
    run --separate-stderr keychain-auth start --foreground --store file
    [ "$status" -ne 0 ]
    for piece in "$@"; do
        has "$stderr" "$piece"
    done
}

@test "the daemon doesn't start over a damaged keyring or key, and overwrites neither" {
    start_daemon
    allow rawclient --read aws --write aws
    put aws key value
    stop_daemon
    for name in keyring.json keyslots; do
        cp -p "$store/$name" "$BATS_TEST_TMPDIR/good"
        printf 'x' | dd of="$store/$name" bs=1 seek=10 conv=notrunc status=none
        cp "$store/$name" "$BATS_TEST_TMPDIR/damaged"
        refuses_to_start "$store/$name" damaged
        cmp "$store/$name" "$BATS_TEST_TMPDIR/damaged"
        : >"$store/$name"
        refuses_to_start "$store/$name" damaged
        [ ! -s "$store/$name" ]
        cp "$BATS_TEST_TMPDIR/good" "$store/$name"
        chmod 0644 "$store/$name"
        refuses_to_start "$store/$name" 'chmod 600'
        chmod 0600 "$store/$name"
    done
    start_daemon
    is "$(read_one)" "success  value"
}

@test "a key that is gone isn't replaced while there is a keyring" {
    start_daemon
    allow rawclient --read aws --write aws
    put aws key value
    stop_daemon
    mv "$store/keyslots" "$BATS_TEST_TMPDIR/keyslots"
    refuses_to_start "$store/keyslots"
    [ ! -e "$store/keyslots" ]
    mv "$BATS_TEST_TMPDIR/keyslots" "$store/keyslots"
    start_daemon
    is "$(read_one)" "success  value"
}

@test "a second daemon with another socket can't have the same store" {
    start_daemon
    put aws key value
    mkdir -m 0700 "$BATS_TEST_TMPDIR/r2"
    XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/r2 refuses_to_start "$store" 'another daemon'
    keychain-auth status
    is "$(keychain-auth search aws)" key
}

@test "the store memory keeps nothing" {
    start_daemon
    stop_daemon
    keychain-auth start --foreground --store memory 3>&- </dev/null >>"$daemon_log" 2>&1 &
    daemon_pid=$!
    await daemon_is_decided
    allow rawclient --read aws --write aws
    run -0 raw -n < <(
        request write aws '"targets":["key"],"values":["value"]'
        request read aws '"targets":["key"]'
    )
    is "$(jq -r '.results[0].value' <<<"${lines[1]}")" value
    is "$(keychain-auth status --json | jq -r .store)" memory
    [ ! -e "$store/keyring.json" ]
    stop_daemon
    start_daemon
    is "$(read_one)" "error not_found "
}
