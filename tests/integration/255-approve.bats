#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A chain that was turned away: how list-pending draws it, what approve registers and what it
# refuses, what trust-session shows and asks, and how explain --pid tells it all beforehand. Each
# test has a top of its own (programs/session.c), so it doesn't matter what runs the tests.

load helpers

setup() {
    private_home
    start_daemon
    put aws key prize
    cd "$BATS_TEST_TMPDIR" || return
    bash=$(readlink -f "$(command -v bash)")
    kcget=$(command -v kcget)
    top=$(command -v session)
}

teardown() {
    stop_daemon
}

# typed LINE…: what the terminal of an interactive bash shows when these lines are typed.
typed() {
    printf '%s\n' "$@" | session "$bash" --norc --noprofile | tr -d '\r'
}

# answered LINE…: the same, where our own question is answered like the prompt, by the next line.
answered() {
    printf '%s\n' "$@" | session --prompt '[y/N] ' "$bash" --norc --noprofile | tr -d '\r'
}

# in_session COMMAND…: below a top of its own, without a terminal; its output and exit code.
in_session() {
    session --no-terminal "$@" </dev/null
}

trust_top() {
    keychain-auth register "$top" --launcher --session-root >/dev/null
}

# script NAME [LINE…]: an executable bash script that ends as its last command did.
script() {
    printf '%s\n' "#!$bash" "${@:2}" "exit \$?" >"$1"
    chmod 0700 "$1"
}

# waiting FILTER: of the list as programs see it.
waiting() {
    keychain-auth list-pending --json | jq -c "$1"
}

# id_of_newest: what approve takes for the newest that waits.
id_of_newest() {
    waiting '.[0].id' | tr -d '"'
}

# entry PATH FILTER: of the policy's entry.
entry() {
    keychain-auth list --json | jq -c --arg path "$1" ".[] | select(.path == \$path) | $2"
}

registered() {
    jq -r '.registered_binaries[].path' "$config" | grep -cFx -- "$1"
}

@test "what can't be listed isn't offered for approval, and what can be done is said" {
    local odd=$'caf\xe9.sh'
    trust_top
    script "$odd" 'kcget aws key'
    run -1 in_session "./$odd"
    has "$output" "it can't be approved: a path isn't UTF-8 text, which no policy can hold"
    lacks "$output" "keychain-auth approve"
    is "$(waiting length)" 0
    mv "$odd" cafe.sh
    run -1 in_session ./cafe.sh
    keychain-auth approve "$(id_of_newest)" --read aws --with-chain
    run -0 in_session ./cafe.sh
    is "$output" prize
}

@test "list-pending draws a chain with what it wanted, what each lacks, and the command" {
    trust_top
    script deploy.sh 'kcget aws key'
    run -1 in_session ./deploy.sh
    run -0 --separate-stderr keychain-auth list-pending
    id=$(id_of_newest)
    has "$output" "${id:0:16}  $kcget"
    has "$output" 'asked to read "aws" "key"'
    has "$output" " 1 time, last "
    has "$output" "    └ $PWD/deploy.sh, script of $bash"
    has "$output" "✗ is not registered"
    has "$output" "      └ $top "
    has "$output" "✓ is a launcher"
    has "$output" "keychain-auth approve ${id:0:16} --read aws --with-chain"
    is "$(waiting '.[0].links | map([.kind, .path, .passes])')" \
        "[[\"script\",\"$bash\",false],[\"binary\",\"$top\",true]]"
    is "$(waiting '.[0].links[0].script')" "\"$PWD/deploy.sh\""
    is "$(waiting '.[0].links[0].script_hash')" "\"$(sha256sum <deploy.sh | cut -c 1-64)\""
    is "$(waiting '.[0] | [.path, .hash, (.end | type)]')" \
        "[\"$kcget\",\"$(sha256sum <"$kcget" | cut -c 1-64)\",\"string\"]"
}

