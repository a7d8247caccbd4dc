#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What `keychain-auth shellenv` gives bash, zsh and fish: functions that run our own programs
# whatever PATH says, secrets in one command's environment only, and a prompt that counts without
# making anybody wait. As a direct client (programs/reader.c) in a prefix of its own.

load helpers

setup() {
    private_home
    prefix="$BATS_TEST_TMPDIR/it's a \$dir"
    mkdir -p "$prefix/bin" "$BATS_TEST_TMPDIR/evil"
    cp "$(command -v reader)" "$prefix/bin/kcget"
    cp "$(command -v keychain-auth)" "$prefix/bin/keychain-auth"
    own=$prefix/bin/keychain-auth
    installed=$(command -v keychain-auth)
    for name in kcget keychain-auth kc-shim; do
        printf '#!/bin/sh\necho STOLEN\n' >"$BATS_TEST_TMPDIR/evil/$name"
        chmod 0755 "$BATS_TEST_TMPDIR/evil/$name"
    done
    start_daemon
    put aws key s3cret
    keychain-auth register "$prefix/bin/kcget" --read aws >/dev/null
    PATH=$BATS_TEST_TMPDIR/evil:$PATH
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
    stop_daemon
}

# in_shell SHELL TEXT: the shell evaluates shellenv twice, and then runs TEXT.
in_shell() {
    case $1 in
    bash) bash --norc --noprofile -c 'eval "$("$1" shellenv bash)"; eval "$("$1" shellenv bash)"
        eval "$2"' bash "$own" "$2" ;;
    zsh) zsh -f -c 'eval "$("$1" shellenv zsh)"; eval "$("$1" shellenv zsh)"
        eval "$2"' zsh "$own" "$2" ;;
    fish) fish --no-config -c '$argv[1] shellenv fish | source; $argv[1] shellenv fish | source
        eval $argv[2]' "$own" "$2" ;;
    esac
}

shells() {
    local shell
    for shell in bash zsh fish; do
        ! command -v "$shell" >/dev/null || echo "$shell"
    done
}

@test "kcenv: a secret in one command's environment, by our own program; its exit code stays" {
    for shell in $(shells); do
        run -0 --separate-stderr in_shell "$shell" 'kcenv A=aws/key -- printenv A; printenv A; true'
        is "$output" s3cret "$shell"
        is "$stderr" "" "$shell"
        run -7 in_shell "$shell" "kcenv A=aws/key -- sh -c 'exit 7'"
        run -1 --separate-stderr in_shell "$shell" 'kcenv A=aws/absent -- touch started'
        has "$stderr" absent
        [ ! -e started ]
    done
}

@test "set -x, and history, show names and no value" {
    run -0 in_shell bash 'set -x; kcenv A=aws/key -- sh -c "test -n \"\$A\""'
    lacks "$output" s3cret
    has "$output" 'A=aws/key'
    run -0 in_shell zsh 'set -x; kcenv A=aws/key -- sh -c "test -n \"\$A\""'
    lacks "$output" s3cret
}

@test "kcshim says that it isn't installed, and runs it when it stands beside" {
    for shell in $(shells); do
        run -127 --separate-stderr in_shell "$shell" 'kcshim true'
        has "$stderr" "not installed"
        is "$output" "" "$shell"
    done
    printf '#!/bin/sh\necho "shim: $*"\n' >"$prefix/bin/kc-shim"
    chmod 0755 "$prefix/bin/kc-shim"
    for shell in $(shells); do
        run -0 in_shell "$shell" "kcshim a 'b c'"
        is "$output" "shim: a b c" "$shell"
    done
}

@test "kcshim of an installed keychain-auth is its kc-shim" {
    [ -x "${installed%/*}/kc-shim" ] || skip "this build has no libsecret"
    own=$installed
    for shell in $(shells); do
        run -0 in_shell "$shell" 'kcshim printenv LD_PRELOAD KEYCHAIN_AUTH_SHIM'
        has "$output" libkcshim
        is "${lines[-1]}" 1 "$shell"
    done
}

@test "what is printed is right for strict shells, and asks no daemon" {
    stop_daemon
    rm -r "$XDG_RUNTIME_DIR/keychain-auth"
    bash --norc --noprofile -euC -c 'eval "$("$1" shellenv bash)"; kcprompt' bash "$own"
    bash --norc --noprofile -uC -c 'KEYCHAIN_AUTH_PROMPT=1
        eval "$("$1" shellenv bash)"; __kc_prompt' bash "$own"
    zsh -f -e -u -C -c 'eval "$("$1" shellenv zsh)"; kcprompt' zsh "$own"
    "$own" shellenv bash | bash --posix -n
    "$own" shellenv zsh | zsh -n
    "$own" shellenv fish | fish -n
    run -2 --separate-stderr "$own" shellenv csh
    has "$stderr" "bash, zsh or fish"
    [ ! -e "$XDG_RUNTIME_DIR/keychain-auth" ]
}

