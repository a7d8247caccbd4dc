#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# kcget and the adapters without shared libraries: hardened like everything else, out of reach for
# who has a library to slip in, and served. A sanitized build has none of it; scripts/test runs this
# on the build with release flags.

load helpers

setup() {
    private_home
    [[ $(keychain-auth --version) == *"static clients"* ]] || skip "built with shared libraries"
    clients=(kcget git-credential-keychain-auth aws-credential-keychain-auth)
    start_daemon
}

teardown() {
    stop_daemon
}

# elf PROGRAM OPTION…: what readelf says.
elf() {
    LC_ALL=C readelf -W "${@:2}" "$(command -v "$1")"
}

# spy: a library that leaves a mark where it is loaded.
spy() {
    cat >"$HOME/spy.c" <<END
#include <stdio.h>
unsigned la_version(unsigned version);
unsigned la_version(unsigned version) { return version; } /* for LD_AUDIT */
__attribute__((constructor)) static void load(void) {
    FILE *mark = fopen("$HOME/mark", "w");
    if (mark != NULL) {
        fclose(mark);
    }
}
END
    cc -shared -fPIC -o "$HOME/spy.so" "$HOME/spy.c"
}

# is_entered COMMAND…: the library came in.
is_entered() {
    rm -f "$HOME/mark"
    "$@" >/dev/null 2>&1 || true
    [ -e "$HOME/mark" ]
}

@test "they need no library and no loader, and are placed and protected like any program" {
    for client in "${clients[@]}"; do
        has "$(elf "$client" -h)" "DYN (Position-Independent Executable file)"
        lacks "$(elf "$client" -l)" INTERP
        lacks "$(elf "$client" -d)" NEEDED
        lacks "$(elf "$client" -d)" TEXTREL
        has "$(elf "$client" -l)" GNU_RELRO
        is "$(elf "$client" -l | awk '$1 == "GNU_STACK" { print $(NF - 1) }')" RW "$client"
        is "$(elf "$client" -l | awk '$1 == "LOAD" && /RWE/')" "" "$client"
    done
}

@test "what LD_PRELOAD and LD_AUDIT name isn't loaded; into a program with a loader it is" {
    spy
    for variable in LD_PRELOAD LD_AUDIT; do
        is_entered env "$variable=$HOME/spy.so" jit
        for client in "${clients[@]}"; do
            run -1 is_entered env "$variable=$HOME/spy.so" "$client" --version
        done
    done
}

@test "each is served: its code in memory is the file's own" {
    bash=$(readlink -f "$(command -v bash)")
    keychain-auth caller-rule nearest
    keychain-auth register "$bash" --read aws,git --write git --inline
    put aws key value
    run -0 bash -c 'kcget aws key; true'
    is "$output" value
    keychain-auth set --json aws prod <<<'{"AccessKeyId":"AKIA1","SecretAccessKey":"s"}'
    run -0 bash -c 'aws-credential-keychain-auth prod; true'
    has "$output" AKIA1
    printf 'protocol=https\nhost=h.example\nusername=bob\npassword=pw\n' >"$HOME/login"
    run -0 bash -c 'git-credential-keychain-auth store <"$HOME/login"; true'
    run -0 bash -c 'grep -v password "$HOME/login" | git-credential-keychain-auth get; true'
    has "$output" password=pw
}
