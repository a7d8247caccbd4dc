#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What only source packages hold, through the shim: libsecret's own test programs, a libsecret
# that is linked with -Bsymbolic-functions, and git's test of credential helpers.
# needs: sources

load helpers

setup() {
    command -v kc-shim >/dev/null || skip "this build has no shim"
    [ -e "$KC_TEST_SOURCES/ready" ] || skip "$(cat "$KC_TEST_SOURCES/why")"
    private_home
    export DBUS_SESSION_BUS_ADDRESS=unix:path=$HOME/nobody
    library=$KC_TEST_SOURCES/libsecret/libsecret
    start_daemon
}

teardown() {
    stop_daemon
}

# may_use PROGRAM SERVICE[,SERVICE…]: everything with these services, with the libsecret that was
# built.
may_use() {
    keychain-auth register "$1" --read "$2" --write "$2" --search >/dev/null
    keychain-auth allow "$1" --library "$library/libsecret-1.so.0.0.0" >/dev/null
    keychain-auth allow "$1" --library "$library/libmock-service.so" >/dev/null
}

@test "a libsecret that is linked with -Bsymbolic-functions is redirected, too" {
    local tool=$KC_TEST_SOURCES/libsecret/tool/secret-tool
    may_use "$tool" org.freedesktop.Secret.Generic
    has "$(LC_ALL=C ldd "$tool")" "$KC_TEST_SOURCES/libsecret"
    # No function of its own goes through its table of procedures, so none could be hooked.
    lacks "$(LC_ALL=C readelf -rW "$library/libsecret-1.so.0.0.0")" "secret_service_get"
    printf hello | kc-shim "$tool" store --label L a 1
    run -0 kc-shim "$tool" lookup a 1
    is "$output" hello
    is "$(record '.action == "read"' | jq -r .binary_path)" "$tool"
}

@test "git's t0303 passes with git's libsecret helper" {
    local flags source
    source=/usr/share/doc/git/contrib/credential/libsecret/git-credential-libsecret.c
    [ -f "$source" ] || skip "git's contrib directory isn't installed"
    read -ra flags < <(pkg-config --cflags --libs libsecret-1 glib-2.0)
    cc -o "$HOME/git-credential-libsecret" "$source" "${flags[@]}"
    may_use "$HOME/git-credential-libsecret" org.gnome.keyring.NetworkPassword,org.git.Password
    cp -r "$KC_TEST_SOURCES/git" "$HOME/git"
    cd "$HOME/git/t"
    # git's test library takes LD_PRELOAD away unless it is told to leave malloc() alone.
    export TEST_NO_MALLOC_CHECK=1 GIT_TEST_INSTALLED=/usr/bin GIT_TEST_CREDENTIAL_HELPER=libsecret
    PATH=$HOME:$PATH run -0 kc-shim sh ./t0303-credential-external.sh
    has "$output" "passed all 12 test(s)"
    run -0 record '.action == "read" and .via == "shim"'
    [ -n "$output" ]
}

# Why each of libsecret's own tests that doesn't pass can't.
expected_misses() {
    cat <<'END'
/prompt/* the mock's prompts, at paths of its own
/session/ensure-plain the mock refuses DH there; the shim speaks it
/session/ensure-async-plain the mock refuses DH there; the shim speaks it
/session/ensure-async-twice the mock refuses DH there; the shim speaks it
/collection/search-all-sync it sorts by path, and the mock's paths are numbers
/collection/search-all-async it sorts by path, and the mock's paths are numbers
END
}

# is_expected CASE
is_expected() {
    local pattern
    while read -r pattern _; do
        # shellcheck disable=SC2053
        [[ $1 != $pattern ]] || return 0
    done < <(expected_misses)
    return 1
}

@test "libsecret's own tests pass, all but those that need the mock itself" {
    local program name passed=0 total=0 unexpected=() services=org.mock.Schema
    services+=,org.mock.Schema.Item,org.mock.Primes,org.freedesktop.Secret.Generic
    for program in "$library"/test-*; do
        # test-file-collection is about a file of libsecret's own, and asks no service.
        [ -x "$program" ] && [ -f "$program" ] && [[ $program != *-file-collection ]] || continue
        may_use "$program" $services
        for name in $("$program" -l | grep '^/'); do
            total=$((total + 1))
            if (cd "$library" && timeout 20 kc-shim "$program" -p "$name") >"$HOME/out" 2>&1; then
                passed=$((passed + 1))
            elif ! is_expected "$name"; then
                unexpected+=("$name: $(grep -a ERROR "$HOME/out" | head -n 1)")
            fi
        done
    done
    echo "# libsecret's own tests: $passed of $total pass" >&3
    printf '%s\n' "${unexpected[@]}" >&2
    is "${#unexpected[@]}" 0
    [ "$total" -ge 140 ]
}
