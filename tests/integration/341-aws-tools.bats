#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The AWS tools themselves, with keychain-auth as their only source of keys. sts_server.py computes
# each signature anew, so only a tool that got the right key is told who it is.
#
# fetches: aws-sdk
load helpers
load adapters

setup() {
    private_home
    start_daemon
    let_adapter aws --read aws
    serve sts_server AKIA1:hunter2/+= ASIA2:hunter2-temporary:the-token
    export AWS_EC2_METADATA_DISABLED=true AWS_DEFAULT_REGION=eu-west-1 AWS_MAX_ATTEMPTS=1 \
        AWS_PAGER=""
    endpoint=http://127.0.0.1:$port
    printf '{"AccessKeyId":"AKIA1","SecretAccessKey":"hunter2/+="}' |
        keychain-auth set --json aws prod
    printf '{"AccessKeyId":"ASIA2","SecretAccessKey":"hunter2-temporary",
        "SessionToken":"the-token","Expiration":"%s"}' "$(date -u -d '+6 hours' +%FT%TZ)" |
        keychain-auth set --json aws temporary
    keychain-auth aws configure --yes prod >/dev/null
    keychain-auth aws configure --yes temporary >/dev/null
}

teardown() {
    stop_server
    stop_daemon
}

need_aws() {
    command -v aws >/dev/null || skip "awscli is missing"
}

# who PROFILE: as the AWS CLI is told.
who() {
    aws --profile "$1" --endpoint-url "$endpoint" sts get-caller-identity --output text \
        --query Arn 3>&-
}

@test "the AWS CLI signs with the key that is stored" {
    need_aws
    run -0 --separate-stderr who prod
    is "$output" arn:aws:iam::123456789012:user/AKIA1
    is "$stderr" ""
    is "$(<"$server_log")" "200 AKIA1"
    is "$(grep -rl hunter2 "$HOME" || true)" ""
}

@test "the AWS CLI signs with a temporary key and its token" {
    need_aws
    run -0 --separate-stderr who temporary
    is "$output" arn:aws:iam::123456789012:user/ASIA2
    if [[ $(aws --version) == aws-cli/2* ]] &&
        aws configure export-credentials help >/dev/null 2>&1; then
        run -0 aws --profile temporary configure export-credentials --format process
        is "$(jq -r .SessionToken <<<"$output")" the-token
    fi
}

@test "a wrong key is found out: the server computes what it is told" {
    need_aws
    printf '{"AccessKeyId":"AKIA1","SecretAccessKey":"hunter3"}' |
        keychain-auth set --json aws prod
    run ! who prod
    is "$(<"$server_log")" "403 AKIA1"
}

@test "without the right the AWS CLI says what the adapter says, and asks nobody" {
    need_aws
    stop_adapter aws --read aws
    run ! --separate-stderr who prod
    is "$output" ""
    has "$stderr" "aws-credential-keychain-auth"
    has "$stderr" "may not read"
    lacks "$stderr" hunter2
    is "$(<"$server_log")" ""
    is "$(record '.result == "denied"' | jq -r '.target' | sort -u)" prod
}

@test "an expired key never leaves, and the AWS CLI says so" {
    need_aws
    printf '{"AccessKeyId":"AKIA1","SecretAccessKey":"hunter2","Expiration":"%s"}' \
        2020-01-02T03:04:05Z | keychain-auth set aws prod
    run ! --separate-stderr who prod
    has "$stderr" "expired at 2020-01-02T03:04:05Z"
    is "$(<"$server_log")" ""
}

@test "botocore signs with the key that is stored, and refreshes nothing without the right" {
    /usr/bin/python3 -c 'import botocore' 2>/dev/null || skip "python3-botocore is missing"
    cat >"$BATS_TEST_TMPDIR/who.py" <<'END'
import sys
import botocore.session
session = botocore.session.Session(profile=sys.argv[1])
client = session.create_client("sts", endpoint_url=sys.argv[2])
print(client.get_caller_identity()["Arn"])
END
    for profile in prod temporary; do
        run -0 --separate-stderr /usr/bin/python3 -B "$BATS_TEST_TMPDIR/who.py" "$profile" \
            "$endpoint"
        has "$output" arn:aws:iam::123456789012:user/A
        is "$stderr" ""
    done
    is "$(sort "$server_log")" $'200 AKIA1\n200 ASIA2'
    stop_adapter aws --read aws
    run -1 --separate-stderr /usr/bin/python3 -B "$BATS_TEST_TMPDIR/who.py" prod "$endpoint"
    is "$output" ""
    lacks "$stderr" hunter2
    is "$(wc -l <"$server_log")" 2
}

@test "node's AWS SDK signs with the key that is stored" {
    command -v node >/dev/null || skip "node is missing"
    fetched aws-sdk
    cat >"$BATS_TEST_TMPDIR/who.js" <<'END'
const {createRequire} = require("node:module");
const {STSClient, GetCallerIdentityCommand} =
    createRequire(process.env.MODULES + "/x.js")("@aws-sdk/client-sts");
const client = new STSClient({endpoint: process.env.ENDPOINT, region: "eu-west-1", maxAttempts: 1});
client.send(new GetCallerIdentityCommand({})).then(
    (answer) => console.log(answer.Arn),
    (error) => { console.error(String(error)); process.exit(1); });
END
    export MODULES=$place ENDPOINT=$endpoint
    for profile in prod temporary; do
        AWS_PROFILE=$profile run -0 --separate-stderr node "$BATS_TEST_TMPDIR/who.js"
        has "$output" arn:aws:iam::123456789012:user/A
    done
    is "$(sort "$server_log")" $'200 AKIA1\n200 ASIA2'
    stop_adapter aws --read aws
    AWS_PROFILE=prod run -1 --separate-stderr node "$BATS_TEST_TMPDIR/who.js"
    is "$output" ""
    is "$(wc -l <"$server_log")" 2
}
