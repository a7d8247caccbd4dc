#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# kcget as scripts use it: what it prints, where, and how it ends. As a direct client, so that
# who runs it doesn't matter (programs/reader.c); as the helper that it is: 250-chain.bats.

load helpers

setup() {
    private_home
    mkdir "$BATS_TEST_TMPDIR/bin"
    cp "$(command -v reader)" "$BATS_TEST_TMPDIR/bin/kcget"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
    start_daemon
    put aws key 's3cret value'
}

teardown() {
    stop_daemon
}

# hex COMMAND…: what it prints, in hexadecimal.
hex() {
    "$@" | od -An -v -tx1 | tr -d ' \n'
}

@test "exit 0: the value and a newline, nothing on standard error" {
    allow kcget --read aws
    run -0 --separate-stderr kcget aws key
    is "$output" 's3cret value'
    is "$stderr" ""
    is "$(hex kcget aws key)" "$(printf 's3cret value\n' | od -An -v -tx1 | tr -d ' \n')"
}

@test "exit 1: absent, denied to read, denied the service" {
    run -1 --separate-stderr kcget aws key
    is "$output" ""
    allow kcget
    run -1 --separate-stderr kcget aws key
    is "$output" ""
    has "$stderr" "may not read"
    keychain-auth allow "$(command -v kcget)" --read aws
    run -1 --separate-stderr kcget github key
    is "$output" ""
    run -1 --separate-stderr kcget aws absent
    is "$output" ""
    has "$stderr" absent
    is "$(wc -l <<<"$stderr")" 1 "one line"
}

@test "exit 2: whatever isn't SERVICE TARGET, with the usage on standard error" {
    local long
    long=$(printf '%0256d' 0)
    while IFS='|' read -r -a words; do
        run -2 --separate-stderr kcget "${words[@]}"
        is "$output" "" "${words[*]}"
        has "$stderr" "usage: kcget"
    done <<END
aws
aws|key|more
--nonsense|aws|key
-x|aws|key
--json=1|aws|key
--socket
--socket|a|--socket|b|aws|key
--timeout|soon|aws|key
--timeout|-1|aws|key
$long|key
aws|$long$long$long$long$long
END
    run -2 kcget "" key
    run -2 kcget aws ""
    run -2 kcget $'a\nb' key
    run -2 kcget aws $'\377'
    run -2 kcget
}

@test "exit 3: no daemon, and the message says how to start one" {
    stop_daemon
    run -3 --separate-stderr kcget aws key
    is "$output" ""
    has "$stderr" "$socket"
    has "$stderr" "keychain-auth start"
}

@test "exit 4: what was allowed couldn't be written" {
    allow kcget --read aws
    for option in -n --json ''; do
        # shellcheck disable=SC2086 # no word at all when it is empty
        run -4 --separate-stderr bash -c 'exec kcget "$@" >/dev/full' kcget $option aws key
        has "$stderr" "standard output"
        lacks "$stderr" s3cret
    done
    run -4 --separate-stderr bash -c 'exec kcget aws key >&-'
    run -4 bash -c 'exec kcget --help >/dev/full'
}

@test "exit 4: a daemon that answers nothing, within --timeout" {
    stop_daemon
    start_deaf "$BATS_TEST_TMPDIR/d/deaf"
    run -4 --separate-stderr timeout 20 kcget --timeout 1 --socket "$BATS_TEST_TMPDIR/d/deaf" \
        aws key
    is "$output" ""
    stop_deaf
}

@test "-n leaves the newline out and adds nothing" {
    allow kcget --read aws
    put aws lines $'one\ntwo\n\n'
    is "$(hex kcget -n aws key)" "$(printf 's3cret value' | od -An -v -tx1 | tr -d ' \n')"
    is "$(hex kcget --no-newline aws key)" "$(hex kcget -n aws key)"
    is "$(hex kcget -n aws lines)" 6f6e650a74776f0a
    is "$(hex kcget aws lines)" 6f6e650a74776f0a0a
}

@test "an empty value, bytes and a NUL arrive as they are" {
    allow kcget --read aws
    printf '' | keychain-auth set --allow-empty aws empty
    printf '\000\377\n\001' | keychain-auth set --keep-newline aws bytes
    is "$(hex kcget -n aws empty)" ""
    is "$(hex kcget aws empty)" 0a
    is "$(hex kcget -n aws bytes)" 00ff0a01
}

