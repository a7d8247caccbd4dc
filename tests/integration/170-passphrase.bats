#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Passphrases: what opens the key, what is locked, and how a person gives one.

load helpers

setup() {
    private_home
    slots=$HOME/.keychain-auth/keyslots
    start_daemon
    allow reader --read aws
    put aws key v4lue
}

teardown() {
    stop_daemon
}

set_passphrase() {
    with 'correct horse' keychain-auth passphrase set
}

# unpunished COMMAND…: with a daemon that has seen no wrong passphrase yet.
unpunished() {
    stop_daemon
    start_daemon
    "$@"
}

@test "with a passphrase the key is nowhere in the clear, and what was stored stays" {
    key=$(sed -n 's/^slot [0-9]* keyfile //p' "$slots")
    cp "$HOME/.keychain-auth/keyring.json" "$BATS_TEST_TMPDIR/keyring"
    run -0 set_passphrase
    has "$output" "the passphrase is set"
    lacks "$(cat "$slots")" keyfile
    is "$(grep -c '^slot [0-9]* passphrase scrypt ' "$slots")" 1
    is "$(stat -c %a "$slots")" 600
    is "$(grep -rlF -- "$key" "$HOME" || true)" "" "the key in the clear"
    cmp "$HOME/.keychain-auth/keyring.json" "$BATS_TEST_TMPDIR/keyring" || true
    is "$(reader aws key)" v4lue
    is "$(fact lock) $(fact passphrases) $(fact key_file)" "unlocked 1 no"
}

@test "a try costs at least 64 MiB, and a quarter of a second of this machine" {
    set_passphrase
    read -r _ _ _ _ rounds block _ < <(grep passphrase "$slots")
    [ "$((128 * block << rounds))" -ge $((64 * 1024 * 1024)) ]
    # 20 ms for everything else would do; half the time is the bound that a busy machine leaves.
    before=$(date +%s%N)
    with 'correct horse' keychain-auth unlock
    [ $((($(date +%s%N) - before) / 1000000)) -ge 200 ]
}

@test "the daemon comes up locked, answers locked, and opens with the passphrase" {
    set_passphrase
    stop_daemon
    start_daemon
    is "$(fact lock) $(fact items)" "locked $(fact items)"
    run -4 --separate-stderr reader aws key
    is "$output" ""
    has "$stderr" "keychain-auth unlock"
    allow_nothing='{"type":"REQUEST","action":"read","service":"aws","targets":["key"]}'
    is "$(raw <<<"$allow_nothing" | verdicts)" "error locked"
    run -0 with 'correct horse' keychain-auth unlock
    is "$output" ""
    is "$(reader aws key)" v4lue
    run -0 keychain-auth lock
    run -4 reader aws key
    is "$(record '.action == "lock"' | jq -r .result)" success
}

@test "while it is locked every action on the store is error locked" {
    set_passphrase
    keychain-auth lock
    for action in read delete; do
        is "$(raw -n < <(request "$action" aws '"targets":["key"]') | verdicts)" "error locked"
    done
    is "$(raw -n < <(request search aws) | verdicts)" "error locked"
    written='"targets":["key"],"values":["x"]'
    is "$(raw -n < <(request write aws "$written") | verdicts)" "error locked"
    run -4 --separate-stderr put aws key other
    has "$stderr" "is locked"
    run -4 keychain-auth search aws
    run -4 keychain-auth delete aws key
    with 'correct horse' keychain-auth unlock
    is "$(reader aws key)" v4lue
}

@test "start at a terminal says that it is locked, and how to unlock it" {
    set_passphrase
    stop_daemon
    run -0 start_detached
    has "$output" "locked"
    has "$output" "keychain-auth unlock"
    keychain-auth stop
}

@test "wrong ones get one answer, a growing wait that outlives the connection, and a record" {
    set_passphrase
    keychain-auth lock
    run -1 --separate-stderr with 'wrong' keychain-auth unlock
    is "$stderr" "keychain-auth: the passphrase is wrong"
    run -4 --separate-stderr with 'correct horse' keychain-auth unlock
    has "$stderr" "the next one is tried in 1 s"
    await with 'correct horse' keychain-auth unlock
    is "$(record '.action == "unlock" and .reason == "wrong_passphrase"' | wc -l)" 1
    has "$(cat "$daemon_log")" "a wrong passphrase was given"
    lacks "$(cat "$daemon_log" "$audit_log")" "correct horse"
    lacks "$(cat "$daemon_log" "$audit_log")" '"wrong"'
}

