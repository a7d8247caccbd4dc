#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Helpers speak for their caller: the same kcget, run by shells, scripts, pipes, make, npm, tmux
# and orphans. Each test has a top of its own (programs/session.c), so it doesn't matter what
# runs the tests.

load helpers

setup() {
    private_home
    start_daemon
    put aws key prize
    cd "$BATS_TEST_TMPDIR" || return
    bash=$(readlink -f "$(command -v bash)")
    python=$(readlink -f /usr/bin/python3)
    top=$(command -v session)
}

teardown() {
    if [ -S "$BATS_TEST_TMPDIR/tmux" ]; then
        tmux -S "$BATS_TEST_TMPDIR/tmux" kill-server || true
    fi
    stop_daemon
}

# typed LINE…: what the terminal of an interactive bash shows when these lines are typed.
typed() {
    printf '%s\n' "$@" | session "$bash" --norc --noprofile
}

# in_session COMMAND…: below a top of its own, without a terminal; its output and exit code.
in_session() {
    session --no-terminal "$@" </dev/null
}

# trust_top: session, the test's own terminal emulator, starts things; a chain may end at it.
trust_top() {
    keychain-auth register "$top" --launcher --session-root >/dev/null
}

# script NAME [LINE…]: an executable bash script.
script() {
    printf '%s\n' "#!$bash" "${@:2}" >"$1"
    chmod 0700 "$1"
}

# last_chain FILTER: of the record of the last request.
last_chain() {
    record '.event == "request"' | tail -n 1 | jq -c "$1"
}

@test "a command typed in a shell is allowed after trust-session and approve, and not before" {
    run typed 'kcget aws key'
    lacks "$output" prize
    has "$output" "may not"
    typed 'keychain-auth trust-session --yes' >trusted
    has "$(keychain-auth list)" "$top"
    # Everything above it hands rights on now, but nobody has one.
    run typed 'kcget aws key'
    lacks "$output" prize
    command=$(suggested "$(tr -d '\r' <<<"$output")")
    has "$command" "keychain-auth approve "
    has "$command" " --read aws"
    eval "$command"
    run typed 'kcget aws key'
    has "$output" prize
    run typed 'kcget github token'
    has "$output" "may not"
    is "$(last_chain '[.chain[].kind]')" '["helper","interactive","binary"]'
    is "$(last_chain '.chain[1].declared')" true
    is "$(last_chain .reason)" '"caller_not_allowed"'
}

@test "approve --with-chain does it in one step" {
    run typed 'kcget aws key'
    command=$(suggested "$(tr -d '\r' <<<"$output")")
    has "$command" " --with-chain"
    eval "$command"
    run typed 'kcget aws key'
    has "$output" prize
}

@test "a script needs an approval of its own, and loses it with one byte" {
    trust_top
    keychain-auth register "$bash" --launcher --read aws
    script deploy.sh 'kcget aws key' 'exit $?'
    run typed ./deploy.sh
    lacks "$output" prize
    has "$output" "$PWD/deploy.sh"
    keychain-auth register deploy.sh --read aws
    run typed ./deploy.sh
    has "$output" prize
    is "$(last_chain '[.chain[].kind]')" '["helper","script","interactive","binary"]'
    is "$(last_chain '.chain[1].script')" "\"$PWD/deploy.sh\""
    is "$(last_chain '.chain[1].script_hash')" "\"$(sha256sum <deploy.sh | cut -c 1-64)\""
    is "$(last_chain '.chain[1].declared')" true
    echo >>deploy.sh
    run typed ./deploy.sh
    lacks "$output" prize
    has "$output" "$PWD/deploy.sh"
    keychain-auth upgrade deploy.sh
    run typed ./deploy.sh
    has "$output" prize
}

