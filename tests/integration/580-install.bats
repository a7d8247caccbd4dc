#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# scripts/install --uninstall: nothing stays but what the user wants to keep. It works on a copy of
# what `cmake --install` made for these tests; the list of files moves along.
load helpers

setup() {
    private_home
    prefix=$BATS_TEST_TMPDIR/prefix
    cp -r "$(dirname "$(dirname "$(command -v keychain-auth)")")" "$prefix"
    chmod -R u+w "$prefix"
    PATH=$prefix/bin:$PATH
}

teardown() {
    [ -z "${daemon_pid-}" ] || kill -CONT "$daemon_pid"
    stop_daemon
}

# uninstall OPTION…
uninstall() {
    bash "$(command -v scripts-install)" --uninstall "$@" "$prefix"
}

data() {
    find "$HOME" -mindepth 1 -name '*keychain-auth*' | LC_ALL=C sort
}

@test "every file that was installed is removed, and the user's own stay" {
    start_daemon
    put aws key value
    stop_daemon
    before=$(data)
    touch "$prefix/bin/somebody-elses"
    run -0 uninstall
    has "$output" "removed from $prefix"
    has "$output" "$HOME/.keychain-auth"
    is "$(find "$prefix" ! -type d)" "$prefix/bin/somebody-elses"
    is "$(find "$prefix" -name '*keychain-auth*')" ""
    is "$(data)" "$before"
}

@test "a daemon that runs is stopped" {
    start_detached
    pid=$(keychain-auth status --json | jq .pid)
    run -0 uninstall
    run -1 kill -0 "$pid"
}

@test "with --purge nothing is left" {
    start_detached
    put aws key value
    run -0 uninstall --purge
    lacks "$output" kept,
    is "$(data)" ""
    is "$(find "$XDG_RUNTIME_DIR" -mindepth 1)" ""
    is "$(find "$prefix" ! -type d)" ""
}

# everything: each file below the home and the runtime directory.
everything() {
    find "$HOME" "$XDG_RUNTIME_DIR" -mindepth 1 | LC_ALL=C sort
}

@test "--purge takes what every program wrote, and what a shell did" {
    mkdir -p "$HOME/.config" "$HOME/.local/share"
    before=$(everything)
    mkdir -p "$XDG_CONFIG_HOME/keychain-auth"
    echo '{"audit":{"rotate_bytes":65536}}' >"$XDG_CONFIG_HOME/keychain-auth/config.json"
    chmod 0700 "$XDG_CONFIG_HOME/keychain-auth"
    chmod 0600 "$XDG_CONFIG_HOME/keychain-auth/config.json"
    start_detached
    put aws key value
    run kcget aws key
    keychain-auth audit verify
    with 'correct horse' keychain-auth passphrase set
    bash --norc --noprofile -c 'eval "$(keychain-auth shellenv bash)"; kcprompt; wait' >/dev/null
    await test -e "$XDG_CONFIG_HOME/keychain-auth/pending.count"
    # What a crash leaves, and old files of the record.
    touch "$XDG_DATA_HOME/keychain-auth/audit.log.000001.gz" \
        "$XDG_CONFIG_HOME/keychain-auth/config.json.new.abcdef"
    has "$(everything)" keyslots
    run -0 uninstall --purge
    is "$(everything)" "$before"
}

@test "a relative XDG directory is none, for the programs as for --purge" {
    cd "$BATS_TEST_TMPDIR"
    start_detached
    put aws key value
    keychain-auth stop
    mkdir -p elsewhere/keychain-auth
    touch elsewhere/keychain-auth/precious
    XDG_CONFIG_HOME=elsewhere XDG_DATA_HOME=elsewhere XDG_RUNTIME_DIR=elsewhere \
        run -0 uninstall --purge
    [ -e elsewhere/keychain-auth/precious ]
    is "$(data)" ""
}

@test "a directory that is a link elsewhere is told, and what it leads to stays" {
    start_detached
    put aws key value
    keychain-auth stop
    mv "$HOME/.keychain-auth" "$BATS_TEST_TMPDIR/shared"
    ln -s "$BATS_TEST_TMPDIR/shared" "$HOME/.keychain-auth"
    run -1 uninstall --purge
    has "$output" "$BATS_TEST_TMPDIR/shared"
    [ -e "$BATS_TEST_TMPDIR/shared/keyring.json" ]
    [ -L "$HOME/.keychain-auth" ]
    is "$(data)" "$HOME/.keychain-auth"
    lacks "$output" "kept for"
}

@test "nothing is removed while a daemon goes on that can't be stopped" {
    start_daemon
    put aws key value
    kill -STOP "$daemon_pid"
    run -1 uninstall --purge
    kill -CONT "$daemon_pid"
    has "$output" "still runs"
    [ -x "$prefix/bin/keychain-auth" ]
    [ -e "$HOME/.keychain-auth/keyring.json" ]
}

@test "without programs --purge stops the daemon that still runs, or says that it does" {
    start_daemon
    put aws key value
    rm "$prefix/share/keychain-auth/installed"
    run -0 uninstall --purge
    await eval '! kill -0 "$daemon_pid"'
    daemon_ended
    is "$(data)" ""
}

@test "files of one's own that name the programs are told" {
    mkdir -p "$HOME/.aws" "$HOME/.config/git"
    echo 'credential_process = aws-credential-keychain-auth x' >"$HOME/.aws/config"
    echo 'eval "$(keychain-auth shellenv bash)"' >"$HOME/.bashrc"
    printf '[credential]\n\thelper = keychain-auth\n' >"$HOME/.gitconfig"
    echo '[user]' >"$HOME/.config/git/config"
    run -0 uninstall
    has "$output" "$HOME/.aws/config"
    has "$output" "$HOME/.bashrc"
    has "$output" "$HOME/.gitconfig"
    lacks "$output" "$HOME/.config/git/config"
}

@test "what isn't installed isn't removed" {
    rm "$prefix/share/keychain-auth/installed"
    run -1 uninstall
    has "$output" "nothing is installed"
    [ -x "$prefix/bin/keychain-auth" ]
    run -2 bash "$(command -v scripts-install)" --purge
    run -2 bash "$(command -v scripts-install)" --nonsense
}

@test "a list that leads elsewhere removes nothing" {
    touch "$BATS_TEST_TMPDIR/precious"
    for line in ../precious share/../../precious /precious; do
        echo "$line" >>"$prefix/share/keychain-auth/installed"
        run -1 uninstall
        has "$output" "nothing was removed"
        sed -i '$d' "$prefix/share/keychain-auth/installed"
    done
    [ -e "$BATS_TEST_TMPDIR/precious" ]
    [ -x "$prefix/bin/keychain-auth" ]
}

@test "the service gives up what the page about it says" {
    command -v systemd-analyze >/dev/null || skip "no systemd-analyze"
    unit=$(find "$prefix" -name keychain-auth.service)
    said=$(grep -oE 'says \*\*[0-9.]+\*\*' "$BATS_TEST_DIRNAME/../docs/operations.md" | tr -dc 0-9.)
    run -0 systemd-analyze security --offline=true --no-pager "$unit"
    has "$output" "Overall exposure level for keychain-auth.service: $said "
    # The path in the unit is the one that was configured, where nothing may be installed.
    sed -i 's,^ExecStart=.*,ExecStart=/bin/true,' "$unit"
    run -0 systemd-analyze verify --user --man=no "$unit" "${unit%.service}.socket"
    is "$output" ""
}
