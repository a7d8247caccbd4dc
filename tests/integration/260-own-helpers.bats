#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Our own helpers are known by installation: what the daemon does about those that stand beside its
# own program as it starts, and what it leaves to the person.

load helpers

setup() {
    private_home
    bin=$BATS_TEST_TMPDIR/bin
    mkdir -m 0755 "$bin"
    cp "$(command -v keychain-auth)" "$(command -v kcget)" "$bin"
    PATH=$bin:$PATH
}

teardown() {
    stop_daemon
}

# restart: a second start, whose log stands alone in daemon_log.
restart() {
    stop_daemon
    : >"$daemon_log"
    start_daemon
}

# entries FILTER: all of the policy's.
entries() {
    jq -c "[.registered_binaries[] | $1]" "$config"
}

# change FILE: it becomes another file, and runs as before.
change() {
    printf x >>"$1"
}

@test "the first start registers the helpers beside the daemon, and records it" {
    cp "$bin/kcget" "$bin/git-credential-keychain-auth"
    change "$bin/git-credential-keychain-auth"
    start_daemon
    is "$(entries '[.path, .helper]')" \
        "[[\"$bin/kcget\",true],[\"$bin/git-credential-keychain-auth\",true]]"
    is "$(entries '[.allowed_read_services, .allowed_write_services, .can_search] | flatten')" \
        '[[false],[false]]'
    is "$(record '.event == "policy"' | jq -r .binary_path)" \
        "$bin/kcget"$'\n'"$bin/git-credential-keychain-auth"
    is "$(record '.event == "policy"' | jq -r .binary_hash | head -n 1)" \
        "$(sha256sum <"$bin/kcget" | cut -c 1-64)"
    has "$(record '.event == "policy"' | jq -r .message | head -n 1)" "by the daemon"
    has "$(keychain-auth list)" " no rights helper"
}

@test "the next start has nothing to do" {
    start_daemon
    before=$(stat -c '%i %Z' "$config")
    restart
    is "$(stat -c '%i %Z' "$config")" "$before"
    is "$(record '.event == "policy"' | wc -l)" 1
    lacks "$(cat "$daemon_log")" kcget
}

@test "a new version of the administrator's is upgraded, and recorded" {
    PATH=${PATH#"$bin:"}
    [ "$(stat -c %u "$(command -v kcget)")" = 0 ] || skip "the programs here aren't root's"
    start_daemon
    edit_json "$config" '.registered_binaries[].hash = ("0" * 64)'
    restart
    has "$(entries '[.path, .hash, .helper]')" \
        "[\"$(command -v kcget)\",\"$(sha256sum <"$(command -v kcget)" | cut -c 1-64)\",true]"
    is "$(record '.event == "policy"' | jq -r .action | tail -n 1)" upgrade
}

@test "a new version that any program could have put there isn't, and the log says what to do" {
    start_daemon
    before=$(entries .hash)
    change "$bin/kcget"
    restart
    log=$(cat "$daemon_log")
    is "$(entries .hash)" "$before"
    has "$log" "isn't upgraded"
    has "$log" "keychain-auth upgrade"
    is "$(record '.event == "policy"' | wc -l)" 1
    run -0 keychain-auth upgrade "$bin/kcget"
    is "$(entries '[.hash, .helper]')" \
        "[[\"$(sha256sum <"$bin/kcget" | cut -c 1-64)\",true]]"
}

@test "what a person registered at that path as something else stays" {
    keychain-auth register "$bin/kcget" --read aws
    start_daemon
    is "$(entries '[.allowed_read_services, .helper]')" '[[["aws"],null]]'
    has "$(cat "$daemon_log")" "rights of its own"
    change "$bin/kcget"
    before=$(entries .)
    restart
    is "$(entries .)" "$before"
    keychain-auth unregister "$bin/kcget"
    restart
    is "$(entries .helper)" '[true]'
}

@test "a config.json that can't be used is only logged, and stays byte for byte" {
    (umask 077 && mkdir -p "$(dirname "$config")")
    printf nonsense >"$config"
    start_daemon
    is "$(cat "$config")" nonsense
    has "$(cat "$daemon_log")" "helpers aren't looked at"
    run -0 keychain-auth status
}

@test "a lock that somebody holds keeps no daemon from starting" {
    (umask 077 && mkdir -p "$(dirname "$config")")
    (umask 077 && : >"$config.lock")
    exec {lock}>>"$config.lock"
    flock "$lock"
    start_daemon {lock}>&-
    has "$(cat "$daemon_log")" "another program is editing it"
    is "$(record '.event == "policy"' | jq -rs 'map(.result) | join(" ")')" "success error"
    exec {lock}>&-
    restart
    is "$(entries .helper)" '[true]'
}

@test "other keys of config.json survive" {
    (umask 077 && mkdir -p "$(dirname "$config")")
    (umask 077 && echo '{"note":[1],"registered_binaries":[],"store":"file"}' >"$config")
    start_daemon
    is "$(jq -c '[keys_unsorted, .note]' "$config")" \
        '[["note","registered_binaries","store"],[1]]'
    is "$(entries .helper)" '[true]'
}
