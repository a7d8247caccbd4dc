#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The commands as people and scripts use them: values in, names out, and what is written down.

load helpers

setup() {
    private_home
    start_daemon
    forget_helpers
    allow reader --read aws
}

teardown() {
    stop_daemon
}

# typed ANSWER… -- COMMAND…: runs it on a terminal of its own and types one line at each prompt
# (an answer that is ^D without one); prints what the terminal showed and ends as the command did.
typed() {
    timeout 60 python3 - "$@" <<'END'
import os, pty, sys
split = sys.argv.index("--")
answers, command = sys.argv[1:split], sys.argv[split + 1:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
shown = b""
prompts = 0
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        piece = b""
    if not piece:
        break
    shown += piece
    while prompts < len(answers) and shown.count(b": ") > prompts:
        end = b"" if answers[prompts] == "\x04" else b"\n"
        os.write(terminal, answers[prompts].encode() + end)
        prompts += 1
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
END
}

@test "set takes a value from a pipe, without its last newline" {
    printf 'one\n' | keychain-auth set aws key
    is "$(reader -n aws key | od -An -c | tr -d ' ')" one
    printf 'one\n\n' | keychain-auth set aws key
    is "$(reader -n aws key | od -An -c | tr -d ' \n')" 'one\n'
    printf 'one\n' | keychain-auth set --keep-newline aws key
    is "$(reader -n aws key | od -An -c | tr -d ' \n')" 'one\n'
    run -0 --separate-stderr put aws key two
    is "$output$stderr" ""
    is "$(reader aws key)" two
}

@test "an empty value is stored only where that is said" {
    put aws key before
    for empty in '' '\n'; do
        # shellcheck disable=SC2059 # the newline is made here
        run -2 --separate-stderr keychain-auth set aws key < <(printf "$empty")
        has "$stderr" "is empty"
        has "$stderr" --allow-empty
        is "$(reader aws key)" before
    done
    keychain-auth set --allow-empty aws key </dev/null
    run -0 --separate-stderr reader -n aws key
    is "$output" ""
}

@test "set at a terminal asks twice and shows nothing of what is typed" {
    run -0 typed h1dden h1dden -- keychain-auth set aws key
    lacks "$output" h1dden
    has "$output" again
    is "$(reader aws key)" h1dden
}

@test "what set can't store is refused before anything is read" {
    for name in $'a\nb' $'\xff' ''; do
        run -2 --separate-stderr keychain-auth set "$name" key <<<value
        has "$stderr" "a service has 1 to 255 bytes of UTF-8, no control characters"
        run -2 --separate-stderr keychain-auth set aws "$name" <<<value
        has "$stderr" "a target has 1 to 1024 bytes of UTF-8, no control characters"
    done
}

@test "a HOME that isn't absolute is named" {
    run -4 --separate-stderr env -u XDG_RUNTIME_DIR -u KEYCHAIN_AUTH_SOCKET -u XDG_CONFIG_HOME \
        HOME=relative keychain-auth status
    has "$stderr" "HOME isn't an absolute path"
    run -4 --separate-stderr env -u XDG_CONFIG_HOME -u XDG_DATA_HOME HOME=relative \
        keychain-auth list-pending
    has "$stderr" "HOME isn't an absolute path"
}

@test "two entries that differ store nothing" {
    put aws key before
    run -2 typed h1dden h1ddem -- keychain-auth set aws key
    has "$output" differ
    lacks "$output" h1dd
    is "$(reader aws key)" before
    run -2 typed '' '' -- keychain-auth set aws key
    has "$output" "nothing was typed"
    run -2 typed $'\x04' -- keychain-auth set aws key
    has "$output" $'value: \r\n'
    has "$output" "nothing was typed"
    is "$(reader aws key)" before
}

@test "a value of 64 KiB is stored whole; one byte more is refused with size and limit" {
    head -c 65536 /dev/urandom >"$BATS_TEST_TMPDIR/value"
    (cat "$BATS_TEST_TMPDIR/value" && echo) | keychain-auth set aws key
    reader -n aws key | cmp - "$BATS_TEST_TMPDIR/value"
    run -2 --separate-stderr keychain-auth set aws key < <(head -c 65537 /dev/zero)
    is "$output" ""
    has "$stderr" 65537
    has "$stderr" 65536
    run -2 --separate-stderr keychain-auth set aws key < <(head -c 3000000 /dev/zero)
    has "$stderr" 3000000
    reader -n aws key | cmp - "$BATS_TEST_TMPDIR/value"
}

@test "a value is never taken from the command line" {
    run -2 --separate-stderr keychain-auth set aws key v4lue
    is "$output" ""
    lacks "$stderr" v4lue
    run -2 keychain-auth set --value v4lue aws key
    run -2 keychain-auth set --value=v4lue aws key
    run -1 reader aws key
}

@test "--attr is stored, shown by search, and a filter" {
    printf one | keychain-auth set aws prod --attr env=production --attr owner=ops=1
    printf two | keychain-auth set aws test --attr env=test
    run -0 --separate-stderr keychain-auth search aws --json
    is "$(jq -c 'map([.target, .attributes.env, .attributes.owner])' <<<"$output")" \
        '[["prod","production","ops=1"],["test","test",null]]'
    lacks "$output" one
    run -0 --separate-stderr keychain-auth search aws --attr env=test
    is "$output" $'test\tenv=test'
    run -0 --separate-stderr keychain-auth search aws --attr env=none
    is "$output" ""
    for attribute in env =x ''; do
        run -2 --separate-stderr keychain-auth set aws other --attr "$attribute" <<<x
        [ -n "$stderr" ]
    done
}

@test "search takes a prefix and shows no value; a service without items is empty" {
    put aws prod-1 v4lue
    put aws prod-2 v4lue
    put aws test-1 v4lue
    run -0 --separate-stderr keychain-auth search aws prod-
    is "$output" $'prod-1\nprod-2'
    run -0 --separate-stderr keychain-auth search git
    is "$output" ""
    run -0 --separate-stderr keychain-auth search git --json
    is "$output" '[]'
}

@test "delete names what went, ends with 1 when something wasn't there" {
    put aws a 1
    put aws b 2
    run -1 --separate-stderr keychain-auth delete aws a nothing
    is "$output" 'deleted "a"'
    has "$stderr" '"nothing"'
    run -1 --separate-stderr keychain-auth delete aws a
    is "$output" ""
    is "$(reader aws b)" 2
    run -0 keychain-auth delete aws b
    run -1 reader aws b
}

@test "delete --prefix takes all that begins so" {
    put aws prod-1 1
    put aws prod-2 2
    put aws test 3
    run -0 --separate-stderr keychain-auth delete --prefix aws prod-
    is "$output" $'deleted "prod-1"\ndeleted "prod-2"'
    is "$(keychain-auth search aws)" test
}

@test "what needs the daemon ends with 3 without one, before anything is asked" {
    stop_daemon
    while read -r words; do
        # shellcheck disable=SC2086 # words are meant to be split
        run -3 --separate-stderr keychain-auth $words </dev/null
        is "$output" "" "$words"
        has "$stderr" "keychain-auth start"
    done <<'END'
status
stop
set aws key
delete aws key
search aws
END
    run -3 typed h1dden h1dden -- keychain-auth set aws key
    lacks "$output" "value:"
}

@test "administration is refused to every other program, and that is recorded" {
    allow rawclient --read aws --write aws --search
    put aws key value
    for action in write delete search stop; do
        run -0 raw -n <<END
{"type":"ADMIN","action":"$action","service":"aws","targets":["key"]$(
            [ "$action" != write ] || printf ',"values":["mine"]'
        ),"nonce":"@NONCE@"}
END
        has "$(verdicts <<<"$output")" "denied" || has "$(verdicts <<<"$output")" "error"
        lacks "$output" success
    done
    run -0 raw -n <<'END'
{"type":"ADMIN","action":"delete","service":"aws","targets":["key"],"nonce":"@NONCE@"}
END
    is "$(verdicts <<<"$output")" "denied caller_not_allowed"
    is "$(record '.reason == "caller_not_allowed"' | jq -r .binary_path | sort -u)" \
        "$(command -v rawclient)"
    is "$(reader aws key)" value
}

@test "list shows who may do what" {
    keychain-auth register "$(command -v rawclient)" --read 'a,b/x*' --write c --search
    run -0 --separate-stderr keychain-auth list
    is "$stderr" ""
    has "$output" "$(command -v rawclient)"
    has "$output" "read a,b/x* write c search"
    run -0 --separate-stderr keychain-auth list --json
    is "$(jq -c '.[1] | [.path, .allowed_read_services, .allowed_write_services, .can_search]' \
        <<<"$output")" "[\"$(command -v rawclient)\",[\"a\",\"b/x*\"],[\"c\"],true]"
    is "$(jq -r '.[1].hash' <<<"$output")" "$(sha256sum "$(command -v rawclient)" | cut -c 1-64)"
}

@test "check tells which files don't fit any more" {
    run -0 --separate-stderr keychain-auth check
    for name in same changed gone open; do
        other_program "$BATS_TEST_TMPDIR/$name"
        keychain-auth register "$BATS_TEST_TMPDIR/$name"
    done
    printf x >>"$BATS_TEST_TMPDIR/changed"
    rm "$BATS_TEST_TMPDIR/gone"
    chmod 0666 "$BATS_TEST_TMPDIR/open"
    run -1 --separate-stderr keychain-auth check --json
    is "$(jq -c 'map(select(.path | startswith($ENV.BATS_TEST_TMPDIR)).status)' <<<"$output")" \
        '["ok","changed","missing","unsafe"]'
    run -1 keychain-auth check
    has "$output" "keychain-auth upgrade"
    run -0 keychain-auth check "$BATS_TEST_TMPDIR/same"
    run -1 keychain-auth check "$BATS_TEST_TMPDIR/changed"
    run -1 keychain-auth check "$(command -v bash)"
    has "$output" unknown
}

# fits_a_screen COMMAND...: its --help, with an example, on 24 lines of 80 columns.
fits_a_screen() {
    local text
    text=$("$@" --help)
    [ "$(fold -w 80 <<<"$text" | wc -l)" -le 24 ] || {
        printf '%s --help is longer than a screen:\n%s\n' "$*" "$text"
        return 1
    }
    has "$text" "example: "
}

@test "every --help fits a screen and has an example" {
    fits_a_screen keychain-auth
    fits_a_screen kcget
    fits_a_screen kcget exec
    fits_a_screen kcget inject
    fits_a_screen git-credential-keychain-auth
    fits_a_screen aws-credential-keychain-auth
    ! command -v kc-shim >/dev/null || fits_a_screen kc-shim
    while IFS=$'\t' read -r name _; do
        fits_a_screen keychain-auth "$name"
        has "$(keychain-auth "$name" --help)" "example: keychain-auth $name"
    done < <(keychain-auth commands)
}

@test "commands lists every command, and each has its --help" {
    run -0 --separate-stderr keychain-auth commands
    names=$(cut -f 1 <<<"$output")
    for name in start stop status list-pending approve register upgrade unregister allow revoke \
        list check set delete search audit commands; do
        grep -qx "$name" <<<"$names"
    done
    help=$(keychain-auth --help)
    while read -r name; do
        run -0 --separate-stderr keychain-auth "$name" --help
        has "$output" "usage: keychain-auth $name"
        is "$stderr" "" "$name"
        has "$help" "$name"
        is "$(keychain-auth help "$name")" "$output" "$name"
        run -0 keychain-auth commands "$name"
        has "$output" --help
        run -2 --separate-stderr keychain-auth "$name" --no-such-option
        is "$output" "" "$name"
    done <<<"$names"
    run -2 keychain-auth commands nonsense
    run -2 --separate-stderr keychain-auth help regsiter
    has "$stderr" '"register"'
}

@test "an unknown command is a usage error with a hint where there is one" {
    run -2 --separate-stderr keychain-auth regsiter
    is "$output" ""
    has "$stderr" '"register"'
    run -2 --separate-stderr keychain-auth xyzzyx
    lacks "$stderr" "did you mean"
    run -2 --separate-stderr keychain-auth $'e\e[31mvil'
    lacks "$stderr" $'\e'
}

@test "every change of the policy is in the record" {
    path=$(command -v rawclient)
    keychain-auth register "$path" --read aws
    keychain-auth allow "$path" --write git
    keychain-auth revoke "$path" --read aws
    keychain-auth upgrade "$path"
    keychain-auth unregister "$path"
    is "$(record ".event == \"policy\" and .binary_path == \"$path\"" |
        jq -r '.action + " " + .result' | tr '\n' ';')" \
        "register success;allow success;revoke success;upgrade success;unregister success;"
    is "$(record '.action == "allow"' | jq -r .message)" "write git"
    run -1 keychain-auth unregister "$path"
    is "$(tail -n 1 "$audit_log" | jq -r '.action + " " + .result')" "unregister error"
    run -0 keychain-auth audit verify
}

