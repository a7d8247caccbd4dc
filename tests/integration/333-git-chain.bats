#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The adapters are helpers: what counts is who runs git, or the AWS tools.

load helpers
load adapters

setup() {
    private_home
    start_daemon
    private_git
    cd "$BATS_TEST_TMPDIR" || return
    bash=$(readlink -f "$(command -v bash)")
    # What git was asked for, stored by the administrator: nobody has a right yet.
    printf s3cret | keychain-auth set git https://bob@example.com \
        --attr protocol=https --attr host=example.com --attr username=bob
    keychain-auth register "$(command -v session)" --launcher --session-root >/dev/null
    cat >fetch.sh <<END
#!$bash
printf 'protocol=https\nhost=example.com\nusername=bob\n\n' | git credential fill
exit
END
    chmod 0700 fetch.sh
}

teardown() {
    stop_daemon
}

in_session() {
    session --no-terminal "$@" </dev/null
}

# chain FILTER: of the record of the last request.
chain() {
    record '.event == "request"' | tail -n 1 | jq -c "$1"
}

@test "a script that nobody approved gets no password from git" {
    run in_session ./fetch.sh
    lacks "$output" s3cret
    has "$output" "git-credential-keychain-auth"
    is "$(chain .reason)" '"caller_not_allowed"'
    is "$(chain '.chain[0].kind')" '"helper"'
    has "$(chain '[.chain[].path]')" git
    has "$(chain '[.chain[].script]')" fetch.sh
}

@test "approved with its chain it does, and another script still doesn't" {
    run in_session ./fetch.sh
    command=$(suggested "$output")
    has "$command" " --read git --with-chain"
    run -0 eval "$command"
    run -0 in_session ./fetch.sh
    has "$output" "password=s3cret"
    sed 's/^exit$/exit 0/' fetch.sh >other.sh
    chmod 0700 other.sh
    run in_session ./other.sh
    lacks "$output" s3cret
}

@test "a post-install script of npm gets no password from either, typed by a person both give one" {
    command -v npm >/dev/null || skip "npm is missing"
    printf '{"AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"s3cret"}' |
        keychain-auth set aws prod --json
    printf 'protocol=https\nhost=example.com\nusername=bob\n\n' >question
    git config --global --list >/dev/null
    # All that a person does with git in this shell is allowed …
    lines=("git credential fill <question >typed; aws-credential-keychain-auth prod >key; true")
    printf '%s\n' "${lines[@]}" | session "$bash" --norc --noprofile >shown
    eval "$(suggested "$(tr -d '\r' <shown | grep ' --read git ')")"
    eval "$(suggested "$(tr -d '\r' <shown | grep ' --read aws ')")"
    printf '%s\n' "${lines[@]}" | session "$bash" --norc --noprofile >shown
    has "$(cat typed)" "password=s3cret"
    has "$(cat key)" '"SecretAccessKey":"s3cret"'
    # … and the same below npm isn't.
    mkdir package app
    cat >package/package.json <<'END'
{"name":"innocent","version":"1.0.0","scripts":{"postinstall":
"git credential fill <$IN/question >$IN/git; aws-credential-keychain-auth prod >$IN/aws; exit 0"}}
END
    echo '{"name":"app","version":"1.0.0","private":true}' >app/package.json
    printf '%s\n' "export IN=$PWD; cd app" \
        'npm install --offline --no-audit --no-fund --install-links=false ../package' |
        session "$bash" --norc --noprofile >shown
    [ -e git ] && [ -e aws ]
    is "$(cat git aws)" ""
    is "$(record '.result == "denied"' | tail -n 2 | jq -r '.chain | map(.path) | join(" ")' |
        grep -c node)" 2
}

@test "the same for a profile of the AWS tools" {
    printf '{"AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"s3cret"}' |
        keychain-auth set aws prod --json
    printf '%s\n' "#!$bash" 'aws-credential-keychain-auth prod' exit >deploy.sh
    chmod 0700 deploy.sh
    run -1 in_session ./deploy.sh
    has "$output" "aws-credential-keychain-auth"
    keychain-auth register deploy.sh --read aws/prod
    run -0 in_session ./deploy.sh
    is "$(jq -r .SecretAccessKey <<<"$output")" s3cret
}

@test "no right can be given to an adapter" {
    for adapter in git-credential-keychain-auth aws-credential-keychain-auth; do
        run keychain-auth allow "$(command -v $adapter)" --read git
        [ "$status" -ne 0 ]
    done
}
