#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# With a passphrase: a policy that nobody else can edit, and administration that needs a proof.

load helpers

setup() {
    private_home
    slots=$HOME/.keychain-auth/keyslots
    start_daemon
    allow reader --read aws
    put aws key v4lue
    put git key g1t
    with 'correct horse' keychain-auth passphrase set
}

teardown() {
    stop_daemon
}

unlock() {
    with 'correct horse' keychain-auth unlock
}

# proven COMMAND…: with the passphrase, wherever it is asked for.
proven() {
    with 'correct horse' keychain-auth "$@"
}

grant_git() {
    edit_json "$config" '(.registered_binaries[] | select(.path | endswith("/reader")) |
        .allowed_read_services) += ["git"]'
}

# shell LINES: an interactive terminal's shell that runs the lines; what it showed.
shell() {
    timeout 60 python3 - "$1" <<'END'
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execvp("bash", ["bash", "-c", sys.argv[1]])
shown = b""
asked = 0
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        piece = b""
    if not piece:
        break
    shown += piece
    while shown.count(b"passphrase: ") > asked:
        os.write(terminal, b"correct horse\n")
        asked += 1
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
END
}

@test "an edit from outside changes nothing: the last good policy stays, and everybody is told" {
    is "$(fact policy_seal)" sealed
    grant_git
    run -1 --separate-stderr reader git key
    is "$output" ""
    is "$(reader aws key)" v4lue "what was allowed stays allowed"
    is "$(fact policy_seal)" BROKEN
    has "$(fact policy)" "changed by another program"
    await grep -q '"event":"policy_edited"' "$audit_log"
    is "$(grep -c "WARNING: .*config.json" "$daemon_log")" 1
}

@test "an edit while the daemon is locked, or gone, changes nothing either" {
    keychain-auth lock
    grant_git
    unlock
    run -1 reader git key
    is "$(reader aws key)" v4lue
    stop_daemon
    echo '{}' >"$config"
    start_daemon
    unlock
    is "$(reader aws key)" v4lue
    has "$(fact policy)" "has no seal"
    rm "$config"
    is "$(reader aws key)" v4lue
    stop_daemon
    rm "$HOME/.keychain-auth/policy.json"
    start_daemon
    unlock
    run -1 --separate-stderr reader aws key
    has "$stderr" "everything is denied"
}

@test "an older policy with a good seal doesn't count, in the running daemon and after a restart" {
    proven allow "$(command -v reader)" --read git
    is "$(reader git key)" g1t
    cp "$config" "$BATS_TEST_TMPDIR/generous"
    proven revoke "$(command -v reader)" --read git
    run -1 reader git key
    cp "$BATS_TEST_TMPDIR/generous" "$config"
    run -1 reader git key
    has "$(fact policy)" "older policy"
    stop_daemon
    cp "$BATS_TEST_TMPDIR/generous" "$HOME/.keychain-auth/policy.json"
    start_daemon
    unlock
    run -1 reader git key
}

@test "blanks and the order of members may change" {
    edit_json "$config" 'to_entries | reverse | from_entries'
    is "$(reader aws key)" v4lue
    is "$(fact policy_seal)" sealed
}

@test "policy accept seals what stands there, policy restore puts back what was sealed" {
    grant_git
    run -1 --separate-stderr setsid -w keychain-auth policy accept
    has "$stderr" "passphrase is needed"
    run -0 proven policy restore
    run -1 reader git key
    is "$(fact policy_seal)" sealed
    is "$(jq -c '.registered_binaries[] | select(.path | endswith("/reader")) |
        .allowed_read_services' "$config")" '["aws"]'
    grant_git
    run -4 --separate-stderr proven allow "$(command -v reader)" --write aws
    has "$stderr" "policy restore"
    run -0 proven policy accept
    is "$(reader git key)" g1t
    is "$(fact policy_seal)" sealed
    is "$(record '.action == "accept" or .action == "restore"' | jq -r .action | tr '\n' ' ')" \
        "restore accept "
    run -2 keychain-auth policy nonsense
}

@test "a policy stays sealed when its seal is taken out of the store: it is told, and denied" {
    stop_daemon
    keyring=$HOME/.keychain-auth/keyring.json
    grep -v '"service":"keychain-auth"' "$keyring" | sed 'N;s/,\n\]}/\n]}/;P;D' >"$keyring.new"
    chmod 0600 "$keyring.new"
    mv "$keyring.new" "$keyring"
    start_daemon
    unlock
    run -1 reader aws key
    has "$(fact record_state)" "gone from the store"
    keychain-auth lock
    unlock
    has "$(fact record_state)" "gone from the store" "until somebody has looked"
    run -0 proven policy accept
    is "$(reader aws key)" v4lue
    is "$(fact record_state)" ok
    keychain-auth lock
    unlock
    is "$(fact record_state) $(fact slots_state)" "ok ok"
    is "$(reader aws key)" v4lue
}