@test "one chain is one entry, another chain of the same helper another one, newest first" {
    trust_top
    script one.sh 'kcget aws key' 'kcget github token'
    script two.sh 'kcget aws key'
    run -1 in_session ./one.sh
    run -1 in_session ./two.sh
    is "$(waiting 'map(.links[0].script)')" "[\"$PWD/two.sh\",\"$PWD/one.sh\"]"
    is "$(waiting 'map(.asked | length)')" '[1,2]'
    is "$(waiting 'map(.path) | unique | length')" 1
    # The helper's path is everybody's who runs it, so that it names none of them.
    run -1 --separate-stderr keychain-auth approve "$kcget" --read aws
    has "$stderr" "approve ID"
    is "$(entry "$PWD/one.sh" .path)" ""
}

@test "approve without flags gives no rights and says so, and the chain goes on waiting" {
    trust_top
    script deploy.sh 'kcget aws key'
    run -1 in_session ./deploy.sh
    run -0 --separate-stderr keychain-auth approve "$(id_of_newest)"
    has "$stderr" "no rights were given"
    has "$stderr" "isn't enough yet"
    is "$(entry "$PWD/deploy.sh" '[.allowed_read_services, .launcher]')" '[[],false]'
    run -1 in_session ./deploy.sh
    is "$(waiting length)" 1
    run -0 keychain-auth approve "$(id_of_newest)" --read aws
    is "$(waiting .)" '[]'
    run -0 in_session ./deploy.sh
    is "$output" prize
}

@test "without --with-chain only the caller gets the right, and what is missing is said" {
    script deploy.sh 'kcget aws key'
    run -1 in_session ./deploy.sh
    id=$(id_of_newest)
    run -0 --separate-stderr keychain-auth approve "$id" --read aws
    has "$output" "✓ gets the rights"
    has "$output" "✗ is not registered"
    has "$stderr" "$top"
    has "$stderr" " --with-chain"
    is "$(entry "$top" .path)" ""
    run -1 in_session ./deploy.sh
    eval "$(suggested "$stderr")"
    is "$(entry "$top" '[.launcher, .session_root, .allowed_read_services]')" '[true,true,[]]'
    is "$(entry "$PWD/deploy.sh" '[.launcher, .allowed_read_services]')" '[false,["aws"]]'
    is "$(waiting .)" '[]'
    run -0 in_session ./deploy.sh
    is "$output" prize
}

@test "approve --with-chain registers what it showed, and the record has each" {
    script outer.sh ./deploy.sh
    script deploy.sh 'kcget aws key'
    run -1 in_session ./outer.sh
    run -0 keychain-auth approve "$(id_of_newest)" --read aws --with-chain
    has "$output" "✓ gets the rights"
    has "$output" "✓ becomes a launcher"
    has "$output" "✓ becomes a launcher and session root"
    is "$(record '.event == "approve"' | jq -r .binary_path)" \
        "$PWD/outer.sh"$'\n'"$top"$'\n'"$PWD/deploy.sh" "the right comes last"
    is "$(record '.event == "approve"' | jq -r '.message // ""' | tail -n 1)" "read aws"
    run -0 in_session ./outer.sh
    is "$output" prize
    keychain-auth audit verify
}

@test "a file that changed since it was seen stops the whole approval" {
    script outer.sh ./deploy.sh
    script deploy.sh 'kcget aws key'
    run -1 in_session ./outer.sh
    id=$(id_of_newest)
    before=$(cat "$config")
    echo '# more' >>outer.sh
    run -1 --separate-stderr keychain-auth approve "$id" --read aws --with-chain
    has "$stderr" "outer.sh"
    has "$stderr" "another hash"
    rm outer.sh
    run -1 keychain-auth approve "$id" --read aws --with-chain
    is "$(cat "$config")" "$before"
}