@test "while a passphrase is tried everybody else is served" {
    set_passphrase
    with 'correct horse' keychain-auth unlock &
    trying=$!
    # The try is under way as soon as the daemon says that it is busy with one.
    until with 'correct horse' keychain-auth unlock 2>&1 | grep -q 'another passphrase is being' ||
        ! kill -0 "$trying" 2>/dev/null; do
        :
    done
    is "$(reader aws key)" v4lue
    kill -0 "$trying" || skip "the machine was too quick, or too slow, for this"
    wait "$trying"
}

@test "a passphrase is changed, added and removed, each only with one that opens" {
    set_passphrase
    run -0 with $'correct horse\nbattery staple' keychain-auth passphrase change
    keychain-auth lock
    run -0 with 'battery staple' keychain-auth unlock
    run -0 with $'battery staple\nanother one' keychain-auth passphrase add
    is "$(fact passphrases)" 2
    keychain-auth lock
    run -0 with 'another one' keychain-auth unlock
    run -0 with 'battery staple' keychain-auth passphrase remove
    keychain-auth lock
    run -1 with 'battery staple' keychain-auth unlock
    unpunished with 'another one' keychain-auth unlock
    is "$(reader aws key)" v4lue
    run -1 with $'battery staple\nsomething else' keychain-auth passphrase change
    unpunished with 'another one' keychain-auth passphrase remove
    is "$(grep -c keyfile "$slots")" 1
    is "$(fact lock)" none
    stop_daemon
    start_daemon
    is "$(reader aws key)" v4lue
}

@test "what makes no sense is refused with a sentence" {
    run -1 --separate-stderr with 'x' keychain-auth unlock
    has "$stderr" "no passphrase is set"
    run -1 --separate-stderr keychain-auth lock
    has "$stderr" "no passphrase is set"
    run -1 with $'correct horse\nanother one' keychain-auth passphrase change
    run -2 --separate-stderr with 'short' keychain-auth passphrase set
    has "$stderr" "at least 8"
    run -2 with "$(xs 1025)" keychain-auth passphrase set
    run -2 keychain-auth passphrase nonsense
    run -2 --separate-stderr keychain-auth passphrase set --passphrase-fd 7 7</dev/null
    has "$stderr" "no passphrase was given"
    run -2 keychain-auth passphrase set --passphrase-fd 99
    run -2 keychain-auth passphrase set --passphrase-fd x
    set_passphrase
    run -1 --separate-stderr set_passphrase
    has "$stderr" "passphrase change"
    for duration in 0s 5 5w 99999999d x; do
        run -2 with 'correct horse' keychain-auth unlock --timeout "$duration"
    done
}

@test "--keep-key-file keeps the daemon open at its start, and then there is nothing to lock" {
    with 'correct horse' keychain-auth passphrase set --keep-key-file
    is "$(fact key_file)" yes
    stop_daemon
    start_daemon
    is "$(fact lock)" unlocked
    run -2 --separate-stderr keychain-auth lock
    has "$stderr" "passphrase change"
    with $'correct horse\ncorrect horse' keychain-auth passphrase change
    is "$(fact key_file)" no
    run -0 keychain-auth lock
}

@test "unlock --timeout locks again when nothing was asked for so long" {
    set_passphrase
    with 'correct horse' keychain-auth unlock --timeout 2s
    for _ in 1 2 3 4 5 6; do
        sleep 0.5
        is "$(reader aws key)" v4lue
    done
    await eval '[ "$(fact lock)" = locked ]'
    run -4 reader aws key
    has "$(record '.event == "lock"' | jq -r .message)" "nothing was asked"
}

@test "without a terminal nothing asks for a passphrase by itself" {
    set_passphrase
    keychain-auth lock
    run -4 --separate-stderr setsid -w reader aws key
    has "$stderr" "keychain-auth unlock"
}

