#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Code that nobody approved, in the clothes of a script that somebody did: the options and arguments
# that make an interpreter run something else than the file that it names, names that write to the
# terminal, a list that was edited. Each test has a top of its own (programs/session.c).

load helpers

setup() {
    private_home
    start_daemon
    put aws key prize
    cd "$BATS_TEST_TMPDIR" || return
    keychain-auth register "$(command -v session)" --launcher --session-root >/dev/null
}

teardown() {
    stop_daemon
}

# in_session COMMAND…: below a top of its own, without a terminal; its output and exit code.
in_session() {
    session --no-terminal "$@"
}

# kinds: of the processes of the chain that asked last.
kinds() {
    record '.event == "request"' | tail -n 1 | jq -c '[.chain[].kind]'
}

@test "perl's separator is a program, and not its script's" {
    perl=$(readlink -f "$(command -v perl)")
    printf '%s\n' "#!$perl" 'exit(system(qw(kcget aws key)) >> 8);' >ask.pl
    chmod 0700 ask.pl
    keychain-auth register ask.pl --read aws
    printf '%s\n' "#!$perl" '1;' >harmless.pl
    chmod 0700 harmless.pl
    keychain-auth register harmless.pl --read aws
    run -0 in_session ./ask.pl </dev/null
    is "$output" prize
    run in_session "$perl" '-F/x/);system(q(kcget),q(aws),q(key));(/x/' harmless.pl <<<line
    lacks "$output" prize
    has "$output" "may not"
    is "$(kinds)" '["helper","inline","binary"]'
}

@test "a second awk program can't hide behind more arguments than we look at" {
    awk=$(readlink -f "$(command -v awk)")
    sh=$(readlink -f /bin/sh)
    echo 'BEGIN { system("kcget aws key") }' >evil.awk
    echo 'BEGIN { x = 1 }' >harmless.awk
    cp evil.awk asks.awk
    echo '#' >>asks.awk
    keychain-auth register "$sh" --launcher --inline
    keychain-auth register asks.awk --interpreter "$awk" --read aws
    keychain-auth register harmless.awk --interpreter "$awk" --read aws
    many=()
    for i in {1..3000}; do
        many+=("-vx=$i")
    done
    run in_session "$awk" -f harmless.awk "${many[@]}" -f evil.awk </dev/null
    lacks "$output" prize
    has "$output" "may not"
    is "$(kinds)" '["helper","inline","inline","binary"]'
    # What stands behind a script's first operand is the script's own.
    run in_session "$awk" -f asks.awk harmless.awk "${many[@]/#-v/}" </dev/null
    has "$output" prize
}

@test "an id stands for the chain that was seen, whatever is written into the list" {
    bash=$(readlink -f "$(command -v bash)")
    for name in deploy evil; do
        printf '%s\n' "#!$bash" "# $name" 'kcget aws key' 'exit $?' >$name.sh
        chmod 0700 $name.sh
    done
    run -1 in_session ./deploy.sh </dev/null
    command=$(suggested "$output")
    has "$command" "keychain-auth approve "
    cp "$pending" seen
    edit_json "$pending" ".pending[0].links[0] |= (.script = \"$PWD/evil.sh\" |
        .script_hash = \"$(sha256sum <evil.sh | cut -c 1-64)\")"
    run -1 eval "$command"
    has "$output" "nothing was registered"
    run -1 in_session ./evil.sh </dev/null
    cp seen "$pending"
    eval "$command"
    run -0 in_session ./deploy.sh </dev/null
    is "$output" prize
    run -1 in_session ./evil.sh </dev/null
}

@test "a script's name can't write to the terminal of who approves it" {
    bash=$(readlink -f "$(command -v bash)")
    name=$'a\e]0;b\a\nkeychain-auth approve c\u202e.sh'
    printf '%s\n' "#!$bash" 'kcget aws key' 'exit $?' >"$name"
    chmod 0700 "$name"
    run -1 in_session "./$name" </dev/null
    lacks "$output" $'\e'
    is "$(wc -l <<<"$output")" 1
    command=$(suggested "$output")
    has "$command" " --read aws"
    run -0 keychain-auth list-pending
    lacks "$output" $'\e'
    lacks "$output" $'\u202e'
    has "$output" '\x0akeychain-auth approve c\u202e.sh'
    run -0 eval "$command"
    lacks "$output" $'\e'
    lacks "$output" $'\u202e'
    run -0 in_session "./$name" </dev/null
    is "$output" prize
    run -0 keychain-auth audit
    lacks "$output" $'\e'
}

@test "what can't be read again is no script, whatever it is called" {
    bash=$(readlink -f "$(command -v bash)")
    python=$(readlink -f "$(command -v python3)")
    ln -s /dev/fd/9 link
    ln -s /dev/fd folder
    for name in //dev/fd/9 /dev/./fd/9 //proc/self/fd/9 link folder/9; do
        run -1 in_session "$bash" -c "exec '$bash' '$name' 9< <(echo 'kcget aws key; exit')" \
            </dev/null
        has "$output" "can't be approved"
        is "$(kinds)" '["helper","unknown","binary"]' "$name"
    done
    mkfifo pipe
    run -1 in_session "$bash" -c "(echo 'kcget aws key; exit' >pipe) & exec '$bash' pipe" </dev/null
    is "$(kinds)" '["helper","unknown","binary"]' pipe
    mkdir package
    echo 'import subprocess; subprocess.run(["kcget", "aws", "key"])' >package/__main__.py
    run in_session "$python" package </dev/null
    is "$(kinds)" '["helper","unknown","binary"]' package
    lacks "$output" prize
}

@test "a script's right is lost under another interpreter, also one of the same bytes" {
    bash=$(readlink -f "$(command -v bash)")
    printf '%s\n' "#!$bash" 'kcget aws key' 'exit $?' >ask.sh
    chmod 0700 ask.sh
    keychain-auth register ask.sh --read aws
    run -0 in_session ./ask.sh </dev/null
    cp "$bash" bash
    cp "$bash" other
    run -1 in_session ./bash ask.sh </dev/null
    has "$output" "another interpreter"
    run -1 in_session ./other ask.sh </dev/null
    has "$output" "is not registered"
}
