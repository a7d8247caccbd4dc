#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# aws-credential-keychain-auth and the commands around it: what the tools get, and when they get
# nothing.
load helpers
load adapters

setup() {
    private_home
    start_daemon
    let_adapter aws --read aws
}

teardown() {
    stop_daemon
}

key='"AccessKeyId":"AKIA1","SecretAccessKey":"hunter2/+="'

# put_key PROFILE MEMBERS
put_key() {
    printf '{%s}' "$2" | keychain-auth set --json aws "$1"
}

@test "the document is one line: version, key, and nothing that is absent" {
    put_key prod "$key"
    run -0 --separate-stderr aws-credential-keychain-auth prod
    is "$output" "{\"Version\":1,$key}"
    is "$stderr" ""
    is "$(aws-credential-keychain-auth prod | wc -l)" 1
    put_key all "\"AccountId\":\"123456789012\",\"Version\":1,$key,\"SessionToken\":\"t\",
        \"Expiration\":\"2999-01-02T03:04:05+00:00\""
    run -0 aws-credential-keychain-auth all
    is "$output" "{\"Version\":1,$key,\"SessionToken\":\"t\",\
\"Expiration\":\"2999-01-02T03:04:05Z\",\"AccountId\":\"123456789012\"}"
    put_key nulls "$key,\"SessionToken\":null,\"Expiration\":null"
    is "$(aws-credential-keychain-auth nulls)" "{\"Version\":1,$key}"
}

@test "no key, no right, no daemon: nothing on standard output, one line on standard error" {
    put_key prod "$key"
    run -1 --separate-stderr aws-credential-keychain-auth absent
    is "$output" ""
    has "$stderr" '"absent"'
    is "$(wc -l <<<"$stderr")" 1
    stop_adapter aws --read aws
    run -1 --separate-stderr aws-credential-keychain-auth prod
    is "$output" ""
    is "$(wc -l <<<"$stderr")" 1
    has "$stderr" "keychain-auth allow"
    stop_daemon
    run -3 --separate-stderr aws-credential-keychain-auth prod
    is "$output" ""
    has "$stderr" "keychain-auth start"
}

@test "an expired key is told to nobody, with a line that says since when" {
    # What has expired can't be stored as a key, so it is stored as any value.
    printf '{%s,"Expiration":"2020-01-02T03:04:05Z"}' "$key" | keychain-auth set aws old
    run -1 --separate-stderr aws-credential-keychain-auth old
    is "$output" ""
    has "$stderr" 'profile "old"'
    has "$stderr" "expired at 2020-01-02T03:04:05Z"
    lacks "$stderr" hunter2
}

@test "a value that is no key is told to nobody" {
    local value
    for value in hunter2 '{"hunter2":1}' '[]' '{"AccessKeyId":"hunter2"}' \
        "{$key,\"Version\":2}" "{$key,\"Expiration\":\"hunter2\"}" "{$key" "{$key}{$key}" \
        "{$key,\"AccessKeyId\":\"hunter2\"}" '{"AccessKeyId":"hunter2","SecretAccessKey":""}'; do
        printf '%s' "$value" | keychain-auth set aws bad
        run -1 --separate-stderr aws-credential-keychain-auth bad
        is "$output" "" "$value"
        has "$stderr" "can't be used"
        lacks "$stderr" hunter2
        # And set --json doesn't take it.
        run -2 --separate-stderr keychain-auth set --json aws worse <<<"$value"
        has "$stderr" "nothing was stored"
        lacks "$output$stderr" hunter2
    done
    run -2 keychain-auth set --json aws worse <<<"{$key,\"Expiration\":\"2020-01-02T03:04:05Z\"}"
    has "$output" "expired at 2020"
    is "$(keychain-auth search aws)" bad
    run -2 keychain-auth set --json git x <<<"{$key}"
    has "$output" "for the AWS tools"
}

@test "the whole command line is one profile" {
    run -2 --separate-stderr aws-credential-keychain-auth
    is "$output" ""
    has "$stderr" "usage: aws-credential-keychain-auth"
    run -2 aws-credential-keychain-auth one two
    run -2 aws-credential-keychain-auth $'a\nb'
    run -2 aws-credential-keychain-auth --nonsense x
    run -2 aws-credential-keychain-auth --timeout soon x
    run -0 aws-credential-keychain-auth --help
    has "$output" --timeout
    run -0 aws-credential-keychain-auth --version
}

@test "without room for the document it ends badly" {
    put_key prod "$key"
    run -4 --separate-stderr bash -c 'exec aws-credential-keychain-auth prod >/dev/full'
    has "$stderr" "standard output"
    lacks "$stderr" hunter2
    run -4 bash -c 'exec aws-credential-keychain-auth prod >&-'
}

