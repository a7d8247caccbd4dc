#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# kcget exec and kcget inject: all secrets or nothing at all, the values where they belong and
# nowhere else, and a command that is as if it had been run without us. As a direct client
# (programs/reader.c), so that who runs it doesn't matter; the last case is the helper itself.

load helpers

setup() {
    private_home
    helper=$(command -v kcget)
    mkdir "$BATS_TEST_TMPDIR/bin"
    cp "$(command -v reader)" "$BATS_TEST_TMPDIR/bin/kcget"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
    start_daemon
    put aws key 's3cret value'
    put aws other second
    put git 'https://me@host' token
    allow kcget --read aws,git
    cd "$BATS_TEST_TMPDIR" || return
    umask 022
}

teardown() {
    stop_daemon
}

# hex COMMAND…: what it prints, in hexadecimal.
hex() {
    "$@" | od -An -v -tx1 | tr -d ' \n'
}

reads() {
    record '.event == "request" and .action == "read"' | jq -r '.result + " " + .target'
}

@test "exec: the values are in the command's environment, from both kinds of names" {
    run -0 --separate-stderr kcget exec A=aws/key B=git/https://me@host \
        C=kc://git/https%3A%2F%2Fme@host -- sh -c 'echo "$A|$B|$C"'
    is "$output" 's3cret value|token|token'
    is "$stderr" ""
    is "$(reads)" $'success key\nsuccess https://me@host' "each name is asked for once"
}

@test "exec: the command is the same process, and its exit code and signals are its own" {
    run -7 kcget exec A=aws/key -- sh -c 'exit 7'
    run -143 kcget exec A=aws/key -- sh -c 'kill -TERM $$'
    kcget exec A=aws/key -- sh -c 'echo $$ >pid; exec sleep 60' 3>&- &
    await test -s pid
    is "$(cat pid)" $!
    kill -KILL $!
    code=0
    wait $! || code=$?
    is "$code" 137
    is "$(printf 'typed' | kcget exec A=aws/key -- cat)" typed
    run -0 kcget exec A=aws/key -- printf '<%s>' 'a b' '' -- --help '*'
    is "$output" '<a b><><--><--help><*>'
}

@test "exec: what kcget does to its own memory and limits isn't the command's" {
    ulimit -S -c 0
    plain=$(ulimit -H -c)
    is "$(kcget exec A=aws/key -- sh -c 'ulimit -H -c')" "$plain"
    run -0 kcget exec A=aws/key -- sh -c 'cat /proc/$$/environ | tr "\0" "\n" | grep -c ^A='
    is "$output" 1 "an ordinary process can be looked at"
}

@test "exec: nothing is started when one is denied or absent, and what was read is nowhere" {
    keychain-auth revoke "$(command -v kcget)" --read git >/dev/null
    run -1 --separate-stderr kcget exec A=aws/key B=git/https://me@host -- touch started
    has "$stderr" "may not read"
    run -1 --separate-stderr kcget exec A=aws/key B=aws/absent C=aws/gone -- touch started
    is "$output" ""
    has "$stderr" 'there is no "aws" target "absent"'
    has "$stderr" 'there is no "aws" target "gone"'
    lacks "$stderr" s3cret
    [ ! -e started ]
}

@test "exec: a service's targets are one request, also when there are more than 60" {
    names=()
    for i in {1..61}; do
        put many "t$i" "v$i"
        names+=("V$i=many/t$i")
    done
    keychain-auth allow "$(command -v kcget)" --read many >/dev/null
    run -0 kcget exec "${names[@]}" -- sh -c 'echo "$V1 $V60 $V61"'
    is "$output" "v1 v60 v61"
    is "$(record '.service == "many" and .action == "read"' | jq -r .session | sort -u | wc -l)" 1 \
        "one connection"
    is "$(reads | grep -c '^success t')" 61
}

@test "exec --env-file: literals, references and quotes; the command line counts more" {
    cat >vars <<'END2'
# for the tests
export MODE=debug
URL="postgres://u:kc://aws/other@host/{{ kc://git/https://me@host }}"
TOKEN='kc://aws/key'
LAST=file
END2
    run -0 --separate-stderr kcget exec --env-file vars LAST=aws/other -- \
        sh -c 'echo "$MODE|$URL|$TOKEN|$LAST"'
    is "$output" 'debug|postgres://u:second@host/token|s3cret value|second'
    run -0 kcget exec --env-file - -- sh -c 'echo "$A"' <<<'A=kc://aws/other'
    is "$output" second
}