@test "a script's right is no right of its shell, nor of another script" {
    trust_top
    script deploy.sh 'kcget aws key' 'exit $?'
    script other.sh 'kcget aws key' 'exit $?'
    keychain-auth register deploy.sh --read aws
    run -0 in_session ./deploy.sh
    is "$output" prize
    run -1 in_session ./other.sh
    run -1 in_session "$bash" -c 'kcget aws key; exit $?'
    # The file where it stands, also when the shell is told to run it.
    run -0 in_session "$bash" deploy.sh
    is "$output" prize
    cp -p deploy.sh copy.sh
    run -1 in_session ./copy.sh
    # Started by a script that nobody approved, it isn't what it was.
    script parent.sh ./deploy.sh 'exit $?'
    run -1 in_session ./parent.sh
    has "$output" "$PWD/parent.sh"
    is "$(last_chain '[.chain[].kind]')" '["helper","script","script","binary"]'
}

@test "code from a pipe gets nothing, although the interactive shell is approved" {
    trust_top
    keychain-auth register "$bash" --launcher --read aws
    run typed 'kcget aws key'
    has "$output" prize
    run typed "echo 'kcget aws key; exit \$?' | bash"
    lacks "$output" prize
    is "$(last_chain '.chain[1].kind')" '"inline"'
    echo 'kcget aws key; exit $?' >code
    # shellcheck disable=SC2016 # for the shell on the terminal
    run typed 'bash <code' 'bash -s <code' 'bash -c "$(cat code)"' 'cat code | bash -s - x'
    lacks "$output" prize
    run typed 'bash --rcfile code -i </dev/null' "echo 'bash <code' >sub; bash sub"
    lacks "$output" prize
    keychain-auth allow "$bash" --inline
    run typed "echo 'kcget aws key; exit \$?' | bash"
    has "$output" prize
    keychain-auth allow "$bash" --no-inline
    run typed "bash -c 'kcget aws key; exit \$?'"
    lacks "$output" prize
}

@test "a shell that may only run inline code gets nothing at a terminal" {
    trust_top
    keychain-auth register "$bash" --read aws --inline --no-interactive
    run -0 in_session "$bash" -c 'kcget aws key; exit $?'
    is "$output" prize
    run typed 'kcget aws key'
    lacks "$output" prize
}

@test "a post-install script of npm is denied, and node and npm are on record" {
    command -v npm >/dev/null || skip "npm is missing"
    trust_top
    keychain-auth register "$bash" --launcher --read aws
    mkdir package app
    cat >package/package.json <<'END'
{"name":"innocent","version":"1.0.0",
 "scripts":{"postinstall":"kcget aws key >$OUT; echo $? >>$OUT"}}
END
    echo '{"name":"app","version":"1.0.0","private":true}' >app/package.json
    run typed "export OUT=$PWD/out; cd app" \
        'npm install --offline --no-audit --no-fund --install-links=false ../package'
    is "$(cat out)" 1
    is "$(last_chain .reason)" '"caller_not_allowed"'
    # npm writes over its own arguments, so which script node runs can't be told any more: inline.
    is "$(last_chain '[.chain[].kind]')" '["helper","inline","inline","interactive","binary"]'
    has "$(last_chain '.chain[2].path')" node
    run -0 keychain-auth list-pending
    has "$output" node
    # The person who installs it sees the same key with the same program.
    run typed 'kcget aws key'
    has "$output" prize
}

@test "a target of make is allowed when make is a launcher" {
    make=$(readlink -f "$(command -v make)") || skip "make is missing"
    trust_top
    keychain-auth register "$bash" --launcher --read aws
    printf 'all:\n\t@kcget aws key\n' >Makefile
    run typed make
    lacks "$output" prize
    has "$output" "$make"
    keychain-auth register "$make" --launcher
    run typed make
    has "$output" prize
    is "$(last_chain '[.chain[].kind]')" '["helper","binary","interactive","binary"]'
    # A launcher hands on what is above it and has nothing itself.
    run -2 in_session "$make"
}