@test "a slot file that was exchanged is told, while the daemon runs and at unlock" {
    cp "$slots" "$BATS_TEST_TMPDIR/old"
    with $'correct horse\nbattery staple' keychain-auth passphrase change
    is "$(fact slots_state)" ok
    cp "$BATS_TEST_TMPDIR/old" "$slots"
    await grep -q '"event":"slots_changed"' "$audit_log"
    has "$(fact slots_state)" "changed by another program"
    stop_daemon
    start_daemon
    unlock
    has "$(fact slots_state)" "changed by another program"
    with $'correct horse\nbattery staple' keychain-auth passphrase change
    is "$(fact slots_state)" ok
}

@test "a record that was cut off while nobody looked is told" {
    reader aws key
    stop_daemon
    head -n -3 "$audit_log" >"$audit_log.new"
    chmod 0600 "$audit_log.new"
    mv "$audit_log.new" "$audit_log"
    run -0 keychain-auth audit verify
    start_daemon
    unlock
    has "$(fact record_state)" "cut off"
    is "$(grep -c '"event":"record_cut"' "$audit_log")" 1
    keychain-auth lock
    unlock
    is "$(fact record_state)" ok
}

@test "while it is locked a change of the passphrase passes over nothing that unlock would tell" {
    local twice=$'correct horse\nbattery staple' keyring=$HOME/.keychain-auth/keyring.json
    keychain-auth lock
    run -0 with $'correct horse\ncorrect horse' keychain-auth passphrase change
    unlock
    is "$(fact record_state) $(fact slots_state)" "ok ok"
    reader aws key
    stop_daemon
    head -n -3 "$audit_log" >"$audit_log.new"
    chmod 0600 "$audit_log.new"
    mv "$audit_log.new" "$audit_log"
    start_daemon
    for words in "passphrase change" "passphrase remove"; do
        # shellcheck disable=SC2086 # words are meant to be split
        run -4 --separate-stderr with "$twice" keychain-auth $words
        has "$stderr" "cut off"
        has "$stderr" "keychain-auth unlock"
    done
    unlock
    has "$(fact record_state)" "cut off"
    cp "$slots" "$BATS_TEST_TMPDIR/old"
    run -0 with "$twice" keychain-auth passphrase change
    stop_daemon
    cp "$BATS_TEST_TMPDIR/old" "$slots"
    start_daemon
    run -4 --separate-stderr with "$twice" keychain-auth passphrase change
    has "$stderr" "key slots was changed"
    unlock
    has "$(fact slots_state)" "changed by another program"
    run -0 with $'correct horse\ncorrect horse' keychain-auth passphrase change
    stop_daemon
    grep -v '"service":"keychain-auth"' "$keyring" | sed 'N;s/,\n\]}/\n]}/;P;D' >"$keyring.new"
    chmod 0600 "$keyring.new"
    mv "$keyring.new" "$keyring"
    start_daemon
    run -4 --separate-stderr with "$twice" keychain-auth passphrase change
    has "$stderr" "gone from the store"
    unlock
    has "$(fact record_state)" "gone from the store"
}

@test "the last passphrase doesn't go while somebody else's edit would come in force by that" {
    grant_git
    run -4 --separate-stderr proven passphrase remove
    has "$stderr" "policy restore"
    is "$(fact lock)" unlocked
    run -1 reader git key
    keychain-auth lock
    run -4 --separate-stderr proven passphrase remove
    has "$stderr" "policy restore"
    unlock
    proven policy restore
    run -0 proven passphrase remove
    is "$(fact lock)" none
    run -1 reader git key
    is "$(reader aws key)" v4lue
    lacks "$(cat "$config")" '"seal"'
}

@test "what is told of the slots and the record stays told when the policy is changed" {
    cp "$slots" "$BATS_TEST_TMPDIR/old"
    with $'correct horse\ncorrect horse' keychain-auth passphrase change
    cp "$BATS_TEST_TMPDIR/old" "$slots"
    await grep -q '"event":"slots_changed"' "$audit_log"
    proven allow "$(command -v reader)" --read git
    has "$(fact slots_state)" "changed by another program"
    reader aws key
    keychain-auth lock
    head -n -3 "$audit_log" >"$audit_log.new"
    chmod 0600 "$audit_log.new"
    mv "$audit_log.new" "$audit_log"
    unlock
    has "$(fact record_state)" "cut off"
    proven revoke "$(command -v reader)" --read git
    has "$(fact record_state)" "cut off"
}

