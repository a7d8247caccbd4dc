#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What others keep in the open becomes items of the store: from real files, and from a real
# keyring that secret-tool wrote into.
load helpers

setup() {
    private_home
    start_daemon
}

teardown() {
    stop_daemon
    stop_keyring
    stop_bus
}

open_desktop() {
    need_desktop
    private_bus
    start_keyring
}

# value SERVICE TARGET: what reader, which may read everything here, gets.
value() {
    reader "$1" "$2"
}

# may_read SERVICE…
may_read() {
    local service
    for service in "$@"; do
        allow reader --read "$service" >/dev/null
    done
}

# in_keyring NAME VALUE…: whether secret-tool finds exactly one such item.
in_keyring() {
    [ "$(secret-tool search --all "$@" 2>/dev/null | grep -c '^secret = ')" = 1 ]
}

@test "a file of KEY=VALUE lines becomes items, and stays as it is" {
    cat >"$HOME/.env" <<'END'
# the team's keys
export API_KEY=hunter2-api   # not this
DATABASE_URL='postgres://u:hunter2-db@h/x?a=b'
PEM="-----BEGIN X-----
hunter2-pem
-----END X-----"
END
    before=$(sha256sum "$HOME/.env")
    run -0 --separate-stderr keychain-auth import env "$HOME/.env"
    is "$stderr" ""
    lacks "$output" hunter2
    has "$output" 'import   "env" "API_KEY"'
    has "$output" "3 imported, 0 replaced, 0 kept as they were, 0 passed over"
    has "$output" 'NAME="$(kcget env NAME)"'
    has "$output" "then delete \"$HOME/.env\""
    is "$(sha256sum "$HOME/.env")" "$before"
    may_read env
    is "$(value env API_KEY)" hunter2-api
    is "$(value env DATABASE_URL)" 'postgres://u:hunter2-db@h/x?a=b'
    is "$(value env PEM)" $'-----BEGIN X-----\nhunter2-pem\n-----END X-----'
    is "$(grep -rl hunter2 "$XDG_DATA_HOME" "$XDG_CONFIG_HOME" "$HOME/.keychain-auth")" ""
    is "$(record '.action == "write" and .result == "success"' | wc -l)" 3
}

@test "--dry-run shows names and changes nothing" {
    printf 'A=hunter2\nB=hunter2\n' >"$HOME/.env"
    put team A old
    run -0 --separate-stderr keychain-auth import env --service team --dry-run "$HOME/.env"
    lacks "$output$stderr" hunter2
    has "$output" 'keep     "team" "A"'
    has "$output" 'import   "team" "B"'
    has "$output" "would be: 1 imported, 0 replaced, 1 kept as they were, 0 passed over"
    is "$(keychain-auth search team)" A
}

@test "what is there already is overwritten only with --replace" {
    printf 'A=new\nB=new\n' >"$HOME/.env"
    put env A old
    may_read env
    run -0 keychain-auth import env "$HOME/.env"
    has "$output" "1 imported, 0 replaced, 1 kept as they were"
    has "$output" "only with --replace"
    is "$(value env A)" old
    run -0 keychain-auth import env --replace "$HOME/.env"
    has "$output" "0 imported, 2 replaced, 0 kept as they were"
    is "$(value env A)" new
}

@test "a line that is none ends the import, and names no value" {
    printf 'A=hunter2\nhunter2 hunter2\n' >"$HOME/.env"
    run -1 --separate-stderr keychain-auth import env "$HOME/.env"
    is "$output" ""
    has "$stderr" "\"$HOME/.env\" isn't imported: line 2: it isn't KEY=VALUE, nor a comment"
    lacks "$stderr" hunter2
    is "$(keychain-auth search env)" ""
}

@test "the profiles of the AWS tools become documents" {
    mkdir "$HOME/.aws"
    cat >"$HOME/.aws/credentials" <<'END'
[default]
aws_access_key_id = AKIA1
aws_secret_access_key = hunter2/+=
[prod]
aws_access_key_id = AKIA2
aws_secret_access_key = hunter2
aws_session_token = token2
[role]
role_arn = arn:x
END
    run -0 --separate-stderr keychain-auth import aws
    lacks "$output$stderr" hunter2
    has "$output" "2 imported, 0 replaced, 0 kept as they were, 1 passed over"
    has "$output" "/.aws/config"
    may_read aws
    is "$(value aws default)" '{"AccessKeyId":"AKIA1","SecretAccessKey":"hunter2/+="}'
    is "$(value aws prod | jq -r .SessionToken)" token2
    # The variable of the AWS tools, and the operand, name another file.
    printf '[other]\naws_access_key_id=k\naws_secret_access_key=s\n' >"$HOME/others"
    AWS_SHARED_CREDENTIALS_FILE=$HOME/others run -0 keychain-auth import aws --dry-run
    has "$output" 'import   "aws" "other"'
    run -0 keychain-auth import aws --dry-run "$HOME/others"
    has "$output" 'import   "aws" "other"'
}