@test "tmux is a session of its own" {
    command -v tmux >/dev/null || skip "tmux is missing"
    tmux=$(readlink -f "$(command -v tmux)")
    in_tmux() {
        tmux -S tmux -f /dev/null "$@"
    }
    # Two words and more are executed without a shell between. The server becomes an orphan: below
    # session it is the first process's child, as it is in life.
    in_session tmux -S tmux -f /dev/null new-session -d -x 200 -y 50 "$bash" --norc --noprofile
    types() {
        in_tmux send-keys "$1" Enter
    }
    keychain-auth register "$bash" --launcher --read aws
    types 'kcget aws key >denied 2>&1; echo $? >code'
    await test -s code
    is "$(cat code)" 1
    has "$(cat denied)" "$tmux"
    keychain-auth register "$tmux" --launcher --session-root
    types 'kcget aws key >allowed'
    await test -s allowed
    is "$(cat allowed)" prize
}

@test "an orphan can't borrow a session" {
    trust_top
    keychain-auth register "$bash" --launcher --read aws
    script orphan.sh '(sleep 0.2; kcget aws key >got 2>said; echo $? >code) &'
    keychain-auth register orphan.sh --read aws
    run -0 in_session ./orphan.sh
    await test -s code
    is "$(cat code)" 1
    is "$(cat got)" ""
    has "$(cat said)" "session root"
    is "$(last_chain '[.chain[].kind]')" '["helper","script"]'
    # Only the shell between them waits for it: the chain is whole.
    script child.sh '(sleep 0.2; kcget aws key >got 2>said; echo $? >code2) & wait'
    keychain-auth register child.sh --read aws
    run -0 in_session ./child.sh
    is "$(cat code2)" 0
    is "$(cat got)" prize
}

@test "kcget alone as an orphan is nobody's" {
    trust_top
    run -0 session --orphan --no-terminal sh -c 'kcget aws key >got 2>said </dev/null & exit 0'
    await test -s said
    is "$(cat got)" ""
}

@test "a shell whose parent has ended is a session only when it is registered as one" {
    trust_top
    keychain-auth register "$bash" --launcher --read aws
    lines=('kcget aws key >got 2>said; echo $? >code')
    printf '%s\n' "${lines[@]}" | session --orphan "$bash" --norc --noprofile >/dev/null
    await test -s code
    is "$(cat code)" 1
    has "$(cat said)" "session root"
    rm code
    keychain-auth allow "$bash" --session-root
    printf '%s\n' "${lines[@]}" | session --orphan "$bash" --norc --noprofile >/dev/null
    await test -s code
    is "$(cat got)" prize
}

@test "setsid changes nothing about who called" {
    trust_top
    script detach.sh 'setsid kcget aws key' 'exit $?'
    run -1 in_session ./detach.sh
    keychain-auth register detach.sh --read aws
    run -0 in_session ./detach.sh
    is "$output" prize
}

@test "a python script is one, however it is started, and a module isn't" {
    trust_top
    cat >tool.py <<'END'
#!/usr/bin/env python3
import subprocess, sys
sys.exit(subprocess.run(["kcget", "aws", "key"]).returncode)
END
    chmod 0700 tool.py
    run -1 in_session ./tool.py
    keychain-auth register tool.py --read aws
    has "$(keychain-auth list --json)" "$python"
    for start in ./tool.py "/usr/bin/python3 tool.py" "env python3 tool.py" \
        "/usr/bin/python3 -B -u ./tool.py an argument"; do
        # shellcheck disable=SC2086 # words
        run -0 in_session env PATH="$PATH" $start
        is "$output" prize "$start"
    done
    run -1 in_session /usr/bin/python3 -m tool
    is "$(last_chain '.chain[1].kind')" '"inline"'
    run -1 in_session /usr/bin/python3 -c \
        'import runpy; runpy.run_path("tool.py", run_name="__main__")'
    run -1 in_session "$bash" -c '/usr/bin/python3 <tool.py; exit $?'
    # Another interpreter would do something else with it.
    echo 'kcget aws key; exit $?' >both
    keychain-auth register both --interpreter "$python" --read aws
    run -1 in_session "$bash" both
    has "$output" "$PWD/both"
    # The denial tells how that is changed; the entry keeps what it has.
    has "$output" "keychain-auth register $PWD/both --interpreter $bash"
    keychain-auth register "$PWD/both" --interpreter "$bash"
    run -0 in_session "$bash" both
    is "$output" prize
}