@test "what the daemon remembers is in no client's reach, and isn't counted" {
    is "$(fact items)" 2
    for action in read delete; do
        is "$(raw -n < <(request "$action" keychain-auth '"targets":["seal"]') | verdicts)" \
            "denied service_not_allowed"
    done
    run -1 proven delete keychain-auth seal
}

@test "every administrative command needs the passphrase, and works with it" {
    path=$(command -v rawclient)
    while read -r words; do
        # shellcheck disable=SC2086 # words are meant to be split
        run -1 --separate-stderr setsid -w keychain-auth $words </dev/null
        has "$stderr" "passphrase is needed" "$words"
    done <<END
register $path --read aws
allow $(command -v reader) --read git
revoke $(command -v reader)
upgrade $(command -v reader)
unregister $(command -v reader)
policy accept
search aws
delete aws key
END
    run -1 setsid -w keychain-auth set aws key <<<other
    is "$(reader aws key)" v4lue
    run -1 reader git key
    run -0 proven register "$path" --read aws
    has "$output" "is registered"
    run -0 proven search aws
    is "$output" key
    is "$(record '.event == "policy" and .action == "register"' | jq -r .binary_path | tail -n 1)" \
        "$path"
    lacks "$(record '.event == "policy"' | jq .pid | tail -n 1)" "$daemon_pid"
    run -1 proven unregister /nowhere
    is "$(tail -n 1 "$audit_log" | jq -r '.action + " " + .result')" "unregister error"
    run -1 with 'wrong one' keychain-auth register "$path" --write aws
    run -0 keychain-auth audit verify
}

@test "what only shows, and what only locks, needs none" {
    run -0 keychain-auth status
    run -0 keychain-auth list
    run -0 keychain-auth list-pending
    run -0 keychain-auth lock
}

@test "approve goes through the daemon, too" {
    other_program "$BATS_TEST_TMPDIR/other"
    run -1 "$BATS_TEST_TMPDIR/other" aws key
    await test -e "$pending"
    run -1 setsid -w keychain-auth approve "$BATS_TEST_TMPDIR/other" --read aws
    run -0 proven approve "$BATS_TEST_TMPDIR/other" --read aws
    is "$("$BATS_TEST_TMPDIR/other" aws key)" v4lue
    is "$(record '.event == "approve"' | jq -r .result)" success
    is "$(keychain-auth list-pending --json)" "[]"
}

@test "admin opens a session for what this shell starts at this terminal, until --end" {
    run -0 shell 'keychain-auth admin && keychain-auth search aws && keychain-auth search git &&
        keychain-auth admin --end && ! setsid -w keychain-auth search aws'
    has "$output" "5 minutes"
    is "$(grep -c 'passphrase: ' <<<"$output")" 1
    has "$output" "passphrase is needed"
}

@test "a session is no other terminal's, no grandchild's, and not that of a shell that is gone" {
    run -0 shell 'keychain-auth admin && keychain-auth search aws >/dev/null &&
        ! setsid -w keychain-auth search aws && bash -c "keychain-auth search aws; :"'
    # The grandchild was asked for itself.
    is "$(grep -c 'passphrase: ' <<<"$output")" 2
    run -0 shell 'keychain-auth search aws'
    is "$(grep -c 'passphrase: ' <<<"$output")" 1
}

@test "without a terminal there is no session" {
    run -2 --separate-stderr with 'correct horse' setsid -w keychain-auth admin
    has "$stderr" "no terminal"
}

@test "lock ends every session" {
    run -0 shell 'keychain-auth admin && keychain-auth lock && keychain-auth unlock &&
        keychain-auth search aws'
    is "$(grep -c 'passphrase: ' <<<"$output")" 3
}

@test "without the last passphrase everything is as before" {
    proven passphrase remove
    is "$(jq .seal "$config")" null
    run -0 keychain-auth search aws
    allow rawclient --read git
    is "$(fact policy_seal) $(fact lock)" "none none"
    is "$(fact items)" 2
    with 'correct horse' keychain-auth passphrase set
    is "$(reader aws key)" v4lue
}

@test "a policy and slots survive a crash at any moment of setting the passphrase" {
    proven passphrase remove
    for delay in 0.2 0.35 0.45 0.5 0.55 0.6 0.7 0.8; do
        with 'correct horse' keychain-auth passphrase set >/dev/null 2>&1 &
        setting=$!
        sleep "$delay"
        kill -KILL "$daemon_pid"
        wait "$daemon_pid" 2>/dev/null || true
        wait "$setting" || true
        start_daemon
        if [ "$(fact lock)" = locked ]; then
            unlock
            is "$(fact policy_seal)" sealed
            is "$(reader aws key)" v4lue "killed after $delay s"
            proven passphrase remove
        fi
        is "$(reader aws key)" v4lue "killed after $delay s"
    done
}
