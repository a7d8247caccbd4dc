#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Helpers, scripts and chains where a passphrase is set: whatever the commands say of them goes
# through the daemon, with one proof for all steps, and our own helpers are found at unlock.

load helpers

setup() {
    private_home
    bin=$BATS_TEST_TMPDIR/bin
    mkdir -m 0755 "$bin"
    cp "$(command -v keychain-auth)" "$(command -v kcget)" "$bin"
    PATH=$bin:$PATH
    start_daemon
    put aws key prize
    cd "$BATS_TEST_TMPDIR" || return
    bash=$(readlink -f "$(command -v bash)")
    top=$(command -v session)
    with 'correct horse' keychain-auth passphrase set
}

teardown() {
    stop_daemon
}

# proven COMMAND…: with the passphrase, which can be read only once.
proven() {
    with 'correct horse' keychain-auth "$@"
}

# entry PATH FILTER: of the policy's entry.
entry() {
    keychain-auth list --json | jq -c --arg path "$1" ".[] | select(.path == \$path) | $2"
}

# script NAME [LINE…]: an executable bash script that ends as its last command did.
script() {
    printf '%s\n' "#!$bash" "${@:2}" "exit \$?" >"$1"
    chmod 0700 "$1"
}

in_session() {
    session --no-terminal "$@" </dev/null
}

@test "our own helpers are registered under the seal, at unlock and not before" {
    proven unregister "$bin/kcget"
    stop_daemon
    : >"$daemon_log"
    start_daemon
    has "$(cat "$daemon_log")" "the helpers are looked at once it is unlocked"
    is "$(entry "$bin/kcget" .helper)" ""
    proven unlock
    is "$(entry "$bin/kcget" .helper)" true
    is "$(fact policy_seal)" sealed
    is "$(fact policy)" ok
    is "$(record '.event == "policy" and .action == "register" and
        (.message | startswith("helper"))' | wc -l)" 2
    run -0 keychain-auth audit verify
}

@test "a policy that somebody else changed gets no helpers at unlock" {
    proven unregister "$bin/kcget"
    keychain-auth lock
    edit_json "$config" '.caller_rule = "nearest"'
    proven unlock
    has "$(cat "$daemon_log")" "the policy was changed by another program"
    is "$(entry "$bin/kcget" .helper)" ""
    is "$(fact policy_seal)" BROKEN
}

@test "caller-rule needs a proof, and is sealed" {
    run -1 --separate-stderr setsid -w keychain-auth caller-rule nearest
    is "$(keychain-auth caller-rule)" chain
    proven caller-rule nearest
    is "$(keychain-auth caller-rule)" nearest
    has "$(fact caller_rule)" nearest
    is "$(fact policy_seal)" sealed
    run -0 --separate-stderr record '.action == "caller-rule"'
    has "$output" '"message":"nearest"'
}

@test "every flag of an entry travels to the daemon" {
    other_program "$PWD/tool"
    proven register "$PWD/tool" --read aws --search --plain --jit --launcher --session-root \
        --no-interactive --inline --ancestry-chain
    is "$(jq -c '.registered_binaries[] | select(.path | endswith("/tool")) | [.can_search, .plain,
        .code, .launcher, .session_root, .interactive, .inline, .ancestry]' "$config")" \
        '[true,true,"jit",true,true,false,true,"chain"]'
    proven revoke "$PWD/tool" --plain --jit --launcher --session-root --inline --ancestry-chain
    is "$(entry "$PWD/tool" '[.can_search, .plain, .launcher, .session_root, .inline]')" \
        '[true,false,false,false,false]'
    run -1 --separate-stderr proven allow "$bin/kcget" --read aws
    has "$stderr" "is a helper and has no rights of its own"
    is "$(fact policy_seal)" sealed
}

@test "a script is registered and upgraded with what runs it" {
    script deploy.sh 'kcget aws key'
    proven register ./deploy.sh --read aws
    is "$(entry "$PWD/deploy.sh" .interpreter)" "\"$bash\""
    proven register "$top" --launcher --session-root
    run -0 in_session ./deploy.sh
    is "$output" prize
    echo '# changed' >>deploy.sh
    run -1 in_session ./deploy.sh
    proven upgrade ./deploy.sh
    is "$(in_session ./deploy.sh)" prize
}

@test "approve --with-chain makes several entries with one passphrase" {
    script deploy.sh 'kcget aws key'
    run -1 in_session ./deploy.sh
    id=$(keychain-auth list-pending --json | jq -r '.[0].id')
    run -1 --separate-stderr setsid -w keychain-auth approve "${id:0:16}" --read aws --with-chain
    is "$(entry "$top" .launcher)" "" "without a proof nothing is made"
    run -0 proven approve "${id:0:16}" --read aws --with-chain
    has "$output" "may now speak for them"
    is "$(entry "$top" '[.launcher, .session_root]')" '[true,true]'
    is "$(in_session ./deploy.sh)" prize
    is "$(keychain-auth list-pending --json | jq length)" 0
    is "$(fact policy_seal)" sealed
}

@test "trust-session needs the passphrase once for all that it registers" {
    printf '%s\n' 'keychain-auth trust-session --yes --passphrase-fd 7 7< <(echo correct horse)' |
        session "$bash" --norc --noprofile >shown
    is "$(entry "$bash" .launcher)" true
    is "$(entry "$top" '[.launcher, .session_root]')" '[true,true]'
    is "$(fact policy_seal)" sealed
}