@test "a script that goes elsewhere is still that script, and no other of its name" {
    trust_top
    mkdir good evil elsewhere
    script good/deploy.sh 'cd ../elsewhere' 'kcget aws key' 'exit $?'
    keychain-auth register good/deploy.sh --read aws
    cd good
    run -0 in_session ./deploy.sh
    is "$output" prize
    cd ../evil
    script deploy.sh 'cd ../good' 'kcget aws key' 'exit $?'
    run -1 in_session ./deploy.sh
    lacks "$output" prize
    # Neither by what it says of where it began, nor by a file of that name where it began.
    run -1 in_session env -u PWD ./deploy.sh
    run -1 in_session env "PWD=$BATS_TEST_TMPDIR/good" ./deploy.sh
    script deploy.sh 'mv deploy.sh other.sh' 'cd ../good' 'kcget aws key' 'exit $?'
    run -1 in_session ./deploy.sh
    # An interpreter that doesn't keep its script open is asked by its names alone.
    cd ../good
    printf '%s\n' 'import os, subprocess, sys' 'os.chdir("..")' \
        'sys.exit(subprocess.run(["kcget", "aws", "key"]).returncode)' >tool.py
    keychain-auth register tool.py --interpreter "$python" --read aws
    run -0 in_session /usr/bin/python3 tool.py
    is "$output" prize
    cp tool.py ../tool.py
    echo '# another' >>../tool.py
    run -1 in_session /usr/bin/python3 tool.py
    has "$output" "two files"
}

@test "a script's path may have blanks and quotes, and a symbolic link is its target" {
    trust_top
    mkdir "a dir"
    script "a dir/it's \"one\".sh" 'kcget aws key' 'exit $?'
    keychain-auth register "a dir/it's \"one\".sh" --read aws
    run -0 in_session "./a dir/it's \"one\".sh"
    is "$output" prize
    ln -s "a dir/it's \"one\".sh" link
    run -0 in_session ./link
    is "$output" prize
    is "$(last_chain '.chain[1].script')" "$(jq -n --arg p "$PWD/a dir/it's \"one\".sh" '$p')"
    # The name of an approved script, and something else behind it.
    script evil.sh 'kcget aws key' 'exit $?' '# another'
    ln -sf evil.sh link
    run -1 in_session ./link
    has "$output" evil.sh
}

@test "a path with a newline in it is shown on one line, and approved by its id" {
    trust_top
    name=$'new\nline.sh'
    script "$name" 'kcget aws key' 'exit $?'
    run -1 in_session "./$name"
    is "${#lines[@]}" 1
    has "$output" 'new\x0aline.sh'
    eval "$(suggested "$output")"
    run -0 in_session "./$name"
    is "$output" prize
    keychain-auth audit verify
    is "$(keychain-auth list --json | jq '[.[] | select(.path | contains("new"))] | length')" 1
}

@test "a script that was deleted while it runs is nobody's" {
    trust_top
    script gone.sh 'rm gone.sh' 'kcget aws key' 'exit $?'
    keychain-auth register gone.sh --read aws
    run -1 in_session ./gone.sh
    is "$(last_chain '.chain[1].kind')" '"unknown"'
}

@test "a script that was replaced while it runs is the new one" {
    trust_top
    script deploy.sh 'cp other.sh new; mv new deploy.sh' 'kcget aws key' 'exit $?'
    script other.sh 'exit 0'
    keychain-auth register deploy.sh --read aws
    run -1 in_session ./deploy.sh
}

@test "thirty processes are a chain, thirty-three are a doubt" {
    trust_top
    # shellcheck disable=SC2016 # the script's own
    script deep.sh 'if [ "$1" -gt 1 ]; then ./deep.sh $(($1 - 1)); else kcget aws key; fi' 'exit $?'
    keychain-auth register deep.sh --read aws
    run -0 in_session ./deep.sh 30
    is "$output" prize
    is "$(last_chain '.chain | length')" 32
    run -1 in_session ./deep.sh 33
    has "$output" 32
    is "$(last_chain .chain_end)" '"doubt"'
    keychain-auth audit verify
}