@test "what git's store wrote becomes logins" {
    command -v git >/dev/null || skip "git is missing"
    for login in "host=h.example:8080
username=bob@x
password=hunter2:/%" "host=g.example
username=al
password=hunter2"; do
        printf 'protocol=https\n%s\n\n' "$login" |
            git credential-store --file "$HOME/.git-credentials" store
    done
    run -0 --separate-stderr keychain-auth import git
    lacks "$output$stderr" hunter2
    has "$output" "2 imported"
    may_read git
    is "$(value git https://bob%40x@h.example:8080)" 'hunter2:/%'
    is "$(value git https://al@g.example)" hunter2
    is "$(keychain-auth search git --attr username=bob@x --json | jq -r '.[].attributes.host')" \
        h.example:8080
}

@test "a file that isn't there, a link, and one that others may write to are refused" {
    run -1 keychain-auth import aws
    has "$output" "can't read \"$HOME/.aws/credentials\""
    echo A=b >"$HOME/env"
    ln -s env "$HOME/link"
    run -4 keychain-auth import env "$HOME/link"
    has "$output" "not a link"
    chmod 0666 "$HOME/env"
    run -4 keychain-auth import env "$HOME/env"
    has "$output" "others can't write to"
}

@test "options that make no sense are refused" {
    run -2 keychain-auth import
    run -2 keychain-auth import keepass
    has "$output" "say secret-service, env, aws or git"
    run -2 keychain-auth import env
    has "$output" "the file is missing"
    run -2 keychain-auth import secret-service file
    run -2 keychain-auth import aws --service x
    run -2 keychain-auth import git --delete-source
    has "$output" "a file is left alone"
    run -2 keychain-auth import secret-service --match nothing
}

@test "without a daemon nothing is read" {
    stop_daemon
    run -3 keychain-auth import env /nonexistent
}

@test "without a keyring the import says so" {
    export DBUS_SESSION_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/none
    run -4 --separate-stderr keychain-auth import secret-service
    is "$output" ""
    has "$stderr" "keychain-auth: "
}

@test "items that secret-tool stored are imported with their attributes" {
    open_desktop
    printf hunter2-1 | secret-tool store --label='My login' server h.example user 'bob & al'
    printf hunter2-2 | secret-tool store --label='Other' app x
    run -0 --separate-stderr keychain-auth import secret-service --dry-run
    lacks "$output$stderr" hunter2
    has "$output" "would be: 2 imported"
    run -0 --separate-stderr keychain-auth import secret-service
    is "$stderr" ""
    lacks "$output" hunter2
    has "$output" 'import   "org.freedesktop.Secret.Generic" "server=h.example&user=bob%20%26%20al"'
    has "$output" "2 imported"
    may_read org.freedesktop.Secret.Generic
    is "$(value org.freedesktop.Secret.Generic 'server=h.example&user=bob%20%26%20al')" hunter2-1
    run -0 keychain-auth search org.freedesktop.Secret.Generic app --json
    is "$(jq -r '.[].attributes["kc:label"]' <<<"$output")" Other
    is "$(jq -r '.[].attributes.app' <<<"$output")" x
    # The source is as it was.
    in_keyring server h.example
    in_keyring app x
}

@test "--match chooses, --service names, and --delete-source deletes exactly what was imported" {
    open_desktop
    printf one | secret-tool store --label=a app x n 1
    printf two | secret-tool store --label=b app x n 2
    printf three | secret-tool store --label=c app y n 3
    put mine 'app=x&n=2' old
    may_read mine
    run -0 keychain-auth import secret-service --match app=x --service mine --delete-source
    has "$output" "1 imported, 0 replaced, 1 kept as they were, 0 passed over, 1 deleted"
    is "$(value mine 'app=x&n=1')" one
    is "$(value mine 'app=x&n=2')" old
    run ! in_keyring n 1
    in_keyring n 2
    in_keyring n 3
    run -0 keychain-auth import secret-service --match app=x --service mine --delete-source \
        --replace
    has "$output" "0 imported, 1 replaced, 0 kept as they were, 0 passed over, 1 deleted"
    is "$(value mine 'app=x&n=2')" two
    run ! in_keyring n 2
    in_keyring n 3
}

@test "an item that breaks a limit is passed over and stays where it is" {
    open_desktop
    printf v | secret-tool store --label=long app long more "$(xs 4097)"
    printf v | secret-tool store --label=short app short
    run -0 keychain-auth import secret-service --delete-source
    has "$output" "1 imported, 0 replaced, 0 kept as they were, 1 passed over, 1 deleted"
    in_keyring app long
}

@test "without a record nothing is stored, and nothing deleted from the source" {
    open_desktop
    printf v | secret-tool store --label=a app x
    mv "$audit_log" "$audit_log.away"
    mkdir "$audit_log"
    run -4 keychain-auth import secret-service --delete-source
    has "$output" "the record couldn't be written"
    in_keyring app x
    rmdir "$audit_log"
    mv "$audit_log.away" "$audit_log"
}