@test "a script that is registered with other bytes is upgraded, not approved" {
    trust_top
    script deploy.sh 'kcget aws key'
    keychain-auth register deploy.sh --read aws
    echo '# more' >>deploy.sh
    run -1 in_session ./deploy.sh
    has "$output" "keychain-auth upgrade"
    before=$(cat "$config")
    run -1 --separate-stderr keychain-auth approve "$(id_of_newest)" --read aws
    has "$stderr" "upgrade"
    is "$(cat "$config")" "$before"
}

@test "code without a name is approved only with --inline, and said so" {
    trust_top
    run -1 in_session "$bash" -c 'kcget aws key; exit $?'
    id=$(id_of_newest)
    run -1 --separate-stderr keychain-auth approve "$id" --read aws --with-chain
    has "$stderr" "code that has no name"
    has "$stderr" "--inline"
    is "$(entry "$bash" .path)" ""
    run -0 keychain-auth approve "$id" --read aws --with-chain --inline
    has "$output" "whatever code is put into it"
    is "$(entry "$bash" '[.inline, .allowed_read_services]')" '[true,["aws"]]'
    run -0 in_session "$bash" -c 'kcget aws key; exit $?'
    is "$output" prize
    # Who didn't need it didn't get it.
    script deploy.sh 'kcget aws key'
    run -1 in_session ./deploy.sh
    keychain-auth approve "$(id_of_newest)" --read aws --inline
    is "$(entry "$PWD/deploy.sh" .inline)" false
}

@test "a process that can't be told is never approved" {
    trust_top
    script gone.sh 'rm gone.sh' 'kcget aws key'
    run -1 --separate-stderr in_session ./gone.sh
    lacks "$stderr" "keychain-auth approve"
    is "$(waiting .)" '[]'
}

@test "a caller that is registered already gets the right besides" {
    trust_top
    script deploy.sh 'kcget aws key'
    keychain-auth register deploy.sh --read github
    run -1 in_session ./deploy.sh
    keychain-auth approve "$(id_of_newest)" --read aws
    is "$(entry "$PWD/deploy.sh" .allowed_read_services)" '["github","aws"]'
    is "$(registered "$PWD/deploy.sh")" 1
    run -0 in_session ./deploy.sh
}

@test "what the policy allows by now is said in the list" {
    trust_top
    script deploy.sh 'kcget aws key'
    run -1 in_session ./deploy.sh
    keychain-auth register deploy.sh --read aws
    has "$(keychain-auth list-pending)" "allows this by now"
    is "$(waiting '.[0].links | map(.passes)')" '[true,true]'
}

@test "a list of an older version is read on" {
    other_program tool
    run -1 ./tool aws key
    edit_json "$pending" '.pending |= map(del(.id, .end, .links))'
    is "$(waiting 'map([.id == .hash, has("links")])')" '[[true,false]]'
    run -0 keychain-auth approve "$(id_of_newest)"
    is "$(waiting .)" '[]'
}

@test "trust-session shows what is above, and registers it after a yes" {
    run -0 answered 'keychain-auth trust-session' y 'kcget aws key'
    has "$output" "$bash, interactive"
    has "$output" "becomes a launcher"
    has "$output" "$top"
    has "$output" "becomes a launcher and session root"
    has "$output" "register these? [y/N]"
    is "$(entry "$bash" '[.launcher, .session_root, .allowed_read_services]')" '[true,false,[]]'
    is "$(entry "$top" '[.launcher, .session_root, .allowed_read_services]')" '[true,true,[]]'
    lacks "$output" prize
    run -0 typed 'keychain-auth trust-session'
    has "$output" "nothing to do"
    lacks "$output" "[y/N]"
}

@test "trust-session registers nothing after a no, nor without a terminal" {
    for answer in n '' yess 'y y'; do
        run -0 answered 'keychain-auth trust-session' "$answer"
        has "$output" "nothing was registered"
        is "$(entry "$top" .path)" "" "after '$answer'"
    done
    script trust.sh 'keychain-auth trust-session'
    run -1 in_session ./trust.sh
    has "$output" "there is no terminal"
    is "$(entry "$top" .path)" ""
}

