#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# git itself, over HTTP, with keychain-auth as its only source of passwords (git_server.py is
# git http-backend behind basic authentication).
load helpers
load adapters

setup() {
    private_home
    private_git
    start_daemon
    let_adapter git --read git --write git
    root=$BATS_TEST_TMPDIR/srv
    local place
    for place in bob al shared; do
        git init -q --bare "$root/$place/repo.git"
        git -C "$root/$place/repo.git" config http.receivepack true
        seed "$root/$place/repo.git" "of $place"
    done
    serve git_server "$root" bob:pw-bob al:pw-al
    url=http://127.0.0.1:$port
}

teardown() {
    stop_server
    stop_daemon
}

# seed REPOSITORY TEXT: its first commit.
seed() {
    git init -q "$BATS_TEST_TMPDIR/seed"
    echo "$2" >"$BATS_TEST_TMPDIR/seed/file"
    git -C "$BATS_TEST_TMPDIR/seed" add file
    git -C "$BATS_TEST_TMPDIR/seed" commit -q -m first
    git -C "$BATS_TEST_TMPDIR/seed" push -q "$1" main
    rm -rf "$BATS_TEST_TMPDIR/seed"
}

clone() {
    git clone -q "$1" "$BATS_TEST_TMPDIR/work" 3>&-
}

# approve LINE…: as a person who has typed it once.
approve() {
    printf '%s\n' protocol=http "host=127.0.0.1:$port" "$@" | git credential approve
}

@test "clone, fetch and push work with what is stored, and without it they don't" {
    run -128 clone "$url/bob/repo.git"
    approve username=bob password=pw-bob
    run -0 --separate-stderr clone "$url/bob/repo.git"
    is "$output$stderr" ""
    cd "$BATS_TEST_TMPDIR/work"
    is "$(<file)" "of bob"
    echo more >>file
    run -0 --separate-stderr git commit -q -a -m second
    run -0 --separate-stderr git push -q origin main
    is "$stderr" ""
    run -0 --separate-stderr git fetch -q
    is "$stderr" ""
    is "$(git -C "$root/bob/repo.git" log --format=%s main | head -n 1)" second
    has "$(<"$server_log")" "200 bob POST /bob/repo.git/git-receive-pack"
}

@test "the password is in no file of git's, and the record tells host and path" {
    git config --global credential.useHttpPath true
    approve path=bob/repo.git username=bob password=pw-bob
    clone "$url/bob/repo.git"
    is "$(grep -rl pw-bob "$HOME" "$BATS_TEST_TMPDIR/work" || true)" ""
    is "$(record '.action == "read" and .result == "success"' | jq -r .target | sort -u)" \
        "http://@127.0.0.1:$port/bob/repo.git
http://bob@127.0.0.1:$port/bob/repo.git"
}

@test "a password that the server rejects is erased, and the next one is kept" {
    approve username=bob password=old
    run -128 clone "$url/bob/repo.git"
    is "$(keychain-auth search git)" ""
    # The person types the new one.
    printf '#!/bin/sh\ncase $1 in Username*) echo bob ;; *) echo pw-bob ;; esac\n' \
        >"$BATS_TEST_TMPDIR/askpass"
    chmod +x "$BATS_TEST_TMPDIR/askpass"
    GIT_ASKPASS=$BATS_TEST_TMPDIR/askpass clone "$url/bob/repo.git"
    run -0 git -C "$BATS_TEST_TMPDIR/work" fetch -q
    is "$(printf 'protocol=http\nhost=%s\n' "127.0.0.1:$port" | git credential fill | tail -n 1)" \
        password=pw-bob
}

@test "a password that expired is asked for again, also by a git that knows no expiry" {
    approve username=bob password=pw-bob
    ask_git store protocol=http "host=127.0.0.1:$port" username=bob password=pw-bob \
        password_expiry_utc=1700000000
    run -128 clone "$url/bob/repo.git"
    lacks "$(<"$server_log")" bob\ GET
}

@test "two users of one host: the name in the URL, or in git's configuration, says which" {
    approve username=bob password=pw-bob
    approve username=al password=pw-al
    clone "http://al@127.0.0.1:$port/al/repo.git"
    is "$(<"$BATS_TEST_TMPDIR/work/file")" "of al"
    rm -rf "$BATS_TEST_TMPDIR/work"
    clone "$url/bob/repo.git"
    is "$(<"$BATS_TEST_TMPDIR/work/file")" "of bob"
    rm -rf "$BATS_TEST_TMPDIR/work"
    git config --global "credential.$url.username" al
    clone "$url/al/repo.git"
    is "$(<"$BATS_TEST_TMPDIR/work/file")" "of al"
    # Using the one didn't make it the first.
    git config --global --unset "credential.$url.username"
    is "$(printf 'protocol=http\nhost=%s\n' "127.0.0.1:$port" | git credential fill |
        grep username)" username=bob
}

@test "two users of one host: useHttpPath says which, without a name" {
    git config --global credential.useHttpPath true
    approve path=bob/repo.git username=bob password=pw-bob
    approve path=al/repo.git username=al password=pw-al
    clone "$url/al/repo.git"
    is "$(<"$BATS_TEST_TMPDIR/work/file")" "of al"
    rm -rf "$BATS_TEST_TMPDIR/work"
    clone "$url/bob/repo.git"
    is "$(<"$BATS_TEST_TMPDIR/work/file")" "of bob"
    rm -rf "$BATS_TEST_TMPDIR/work"
    run -128 clone "$url/shared/repo.git"
}

@test "it stands in a chain with other helpers" {
    git config --global --add credential.helper "store --file $HOME/others"
    printf 'http://bob:pw-bob@127.0.0.1:%s\n' "$port" >"$HOME/others"
    clone "$url/bob/repo.git"
    # Git has told both of them what worked.
    is "$(ask_git get protocol=http "host=127.0.0.1:$port")" $'username=bob\npassword=pw-bob'
}

@test "with the right to read alone, everything works but storing" {
    approve username=bob password=pw-bob
    stop_adapter git --write git
    run -0 --separate-stderr clone "$url/bob/repo.git"
    is "$stderr" ""
    run -0 --separate-stderr git -C "$BATS_TEST_TMPDIR/work" push -q origin main:other
    is "$stderr" ""
}

@test "without a right git says why, and goes on to ask" {
    approve username=bob password=pw-bob
    forget_adapter git
    run -128 --separate-stderr clone "$url/bob/repo.git"
    has "$stderr" "git-credential-keychain-auth: "
    has "$stderr" "is not registered and may not read"
    eval "$(suggested "$(grep approve <<<"$stderr" | head -n 1)")"
    clone "$url/bob/repo.git"
}

@test "logins that were imported from git's own store are used" {
    printf 'http://bob:pw-bob@127.0.0.1%%3a%s\n' "$port" >"$HOME/.git-credentials"
    run -0 keychain-auth import git
    rm "$HOME/.git-credentials"
    clone "$url/bob/repo.git"
}