@test "exec --env-file: what can be read in two ways is refused with its line" {
    while IFS='|' read -r line why; do
        printf 'A=1\n%s\n' "$line" >vars
        run -2 --separate-stderr kcget exec --env-file vars -- touch started
        has "$stderr" '"vars" line 2: '
        has "$stderr" "$why"
    done <<'END2'
B=$HOME|single quotes
B=a b|single quotes
B='a|isn't closed
B-C=1|NAME=VALUE
B=kc://aws|a target
B={{kc://aws/key|"}}"
END2
    [ ! -e started ]
    run -4 kcget exec --env-file absent -- touch started
}

@test "exec: bad command lines are refused before anybody is asked" {
    while read -r -a words; do
        run -2 --separate-stderr kcget exec "${words[@]}"
        is "$output" ""
        has "$stderr" "kcget: "
    done <<END2
A=aws/key
A=aws/key --
aws/key -- true
1A=aws/key -- true
A=aws -- true
A=/key -- true
A=kc://aws/k%zz -- true
--nonsense A=aws/key -- true
--timeout soon A=aws/key -- true
END2
    is "$(reads)" ""
}

@test "exec: a command that can't be run is 127 or 126, a value that fits no variable a sentence" {
    run -127 --separate-stderr kcget exec A=aws/key -- no-such-command
    has "$stderr" no-such-command
    run -126 kcget exec A=aws/key -- ./
    printf 'a\0b' | keychain-auth set aws nul
    run -4 --separate-stderr kcget exec A=aws/nul -- touch started
    has "$stderr" "byte 0"
    [ ! -e started ]
}

@test "exec without secrets asks nobody" {
    stop_daemon
    run -0 kcget exec -- echo fine
    is "$output" fine
    run -3 --separate-stderr kcget exec A=aws/key -- touch started
    has "$stderr" "keychain-auth start"
    [ ! -e started ]
}

@test "exec: the values are never in an argument, a log or the record" {
    kcget exec A=aws/key -- sh -c 'tr "\0" " " </proc/$$/cmdline; exec sleep 60' >shown 3>&- &
    await test -s shown
    lacks "$(tr '\0' ' ' <"/proc/$!/cmdline")" s3cret
    kill $!
    wait $! || true
    lacks "$(cat shown "$audit_log" "$daemon_log")" s3cret
}

@test "a service called exec or inject is read behind --" {
    put exec key one
    put inject key two
    keychain-auth allow "$(command -v kcget)" --read exec,inject >/dev/null
    is "$(kcget -- exec key)" one
    is "$(kcget -- inject key)" two
    is "$(kcget -n exec key)" one "the very first word only"
    run -2 --separate-stderr kcget exec key
    has "$stderr" "kcget -- exec TARGET"
}

@test "inject: a template's references become values, everything else stays byte for byte" {
    printf 'a: "kc://aws/key"\r\n{{ user }} {{kc://git/https://me@host}} {{kc://}}\0end' >template
    is "$(hex kcget inject template)" \
        "$(hex printf 'a: "s3cret value"\r\n{{ user }} token kc://\0end')"
    is "$(kcget inject - <<<'x kc://aws/other')" 'x second'
    is "$(reads | sort)" $'success https://me@host\nsuccess key\nsuccess other'
}

@test "inject -o: a file of mode 0600, replaced in one step or left alone" {
    echo 'kc://aws/key' >template
    echo old >out
    chmod 0644 out
    run -0 --separate-stderr kcget inject template -o out
    is "$output$stderr" ""
    is "$(cat out)" 's3cret value'
    is "$(stat -c %a out)" 600
    echo 'kc://aws/key kc://aws/absent' >template
    run -1 kcget inject -o out template
    is "$(cat out)" 's3cret value'
    run -4 --separate-stderr kcget inject -o nowhere/out <(echo 'kc://aws/key')
    has "$stderr" nowhere/out
    is "$(find . -name '*.new.*')" ""
}

@test "inject: nothing is written when a reference is wrong, absent or denied" {
    printf 'fine\nkc://aws/key\nkc://aws\n' >template
    run -2 --separate-stderr kcget inject template
    is "$output" ""
    has "$stderr" "line 3"
    echo 'kc://aws/key kc://other/key' >template
    run -1 --separate-stderr kcget inject template
    is "$output" ""
    run -2 kcget inject
    run -2 kcget inject a b
    run -4 kcget inject absent
    run -4 kcget inject .
    kcget inject <(echo kc://aws/key) >/dev/full 2>said || code=$?
    is "$code" 4
}

@test "a helper's exec speaks for who ran it" {
    top=$(command -v session)
    keychain-auth register "$top" --launcher --session-root >/dev/null
    printf '#!%s\n' "$(readlink -f "$(command -v bash)")" >script
    echo "'$helper' exec A=aws/key -- sh -c 'echo \"got \$A\"'" >>script
    chmod 0700 script
    run -1 session --no-terminal ./script </dev/null
    lacks "$output" got
    keychain-auth register ./script --read aws >/dev/null
    run -0 session --no-terminal ./script </dev/null
    is "$output" "got s3cret value"
}

@test "exec --wait: starts the command once all of it is approved" {
    keychain-auth revoke "$(command -v kcget)" --read git >/dev/null
    kcget exec --wait 60 A=aws/key B=git/https://me@host -- sh -c 'echo "$A $B"' \
        >out 2>said 3>&- &
    await grep -q "waiting for approval" said
    is "$(cat out)" ""
    keychain-auth allow "$(command -v kcget)" --read git >/dev/null
    wait $!
    is "$(cat out)" "s3cret value token"
}