@test "trust-session leaves a script and code without a name to an approval of their own" {
    script trust.sh 'keychain-auth trust-session --yes'
    run -0 in_session ./trust.sh
    has "$output" "needs an approval of its own"
    has "$output" "$PWD/trust.sh"
    is "$(entry "$top" '[.launcher, .session_root]')" '[true,true]'
    is "$(entry "$PWD/trust.sh" .path)" ""
    is "$(entry "$bash" .path)" ""
    run -0 in_session "$bash" -c 'keychain-auth trust-session --yes; exit $?'
    has "$output" "code without a name"
    is "$(entry "$bash" .path)" ""
}

@test "explain --pid shows what a helper below this shell would be told" {
    trust_top
    script who.sh 'keychain-auth explain --pid $$ read aws key "$@"'
    run -1 --separate-stderr in_session ./who.sh
    has "$output" "denied  caller_not_allowed"
    has "$output" "$PWD/who.sh, script of $bash"
    has "$output" "✗ is not registered"
    has "$output" "✓ is a launcher"
    run -1 --separate-stderr in_session ./who.sh --json
    is "$(jq -c '[.decision, .reason, .imagined, .chain_counts, (.links | map(.passes))]' \
        <<<"$output")" '["denied","caller_not_allowed",true,true,[false,true]]'
    keychain-auth register who.sh --read aws
    run -0 in_session ./who.sh
    has "$output" allowed
    has "$output" "✓ has the right"
    is "$(waiting .)" '[]' "nobody asked"
}

@test "explain --pid shows the chain of a helper that runs, as the daemon sees it" {
    trust_top
    cp "$(command -v sleep)" helper
    keychain-auth register helper --helper
    script waits.sh './helper 60 & echo $! >pid; wait'
    in_session ./waits.sh 3>&- &
    waiter=$!
    await test -s pid
    pid=$(cat pid)
    await same_program helper "$pid"
    run -1 --separate-stderr keychain-auth explain --pid "$pid" read aws key
    has "$output" "\"$PWD/helper\" (pid $pid"
    has "$output" "$PWD/waits.sh, script of $bash"
    run -1 --separate-stderr keychain-auth explain --pid "$pid" read aws key --json
    is "$(jq -c '[.imagined, .chain_counts, .reason, .path]' <<<"$output")" \
        "[false,true,\"caller_not_allowed\",\"$PWD/helper\"]"
    is "$(jq -c '.links | map(.kind)' <<<"$output")" '["script","binary"]'
    keychain-auth register waits.sh --read aws
    run -0 keychain-auth explain --pid "$pid" read aws key
    kill "$pid"
    wait "$waiter" || true
}

# same_program FILE PID: it has executed that by now.
same_program() {
    [ "/proc/$2/exe" -ef "$1" ]
}

@test "explain --pid of a program that asks for itself asks nobody above" {
    keychain-auth register "$(command -v reader)" --read aws
    sleep 60 3>&- &
    sleeper=$!
    run -1 --separate-stderr keychain-auth explain --pid "$sleeper" read aws key
    has "$output" "denied  unregistered_binary"
    has "$output" "nobody above is asked"
    keychain-auth register "$(readlink -f /proc/"$sleeper"/exe)" --read aws
    run -0 keychain-auth explain --pid "$sleeper" read aws key
    run -1 keychain-auth explain --pid "$sleeper" read github
    kill "$sleeper"
    wait "$sleeper" || true
    run -1 --separate-stderr keychain-auth explain --pid "$sleeper" read aws key
    has "$stderr" "can't be looked at"
    for words in 'read' 'read aws key more' 'fetch aws key' ''; do
        # shellcheck disable=SC2086 # words
        run -2 --separate-stderr keychain-auth explain --pid 1 $words
    done
    run -2 keychain-auth explain --pid none read aws
}