@test "without a record the policy isn't changed" {
    stop_daemon
    cp "$config" "$BATS_TEST_TMPDIR/before"
    mv "$audit_log" "$audit_log.away"
    mkdir "$audit_log"
    run -4 --separate-stderr keychain-auth register "$(command -v rawclient)" --read aws
    has "$stderr" "nothing was changed"
    cmp "$config" "$BATS_TEST_TMPDIR/before"
    rmdir "$audit_log"
}

@test "audit filters, counts and follows" {
    put aws key value
    run -0 reader aws key
    run -1 reader github token
    run -0 --separate-stderr keychain-auth audit --json --service github
    is "$(jq -r .target <<<"$output")" token
    run -0 --separate-stderr keychain-auth audit --json --result denied
    is "$(jq -r .service <<<"$output" | sort -u)" github
    run -0 --separate-stderr keychain-auth audit --json -n 1
    is "$(wc -l <<<"$output")" 1
    run -0 --separate-stderr keychain-auth audit --binary /nothing
    is "$output" ""
    run -2 keychain-auth audit --result maybe
    run -2 keychain-auth audit -n many
    run -2 keychain-auth audit nonsense
    keychain-auth audit --follow --json >"$BATS_TEST_TMPDIR/followed" 3>&- &
    local follower=$!
    await grep -q token "$BATS_TEST_TMPDIR/followed"
    run -1 reader git late
    await grep -q late "$BATS_TEST_TMPDIR/followed"
    kill "$follower"
    wait "$follower" || true
}

@test "what can't be written to standard output isn't a success" {
    for words in "list" "commands" "--help" "status" "search aws --json"; do
        # shellcheck disable=SC2016,SC2086 # the inner shell's; words are meant to be split
        run -4 bash -c 'exec keychain-auth "$@" >/dev/full' keychain-auth $words
    done
}
