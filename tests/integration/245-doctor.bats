#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# doctor: each thing that can be wrong is broken once and found; where a command is named, it is
# run, and the finding is gone. What only another kernel would show is in tests/unit/test_doctor.c.

load helpers

setup() {
    private_home
    start_daemon
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
    stop_daemon
}

# found CHECK [MEMBER]: the worst finding of this check, or its member.
found() {
    { keychain-auth doctor --json || true; } | jq -r --arg check "$1" --arg member "${2-grade}" '
        [.findings[] | select(.check == $check)]
        | max_by(.grade as $grade | ["ok", "note", "warning", "red"] | index($grade))[$member]
        // "none"'
}

# mends CHECK: the command that it names does.
mends() {
    eval "$(found "$1" cure)"
}

# The daemon looks at the slots twice a second.
are_told() {
    [ "$(found slots)" = red ]
}

@test "what is in order is ok, and it ends with 0" {
    run -0 --separate-stderr keychain-auth doctor
    is "$stderr" ""
    lacks "$output" RED
    has "$output" "ok       files "
    has "$output" "0 red, "
    for check in kernel files daemon version socket store policy slots record helpers \
        path entries caller_rule pending; do
        lacks "$(found "$check")" red
    done
    run -0 --separate-stderr keychain-auth doctor --json
    is "$(jq -r '[.findings[] | keys_unsorted == ["check","grade","fact","meaning","cure"]] | all' \
        <<<"$output")" true
    is "$(jq -r 'has("version") and has("grade")' <<<"$output")" true
    is "$(jq '[.findings[] | (.grade == "ok") == (.meaning == "")] | all' <<<"$output")" true
}

@test "no daemon, and one that doesn't answer" {
    stop_daemon
    run -1 --separate-stderr keychain-auth doctor
    has "$output" "RED      daemon"
    has "$output" "mend:  keychain-auth start"
    is "$(found daemon cure)" "keychain-auth start"
    start_deaf "$BATS_TEST_TMPDIR/d/deaf"
    run -1 --separate-stderr keychain-auth doctor --socket "$BATS_TEST_TMPDIR/d/deaf"
    stop_deaf
    has "$output" "it doesn't answer"
}

@test "files that others may read or change, and the command for each" {
    put aws key value
    chmod 0644 "$HOME/.keychain-auth/keyslots"
    is "$(found files)" red
    has "$(found files fact)" "others may read it"
    mends files
    is "$(found files)" ok
    chmod 0777 "$XDG_CONFIG_HOME/keychain-auth"
    has "$(found files fact)" "others may write to it"
    mends files
    chmod 0755 "$(dirname "$socket")"
    has "$(found files fact)" "$(dirname "$socket")"
    mends files
    mv "$audit_log" elsewhere
    ln -s "$PWD/elsewhere" "$audit_log"
    has "$(found files fact)" "it is a symbolic link"
    rm "$audit_log"
    mv elsewhere "$audit_log"
    is "$(found files)" ok
}

@test "a socket that was moved away, and a store that keeps nothing" {
    stop_daemon
    keychain-auth start --foreground --store memory 3>&- </dev/null >>"$daemon_log" 2>&1 &
    adopt $!
    await keychain-auth status
    is "$(found store)" warning
    mv "$socket" "$socket.moved"
    await grep -q '"event":"socket_replaced"' "$audit_log"
    has "$(found daemon fact)" "its socket was removed or replaced"
    is "$(found daemon)" red
    mv "$socket.moved" "$socket"
    await grep -q '"event":"socket_restored"' "$audit_log"
    is "$(found socket)" ok
}

@test "a policy that can't be used" {
    cp "$config" good
    echo nonsense >"$config"
    is "$(found config)" red
    is "$(found policy)" red
    cp good "$config"
    is "$(found policy)" ok
    is "$(found config)" none
}

@test "a record that was changed" {
    sed -i '1s/start/stort/' "$audit_log"
    is "$(found record)" red
}

@test "no passphrase, locked, and a key in the clear beside it" {
    is "$(found passphrase)" warning
    is "$(found passphrase cure)" "keychain-auth passphrase set"
    with 'correct horse' keychain-auth passphrase set --keep-key-file
    is "$(found key_file)" warning
    with $'correct horse\ncorrect horse' keychain-auth passphrase change
    is "$(found key_file)" none
    is "$(found lock)" ok
    keychain-auth lock
    is "$(found lock)" warning
    is "$(found lock cure)" "keychain-auth unlock"
}

@test "a seal that is broken, slots that were exchanged, a record that was cut" {
    put aws key value
    with 'correct horse' keychain-auth passphrase set
    is "$(found policy_seal)" ok
    edit_json "$config" '.caller_rule = "nearest"'
    keychain-auth status >/dev/null
    is "$(found policy_seal)" red
    is "$(found policy)" none "it is told once"
    is "$(found policy_seal cure)" "keychain-auth policy restore"
    with 'correct horse' keychain-auth policy restore
    is "$(found policy_seal)" ok
    printf '\n' >>"$HOME/.keychain-auth/keyslots"
    await are_told
    keychain-auth lock
    sed -i '$d' "$audit_log"
    with 'correct horse' keychain-auth unlock
    is "$(found record_end)" red
}

