# SPDX-License-Identifier: MIT
# What the suites about git and the AWS tools share: who may ask, the real programs, and servers on
# a port of the kernel's choice. Loaded after helpers.
# shellcheck shell=bash

# let_adapter TOOL OPTION…: the adapter for git or aws gets these rights itself, as a direct client,
# so that it doesn't matter what runs the tests. It was registered as a helper when the daemon
# started, and an entry that says otherwise is left as it is; 333-git-chain.bats has it as a helper.
let_adapter() {
    local path
    path=$(command -v "$1-credential-keychain-auth")
    edit_json "$config" "(.registered_binaries[] | select(.path == \"$path\")) |= del(.helper)"
    keychain-auth allow "$path" "${@:2}" >/dev/null
}

# stop_adapter TOOL OPTION…: takes them away again.
stop_adapter() {
    keychain-auth revoke "$(command -v "$1-credential-keychain-auth")" "${@:2}" >/dev/null
}

# forget_adapter TOOL: as if nobody had ever approved it.
forget_adapter() {
    keychain-auth unregister "$(command -v "$1-credential-keychain-auth")"
}

# ask_git OPERATION LINE…: what git would write, a line each.
ask_git() {
    printf '%s\n' "${@:2}" | git-credential-keychain-auth "$1"
}

# login URL USERNAME PASSWORD: stored the way git does it.
login() {
    ask_git store "protocol=${1%%://*}" "host=${1#*://}" "username=$2" "password=$3"
}

# git as it is right after its installation, with our helper as the only source of passwords.
private_git() {
    command -v git >/dev/null || skip "git is missing"
    export GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=false
    git config --global credential.helper keychain-auth
    git config --global user.name Tester
    git config --global user.email tester@example.invalid
    git config --global init.defaultBranch main
}

# serve NAME ARGUMENT…: NAME.py in the background; sets `port` and `server_log`.
serve() {
    command -v python3 >/dev/null || skip "python3 is missing"
    server_log=$BATS_TEST_TMPDIR/$1.log
    python3 -B "$1.py" "$BATS_TEST_TMPDIR/$1.port" "${@:2}" 3>&- </dev/null >/dev/null \
        2>"$server_log" &
    server_pid=$!
    await test -s "$BATS_TEST_TMPDIR/$1.port"
    port=$(<"$BATS_TEST_TMPDIR/$1.port")
    export port server_log
}

stop_server() {
    [ -n "${server_pid-}" ] || return 0
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    unset server_pid
}

# fetched NAME: sets `place` to where the runner put what the suite fetches (see run); skips where
# it couldn't, so never in a subshell.
fetched() {
    place=$BATS_TEST_DIRNAME/../fetched/$1
    [ ! -e "$place.reason" ] || skip "$(<"$place.reason")"
    [ -d "$place" ] || skip "$1 was not fetched"
    place=$(readlink -f "$place")
    export place
}