@test "--json is one object, base64 where the value isn't text" {
    allow kcget --read aws
    put aws $'q"uo\\te' $'a "quoted"\tline\n\nü'
    printf '\377\000' | keychain-auth set aws bytes
    run -0 --separate-stderr kcget --json aws key
    is "$(jq -c 'del(.encoding)' <<<"$output")" '{"target":"key","value":"s3cret value"}'
    run -0 --separate-stderr kcget --json aws $'q"uo\\te'
    is "$(jq -r .target <<<"$output")" $'q"uo\\te'
    is "$(jq -r .value <<<"$output")" $'a "quoted"\tline\n\nü'
    run -0 --separate-stderr kcget --json aws bytes
    is "$(jq -r '.value + " " + .encoding' <<<"$output")" "/wA= base64"
    is "$(hex kcget --json -n aws key | tail -c 2)" 7d "without a newline"
}

@test "options and operands mix, and -- ends the options" {
    allow kcget --read=aws --read=-n
    printf dashed | keychain-auth set -- aws --json
    printf minus | keychain-auth set -- -n -x
    is "$(kcget aws -n key | wc -c)" 12
    is "$(kcget aws key -n | wc -c)" 12
    is "$(kcget -n -- aws key | wc -c)" 12
    is "$(kcget -- aws --json)" dashed
    is "$(kcget aws -- --json)" dashed
    is "$(kcget -- -n -x)" minus
    run -2 kcget aws -x
}

@test "--help and --version answer on standard output alone, daemon or not" {
    stop_daemon
    for option in --help -h --version; do
        run -0 --separate-stderr kcget "$option"
        is "$stderr" ""
        has "$output" kcget
    done
    run -0 kcget --help
    for word in --no-newline --json --socket --timeout "0 done" "3 no daemon"; do
        has "$output" "$word"
    done
}

@test "a denial names who was seen and what would allow it, and that command does" {
    run -1 --separate-stderr kcget aws key
    has "$stderr" "\"$(command -v kcget)\""
    has "$stderr" "sha256 $(sha256sum "$(command -v kcget)" | head -c 16)"
    has "$stderr" "is not registered"
    is "$(wc -l <<<"$stderr")" 1 "one line"
    eval "$(suggested "$stderr")"
    run -0 --separate-stderr kcget aws key
    is "$output" 's3cret value'

    put github token t0ken
    run -1 --separate-stderr kcget github token
    has "$stderr" '"github" target "token"'
    eval "$(suggested "$stderr")"
    run -0 --separate-stderr kcget github token
    is "$output" t0ken
    is "$(jq -c '.registered_binaries[-1].allowed_read_services' "$config")" '["aws","github"]'
}

@test "the suggested command is quoted: a hostile service runs nothing" {
    local service="o'brien/\$(touch $BATS_TEST_TMPDIR/ran); a,b 100%"
    put "$service" key v1
    run -1 --separate-stderr kcget "$service" key
    eval "$(suggested "$stderr")"
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
    run -0 --separate-stderr kcget "$service" key
    is "$output" v1
}


# homeless ENTRY: kcget without the variables that say where things are, on a system whose
# /etc/passwd is ENTRY. In a user name space, where the daemon wouldn't serve it.
homeless() {
    echo "$1" >"$BATS_TEST_TMPDIR/passwd"
    # shellcheck disable=SC2016 # that shell expands it
    unshare --user --map-root-user --mount \
        sh -c 'mount --bind "$1" /etc/passwd && shift && exec "$@"' - "$BATS_TEST_TMPDIR/passwd" \
        unshare --user "--map-user=$(id -u)" "--map-group=$(id -g)" \
        env -u HOME -u XDG_RUNTIME_DIR -u XDG_CONFIG_HOME kcget aws key
}

@test "without HOME the entry in /etc/passwd says where the daemon is, or else an error does" {
    unshare --user --map-root-user --mount true || skip "no user name spaces here"
    local other=other:x:$(($(id -u) + 1)):1::/other:/bin/sh
    run -3 --separate-stderr homeless "$other"$'\n'"me:x:$(id -u):1::/far/away:/bin/sh"
    has "$stderr" '"/far/away/.config/keychain-auth/agent.sock"'
    for entry in "$other" "" "me:x:$(id -u)" "me:x:$(id -u):1:::/bin/sh" \
        "me:x:$(id -u):1::relative:/bin/sh"; do
        run -4 --separate-stderr homeless "$entry"
        has "$stderr" "can't tell where the daemon listens; set KEYCHAIN_AUTH_SOCKET"
    done
}