# waiting_in SHELL NUMBER: what a prompt shows there by now. Two counts at once may end in the wrong
# order; the older one is known by its time, and the next prompt counts again.
waiting_in() {
    [ "$(in_shell "$1" kcprompt)" = "$2 waiting for approval " ]
}

# nothing_is_left: of what a count works with.
nothing_is_left() {
    [ -z "$(find "$XDG_CONFIG_HOME/keychain-auth" -name 'pending.count.*')" ]
}

@test "kcprompt counts in the background, and again when the list has changed" {
    local waiting=0
    for shell in $(shells); do
        run -0 in_shell "$shell" kcprompt
        is "$output" "" "$shell: nobody waits"
    done
    for shell in $(shells) $(shells); do
        waiting=$((waiting + 1))
        cp "$(command -v reader)" stranger
        echo "$waiting" >>stranger
        ./stranger aws key 2>/dev/null || true
        await waiting_in "$shell" "$waiting"
    done
    await nothing_is_left
}

@test "a prompt doesn't wait for the count" {
    cp "$(command -v reader)" stranger
    ./stranger aws key 2>/dev/null || true
    mv "$prefix/bin/keychain-auth" "$prefix/bin/real"
    printf '#!/bin/sh\nsleep 5\ntouch "%s"\n' "$BATS_TEST_TMPDIR/slept" >"$prefix/bin/keychain-auth"
    chmod 0755 "$prefix/bin/keychain-auth"
    "$prefix/bin/real" shellenv bash >env.bash
    SECONDS=0
    bash --norc --noprofile -c '. ./env.bash; __kc_look; __kc_look'
    [ "$SECONDS" -lt 4 ]
    await test -e slept # nobody is left behind
}

# Both are in a directory where any program of the user may write.
@test "a prompt reads a file, and no pipe that somebody put in its place" {
    [ -e "$pending" ] || echo '{"version":1,"pending":[]}' >"$pending"
    chmod 0600 "$pending"
    mkfifo "$XDG_CONFIG_HOME/keychain-auth/pending.count"
    for shell in $(shells); do
        export -f in_shell
        export own
        run -0 timeout 5 bash -c 'in_shell "$1" kcprompt' bash "$shell"
        is "$output" "" "$shell"
        rm -f "$XDG_CONFIG_HOME/keychain-auth/pending.count"
        mkfifo "$XDG_CONFIG_HOME/keychain-auth/pending.count"
    done
}

# prompted LINE...: a bash at a terminal whose prompt is ours and then "ready> ".
prompted() {
    printf '%s\n' "KEYCHAIN_AUTH_PROMPT=1; eval \"\$(\"\$OWN\" shellenv bash)\"" \
        "eval \"\$(\"\$OWN\" shellenv bash)\"" "$@" |
        OWN=$own session "$(command -v bash)" --norc --noprofile | tr -d '\r\a'
}

@test "bash's prompt shows who waits, once, and the last exit code stays" {
    cp "$(command -v reader)" stranger
    ./stranger aws key 2>/dev/null || true
    await waiting_in bash 1
    await nothing_is_left
    run -0 prompted '(exit 7)' 'echo "code $?"' \
        'PROMPT_COMMAND+="; seen=\$?"' '(exit 9)' 'echo "seen $seen"'
    has "$output" "code 7"
    has "$output" "seen 9"
    has "$output" $'\n1 waiting for approval ready> (exit 7)'
    lacks "$output" "approval 1 waiting"
}

@test "zsh's and fish's prompts do, too" {
    cp "$(command -v reader)" stranger
    ./stranger aws key 2>/dev/null || true
    await waiting_in bash 1
    await nothing_is_left
    run -0 zsh -f -c 'KEYCHAIN_AUTH_PROMPT=1 PROMPT="%# "
        eval "$("$1" shellenv zsh)"; eval "$("$1" shellenv zsh)"
        (exit 7); for f in $precmd_functions; do $f; done; code=$?
        for f in $precmd_functions; do $f; done
        print -r -- "$code|$PROMPT|$#precmd_functions"' zsh "$own"
    is "$output" "7|1 waiting for approval %# |1"
    run -0 fish --no-config -c 'set -g KEYCHAIN_AUTH_PROMPT 1
        function fish_prompt; echo "own $status> "; end
        $argv[1] shellenv fish | source; $argv[1] shellenv fish | source
        sh -c "exit 7"; fish_prompt' "$own"
    is "$output" "1 waiting for approval own 7> "
}