@test "the rule nearest, and entries that give more away than they need" {
    for flag in plain jit inline; do
        other_program "$PWD/tool.$flag" "$flag"
        keychain-auth register "$PWD/tool.$flag" "--$flag" --read aws
    done
    is "$(found plain)" warning
    is "$(found jit)" note
    is "$(found inline)" warning
    for flag in plain jit inline; do
        mends "$flag"
        is "$(found "$flag")" none
    done
    keychain-auth caller-rule nearest
    is "$(found caller_rule)" warning
    mends caller_rule
    is "$(found caller_rule)" ok
    cp "$(command -v rawclient)" "$PWD/python3"
    keychain-auth register "$PWD/python3" --read aws
    is "$(found generic)" warning
    mends generic
    is "$(found generic)" none
}

@test "entries that don't fit their files any more" {
    other_program "$PWD/a tool"
    keychain-auth register "$PWD/a tool" --read aws
    is "$(found entries)" ok
    printf x >>"$PWD/a tool"
    is "$(found entries)" red
    mends entries
    is "$(found entries)" ok
    chmod 0777 "$PWD/a tool"
    is "$(found entries)" red
    has "$(found entries cure)" "sudo chmod go-w '$PWD/a tool'"
    chmod 0755 "$PWD/a tool"
    rm "$PWD/a tool"
    is "$(found entries)" note
    mends entries
    is "$(found entries)" ok
}

@test "helpers that aren't registered, have rights of their own, or aren't in PATH" {
    kcget=$(command -v kcget)
    is "$(found helpers)" ok
    keychain-auth unregister "$kcget"
    is "$(found helpers)" red
    stop_daemon
    start_daemon
    is "$(found helpers)" ok
    edit_json "$config" '(.registered_binaries[] | select(.path | endswith("/kcget")) |
        .helper) = false'
    is "$(found helpers)" warning
    mends helpers
    stop_daemon
    start_daemon
    edit_json "$config" '(.registered_binaries[] | select(.path | endswith("/kcget")) | .hash) |=
        ("00000000" + .[8:])'
    is "$(found helpers)" red
    mends helpers
    is "$(found helpers)" ok
    mkdir other
    other_program "$PWD/other/kcget"
    PATH=$PWD/other:$PATH
    is "$(found path)" warning
    has "$(found path fact)" "$PWD/other/kcget"
}

@test "a program alone, without shim and completions" {
    mkdir bin
    cp "$(command -v keychain-auth)" bin
    run --separate-stderr bin/keychain-auth doctor --json
    is "$(jq -r '.findings[] | select(.check == "shim" or .check == "shell") | .grade' \
        <<<"$output" | sort -u)" note
}

# shell_says SHELL FILE LINE: what is found when the shell's start file has this line.
shell_says() {
    mkdir -p "$(dirname "$2")"
    printf '%s\n' "$3" >"$2"
    SHELL=/bin/$1 found shellenv
}

@test "the start file of each shell: its line, none, another installation's, another shell's" {
    prefix=$(dirname "$(command -v keychain-auth)")
    is "$(SHELL=/bin/tcsh found shellenv)" none
    is "$(SHELL=/bin/bash found shellenv)" note
    SHELL=/bin/bash mends shellenv
    is "$(SHELL=/bin/bash found shellenv)" ok
    mkdir -p "$PWD/z" "$XDG_CONFIG_HOME/fish"
    ZDOTDIR=$PWD/z SHELL=/bin/zsh mends shellenv
    is "$(cat "$PWD/z/.zshrc")" 'eval "$(keychain-auth shellenv zsh)"'
    SHELL=/usr/bin/fish mends shellenv
    is "$(SHELL=/usr/bin/fish found shellenv)" ok
    is "$(shell_says bash "$HOME/.bashrc" "eval \"\$($prefix/keychain-auth shellenv bash)\"")" ok
    is "$(shell_says bash "$HOME/.bashrc" 'eval "$(/opt/keychain-auth shellenv bash)"')" warning
    is "$(shell_says bash "$HOME/.bashrc" 'eval "$(keychain-auth shellenv zsh)"')" warning
    # A file of dots is often a link, and may be anything.
    mv "$HOME/.bashrc" "$HOME/dots"
    ln -s dots "$HOME/.bashrc"
    is "$(SHELL=/bin/bash found shellenv)" warning
    rm "$HOME/.bashrc"
    mkfifo "$HOME/.bashrc"
    is "$(SHELL=/bin/bash timeout 10 keychain-auth doctor --json |
        jq '[.findings[] | select(.check == "shellenv")] | length')" 0
}

@test "an empty place in PATH is this directory, as it is for a shell" {
    mkdir other
    other_program "$PWD/other/kcget"
    cd other
    for path in ":$PATH" ".:$PATH"; do
        is "$(PATH=$path found path)" warning "$path"
        has "$(PATH=$path found path fact)" "$PWD/kcget"
    done
}

@test "a list of those who wait that can't be read" {
    echo nonsense >"$pending"
    chmod 0600 "$pending"
    is "$(found pending)" warning
    has "$(found pending fact)" "can't be used"
    run -1 reader aws key
    is "$(found pending)" note
}

@test "who waits for an approval" {
    run -1 reader aws key
    is "$(found pending)" note
    is "$(found pending cure)" "keychain-auth list-pending"
}

@test "colours only at a terminal, and not with NO_COLOR" {
    yellow=$'\e[33mWARNING'
    lacks "$(keychain-auth doctor)" "$yellow"
    run -0 session bash --norc --noprofile < <(echo 'keychain-auth doctor')
    has "$output" "$yellow"
    run -0 session bash --norc --noprofile < <(echo 'NO_COLOR=1 keychain-auth doctor')
    lacks "$output" "$yellow"
    has "$output" "WARNING  passphrase"
}