@test "a daemon that doesn't answer is waited for ten seconds, or as long as was said" {
    start_deaf "$BATS_TEST_TMPDIR/d/deaf"
    run -4 --separate-stderr timeout 9 aws-credential-keychain-auth --timeout 1 \
        --socket "$BATS_TEST_TMPDIR/d/deaf" prod
    is "$output" ""
    run -4 --separate-stderr timeout 25 aws-credential-keychain-auth \
        --socket "$BATS_TEST_TMPDIR/d/deaf" prod
    is "$output" ""
    stop_deaf
}

@test "what was imported is what the tools get" {
    mkdir "$HOME/.aws"
    printf '[prod]\naws_access_key_id = AKIA1\naws_secret_access_key = hunter2/+=\n' \
        >"$HOME/.aws/credentials"
    run -0 keychain-auth import aws
    has "$output" "keychain-auth aws configure PROFILE"
    is "$(aws-credential-keychain-auth prod)" "{\"Version\":1,$key}"
    # What the tools couldn't use isn't imported either.
    printf '[bad]\naws_access_key_id = a\xc2\x85b\naws_secret_access_key = s\n' >"$HOME/odd"
    run -1 keychain-auth import aws "$HOME/odd"
    has "$output" "line 2"
}

@test "a read is one line of the record, with the profile" {
    put_key prod "$key"
    aws-credential-keychain-auth prod >/dev/null
    is "$(record '.action == "read"' | jq -r '[.result, .service, .target] | join(" ")')" \
        "success aws prod"
    is "$(grep -c hunter2 "$audit_log")" 0
}

adapter() {
    command -v aws-credential-keychain-auth
}

@test "aws configure adds its line and leaves every other byte alone" {
    mkdir "$HOME/.aws"
    local file=$HOME/.aws/config
    printf '# mine \r\n[default]\nregion=x \n\n[profile  prod]\n\tregion = y' >"$file"
    cp "$file" "$HOME/before"
    run -1 --separate-stderr keychain-auth aws configure prod
    has "$output" "\"$file\", after line 5:"
    has "$output" "+credential_process = $(adapter) prod"
    has "$stderr" "nothing was written; --yes writes it"
    cmp "$file" "$HOME/before"
    run -0 --separate-stderr keychain-auth aws configure prod --yes
    is "$stderr" ""
    is "$(diff "$HOME/before" "$file" | grep -v '^[0-9]')" "> credential_process = $(adapter) prod"
    cp "$file" "$HOME/before"
    run -0 --separate-stderr keychain-auth aws configure prod
    has "$output" "says so already"
    cmp "$file" "$HOME/before"
}

@test "aws configure makes the section, the file and the directory where there are none" {
    run -0 keychain-auth aws configure --yes default
    is "$(<"$HOME/.aws/config")" "[default]
credential_process = $(adapter) default"
    is "$(stat -c %a "$HOME/.aws" "$HOME/.aws/config" | xargs)" "700 600"
    run -0 keychain-auth aws configure --yes prod
    is "$(tail -n 3 "$HOME/.aws/config")" "
[profile prod]
credential_process = $(adapter) prod"
    AWS_CONFIG_FILE=$HOME/other run -0 keychain-auth aws configure --yes prod
    is "$(head -n 1 "$HOME/other")" "[profile prod]"
    # Whatever it wrote is what runs.
    put_key prod "$key"
    is "$(sh -c "$(sed -n 's/^credential_process = //p' "$HOME/other")")" "{\"Version\":1,$key}"
}

@test "aws configure asks a person, and takes nothing else than yes for it" {
    for answer in n '' x; do
        run -1 script -qec "keychain-auth aws configure prod" /dev/null <<<"$answer"
        has "$output" "write this? [y/N]"
        has "$output" "nothing was written"
        [ ! -e "$HOME/.aws/config" ]
    done
    run -0 script -qec "keychain-auth aws configure prod" /dev/null <<<y
    is "$(tail -n 1 "$HOME/.aws/config")" "credential_process = $(adapter) prod"
}

@test "aws configure leaves alone what isn't its own" {
    mkdir "$HOME/.aws"
    printf '[profile prod]\ncredential_process = other\n' >"$HOME/.aws/config"
    cp "$HOME/.aws/config" "$HOME/before"
    run -1 --separate-stderr keychain-auth aws configure --yes prod
    is "$output" ""
    has "$stderr" "line 2: the profile has another credential_process"
    cmp "$HOME/.aws/config" "$HOME/before"
    for word in 'a b' 'a;b' '-p' '' 'a$b' 'a]'; do
        run -2 --separate-stderr keychain-auth aws configure --yes -- "$word"
        is "$output" "" "$word"
    done
    run -2 keychain-auth aws other prod
    mv "$HOME/.aws/config" "$HOME/real"
    ln -s "$HOME/real" "$HOME/.aws/config"
    run -4 --separate-stderr keychain-auth aws configure --yes more
    has "$stderr" "not a link"
    has "$stderr" "credential_process = $(adapter) more"
    cmp "$HOME/real" "$HOME/before"
}
