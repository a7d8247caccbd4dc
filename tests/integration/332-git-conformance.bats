#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The suite that git ships for authors of credential helpers, t0303: that of the git that is
# installed, and that of the newest one in Debian's archive, together with that git.
#
# fetches: git-installed
# fetches: git-recent
load helpers
load adapters

setup() {
    private_home
    start_daemon
    let_adapter git --read git --write git
    # The suite has a home of its own.
    export KEYCHAIN_AUTH_SOCKET=$socket
}

teardown() {
    stop_daemon
}

# conforms NAME SCRIPT: all of the script passes, in a copy of the tree.
conforms() {
    (
        cd "$tree/t"
        # A sanitizer's library must come first, and theirs would come before it.
        unset XDG_CONFIG_HOME
        GIT_TEST_CREDENTIAL_HELPER=keychain-auth TEST_NO_MALLOC_CHECK=1 GIT_TEST_CHAIN_LINT=0 \
            GIT_TEST_EXT_CHAIN_LINT=0 TEST_OUTPUT_DIRECTORY=$BATS_TEST_TMPDIR \
            sh "./$1" 3>&- >"$BATS_TEST_TMPDIR/log" 2>&1
    ) || {
        cat "$BATS_TEST_TMPDIR/log"
        return 1
    }
    has "$(<"$BATS_TEST_TMPDIR/log")" "# passed all "
    grep '^# passed all' "$BATS_TEST_TMPDIR/log" | sed "s/^#/# $1:/" >&3
}

# unpack NAME
unpack() {
    fetched "$1"
    tree=$BATS_TEST_TMPDIR/tree
    cp -r "$place" "$tree"
    sed -i "s#@HERE@#$tree#g" "$tree/GIT-BUILD-OPTIONS"
    if [ -d "$tree/bin-wrappers" ]; then
        sed -i "s#@HERE@#$tree#g" "$tree"/bin-wrappers/*
    fi
}

@test "the installed git's suite passes" {
    unpack git-installed
    GIT_TEST_INSTALLED=$(dirname "$(command -v git)") conforms t0303-credential-external.sh
    is "$(keychain-auth search git --json | jq -r '[.[].target] | join(" ")' |
        grep -c example.com)" 0
}

@test "a recent git's suite passes, with expiry and refresh token" {
    unpack git-recent
    conforms t0303-credential-external.sh
    has "$(<"$BATS_TEST_TMPDIR/log")" "gets password_expiry_utc"
    has "$(<"$BATS_TEST_TMPDIR/log")" "gets oauth_refresh_token"
}

@test "a recent git's cases for authtype and credential pass, which t0303 leaves out" {
    unpack git-recent
    cat >"$tree/t/t0399-authtype.sh" <<'END'
test_description='what lib-credential.sh has for helpers that can keep a credential'
. ./test-lib.sh
. "$TEST_DIRECTORY"/lib-credential.sh
helper_test_authtype "$GIT_TEST_CREDENTIAL_HELPER"
test_done
END
    conforms t0399-authtype.sh
    has "$(<"$BATS_TEST_TMPDIR/log")" "gets authtype and credential"
}

# Newer versions of git die when they have written half of such a request.
@test "a host with a CR in it: git breaks off, and the helper tells nothing" {
    unpack git-recent
    login https://h.example bob hunter2
    export GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=false
    git config --global credential.helper keychain-auth
    before=$(wc -l <"$audit_log")
    for host in $'h.example\r.evil' $'\rh.example'; do
        run -128 --separate-stderr "$tree/bin-wrappers/git" credential fill < <(
            printf 'protocol=https\nhost=%s\n\n' "$host"
        )
        is "$output" ""
        has "$stderr" "credential value for host contains carriage return"
        lacks "$stderr" hunter2
    done
    is "$(wc -l <"$audit_log")" "$before" "nothing was asked for"
}