@test "a registered direct client isn't concerned" {
    script any.sh 'reader aws key' 'exit $?'
    run -1 in_session ./any.sh
    keychain-auth register "$(command -v reader)" --read aws
    run -0 in_session ./any.sh
    is "$output" prize
    is "$(last_chain '[.chain[].kind]')" '["direct"]'
    keychain-auth allow "$(command -v reader)" --ancestry-chain
    run -1 in_session ./any.sh
    is "$(last_chain .reason)" '"caller_not_allowed"'
    trust_top
    keychain-auth register any.sh --launcher
    run -0 in_session ./any.sh
    is "$output" prize
    # What it needed the last time is only a guess of what it needs now.
    keychain-auth allow "$(command -v reader)" --no-ancestry-chain
    keychain-auth unregister any.sh
    run -0 in_session ./any.sh
    is "$output" prize
    is "$(last_chain '[.chain[].kind]')" '["direct"]'
}

@test "with the rule nearest only the nearest caller counts" {
    script near.sh 'kcget aws key' 'exit $?'
    run -1 in_session ./near.sh
    keychain-auth caller-rule nearest
    has "$(keychain-auth status)" nearest
    run -1 in_session ./near.sh
    keychain-auth register near.sh --launcher
    run -1 in_session ./near.sh
    keychain-auth allow near.sh --read aws
    run -0 in_session ./near.sh
    is "$output" prize
    keychain-auth caller-rule chain
    run -1 in_session ./near.sh
}

@test "a helper has no rights of its own, and none can be given" {
    trust_top
    kcget=$(command -v kcget)
    has "$(keychain-auth list --json | jq -c ".[] | select(.path == \"$kcget\")")" '"helper":true'
    run keychain-auth allow "$kcget" --read aws
    [ "$status" -ne 0 ]
    has "$output" "allow the program that calls it"
    edit_json "$config" '(.registered_binaries[] | select(.helper)).allowed_read_services = ["aws"]'
    script any.sh 'kcget aws key' 'exit $?'
    run -1 in_session ./any.sh
    lacks "$output" prize
}

@test "revoking one of the chain ends it at once" {
    trust_top
    script deploy.sh 'kcget aws key' 'exit $?'
    keychain-auth register deploy.sh --read aws
    run -0 in_session ./deploy.sh
    keychain-auth revoke "$top" --launcher
    run -1 in_session ./deploy.sh
    has "$output" "$top"
}

@test "a pattern holds for the targets that it names" {
    trust_top
    put aws prod-db one
    put aws test-db two
    script deploy.sh 'kcget aws prod-db; kcget aws test-db; exit 0'
    keychain-auth register deploy.sh --read 'aws/prod-*'
    run -0 --separate-stderr in_session ./deploy.sh
    is "$output" one
}

@test "below another user's process no session root is needed" {
    # The runner drops to this user from root, so the top is root's child.
    pid=$$
    while [ "$pid" -gt 1 ]; do
        if [ "$(awk '/^Uid/{print $2 $3 $4 $5}' "/proc/$pid/status")" != "$UID$UID$UID$UID" ]; then
            break
        fi
        pid=$(awk '/^PPid/{print $2}' "/proc/$pid/status")
    done
    [ "$pid" -gt 1 ] || skip "nobody else's process is above this one"
    script deploy.sh 'kcget aws key' 'exit $?'
    run -1 ./deploy.sh
    is "$(last_chain .chain_end)" '"other_user"'
    # What is between bats and that process, approved as it is; no session root among it.
    command=$(suggested "$output")
    has "$command" --with-chain
    eval "$command"
    run -0 ./deploy.sh
    is "$output" prize
    is "$(keychain-auth list --json | jq '[.[] | select(.session_root)] | length')" 0
}