# A pinentry that says what WAY says, and writes down what it heard.
fake_pinentry() {
    cat >"$BATS_TEST_TMPDIR/pinentry" <<END
#!/bin/bash
echo "OK Pleased to meet you"
while IFS= read -r line; do
    echo "\$line" >>"$BATS_TEST_TMPDIR/heard"
    case \$line in
    GETPIN) $1 ;;
    *) echo OK ;;
    esac
done
END
    chmod 0755 "$BATS_TEST_TMPDIR/pinentry"
}

window() {
    setsid -w keychain-auth "$@" --pinentry "$BATS_TEST_TMPDIR/pinentry"
}

@test "without a terminal a pinentry asks, percent signs and all" {
    with 'correct 100% horse' keychain-auth passphrase set
    keychain-auth lock
    fake_pinentry 'echo "S PASSWORD_FROM_CACHE"; echo "D correct 100%25 horse"; echo OK'
    run -0 window unlock
    is "$(reader aws key)" v4lue
    has "$(cat "$BATS_TEST_TMPDIR/heard")" "SETTIMEOUT 60"
    has "$(cat "$BATS_TEST_TMPDIR/heard")" "SETDESC"
    fake_pinentry 'echo "ERR 83886179 Operation cancelled <Pinentry>"'
    run -2 --separate-stderr window unlock
    has "$stderr" "no passphrase was given"
    fake_pinentry 'echo "HTTP/1.1 200 OK"'
    run -2 window unlock
    fake_pinentry 'exit'
    run -2 window unlock
    fake_pinentry 'yes "S busy"'
    run -2 window unlock
    rm "$BATS_TEST_TMPDIR/pinentry"
    run -1 window unlock
    is "$(record '.reason == "wrong_passphrase"' | wc -l)" 0
}

@test "the system's own pinentry is understood" {
    command -v pinentry-tty >/dev/null || skip "pinentry-tty is missing"
    set_passphrase
    keychain-auth lock
    timeout 30 python3 - "$(command -v pinentry-tty)" <<'END'
import os, pty, subprocess, sys
master, slave = pty.openpty()
environment = dict(os.environ, GPG_TTY=os.ttyname(slave))
asked = subprocess.Popen(["setsid", "-w", "keychain-auth", "unlock", "--pinentry", sys.argv[1]],
                         env=environment, stdin=subprocess.DEVNULL)
shown = b""
while b"assphrase" not in shown:
    shown += os.read(master, 4096)
os.write(master, b"correct horse\n")
sys.exit(asked.wait())
END
    is "$(reader aws key)" v4lue
}

@test "a crash at any moment of a change leaves a passphrase that opens" {
    set_passphrase
    old='correct horse' new='battery staple'
    for delay in 0.3 0.5 0.6 0.65 0.7 0.75 0.8 0.85 0.9 1.0 1.2; do
        with "$old"$'\n'"$new" keychain-auth passphrase change >/dev/null 2>&1 &
        changing=$!
        sleep "$delay"
        kill -KILL "$daemon_pid"
        wait "$daemon_pid" 2>/dev/null || true
        wait "$changing" || true
        start_daemon
        if with "$new" keychain-auth unlock 2>/dev/null; then
            swap=$old old=$new new=$swap
        else
            unpunished with "$old" keychain-auth unlock
        fi
        is "$(reader aws key)" v4lue "killed after $delay s"
    done
}

@test "a slot file that others may read, or that is damaged, opens nothing" {
    set_passphrase
    stop_daemon
    cp "$slots" "$BATS_TEST_TMPDIR/slots"
    sed -i 's/scrypt [0-9]* /scrypt 30 /' "$slots"
    run -4 --separate-stderr timeout 20 keychain-auth start --foreground --store file
    has "$stderr" "out of bounds"
    cp "$BATS_TEST_TMPDIR/slots" "$slots"
    chmod 0640 "$slots"
    run -4 timeout 20 keychain-auth start --foreground --store file
    chmod 0600 "$slots"
    start_daemon
    with 'correct horse' keychain-auth unlock
    is "$(reader aws key)" v4lue
}
