#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is left in the daemon's memory: nothing of key, passphrase and values once it is locked.
# Only root may look there: runs as root

load helpers

setup() {
    [ "$(id -u)" -eq 0 ] || skip "only root may look into the daemon's memory"
    private_home
    slots=$HOME/.keychain-auth/keyslots
    start_daemon
}

teardown() {
    stop_daemon
}

# found HEX…: which of these byte strings stand in the daemon's memory. What a sanitizer reserves
# is larger than any memory, and passed over.
found() {
    python3 - "$daemon_pid" "$@" <<'END'
import sys
pid, wanted = sys.argv[1], [bytes.fromhex(word) for word in sys.argv[2:]]
found = set()
with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
    for line in maps:
        fields = line.split()
        start, end = (int(word, 16) for word in fields[0].split("-"))
        if "r" not in fields[1] or end - start > 1 << 30:
            continue
        overlap = b""
        while start < end:
            try:
                memory.seek(start)
                piece = memory.read(min(1 << 20, end - start))
            except (OSError, ValueError):
                break
            if not piece:
                break
            text = overlap + piece
            found |= {word for word in wanted if word in text}
            overlap = text[-64:]
            start += len(piece)
print(" ".join(sorted(word.hex() for word in found)))
END
}

hex() {
    od -An -v -tx1 | tr -d ' \n'
}

@test "after lock neither key nor passphrase nor a value that was handed out is in memory" {
    value="marker-$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')"
    passphrase="words-$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')"
    key=$(sed -n 's/^slot [0-9]* keyfile //p' "$slots" | base64 -d | hex)
    text=$(sed -n 's/^slot [0-9]* keyfile //p' "$slots" | tr -d '\n' | hex)
    value_hex=$(printf %s "$value" | hex)
    passphrase_hex=$(printf %s "$passphrase" | hex)
    allow reader --read aws
    put aws key "$value"
    is "$(found "$key")" "$key" "the search finds what is there"
    with "$passphrase" keychain-auth passphrase set
    for _ in 1 2 3 4 5; do
        is "$(reader aws key)" "$value"
    done
    is "$(found "$key" "$text" "$passphrase_hex")" "$key" "unlocked: the key, and nothing else"
    keychain-auth lock
    is "$(found "$key" "$text" "$value_hex" "$passphrase_hex")" "" "locked"
    with "$passphrase" keychain-auth unlock
    is "$(reader aws key)" "$value"
    with "$passphrase"$'\nanother passphrase' keychain-auth passphrase change
    with 'another passphrase' keychain-auth search aws
    keychain-auth lock
    is "$(found "$key" "$text" "$value_hex" "$passphrase_hex")" "" "locked again"
}

@test "the key lies in pages that are locked, and left out of a dump" {
    allow reader --read aws
    key=$(sed -n 's/^slot [0-9]* keyfile //p' "$slots" | base64 -d | hex)
    # With a sanitizer mlock(2) does nothing, by its design.
    locked=lo
    ! grep -q __asan_init "$(command -v keychain-auth)" || locked=
    python3 - "$daemon_pid" "$key" "$locked" <<'END'
import re, sys
pid, key = sys.argv[1], bytes.fromhex(sys.argv[2])
places = []
with open(f"/proc/{pid}/smaps") as smaps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
    start = end = 0
    for line in smaps:
        head = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
        if head:
            start, end = (int(word, 16) for word in head.groups())
        if line.startswith("VmFlags:") and end - start <= 1 << 30:
            try:
                memory.seek(start)
                if key in memory.read(end - start):
                    places.append(line.split()[1:])
            except (OSError, ValueError):
                pass
assert places, "the key is nowhere"
for flags in places:
    assert "dd" in flags and (not sys.argv[3] or "lo" in flags), flags
END
}
