#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A set-id program, which another user's environment must not lead anywhere: the loader drops the
# preloaded shim, and a shim that is there all the same, because the program is linked with it,
# does nothing. Only root can give a program to another user, so this suite keeps its rights (the
# runner reads this line): runs as root

load helpers

setup() {
    [ "$(id -u)" -eq 0 ] || skip "only root can give a program to another user"
    command -v kc-shim >/dev/null || skip "this build has no shim"
    private_home
    local directory=$BATS_TEST_TMPDIR
    while [ "$directory" != / ] && [ -O "$directory" ]; do
        chmod a+x "$directory"
        directory=$(dirname "$directory")
    done
    user=$KC_TEST_UID
    chown "$user:$user" "$HOME" "$XDG_RUNTIME_DIR"
    export DBUS_SESSION_BUS_ADDRESS=unix:path=$HOME/nobody KEYCHAIN_AUTH_SHIM=1
    library=$(kc-shim printenv LD_PRELOAD)
    cp "$(command -v id)" "$BATS_TEST_TMPDIR/id"
    set_id "$BATS_TEST_TMPDIR/id"
    [ "$(as_user "$BATS_TEST_TMPDIR/id" -u)" -eq $((user + 1)) ] ||
        skip "set-id bits don't count here"
}

# as_user COMMAND…
as_user() {
    setpriv "--reuid=$user" "--regid=$user" --clear-groups --inh-caps=-all -- "$@"
}

# set_id FILE: from now on it is another user's, and runs as that one.
set_id() {
    chown $((user + 1)) "$1"
    chmod 4755 "$1"
}

@test "the loader doesn't preload the shim into a set-id program" {
    local program=$BATS_TEST_TMPDIR/cat
    cp "$(command -v cat)" "$program"
    run -0 as_user env LD_PRELOAD="$library" "$program" /proc/self/maps
    has "$output" libkcshim.so
    set_id "$program"
    run -0 --separate-stderr as_user env LD_PRELOAD="$library" "$program" /proc/self/maps
    has "$output" "$program"
    lacks "$output" libkcshim
}

@test "a set-id program that is linked with the shim gets nothing from it" {
    local flags program=$BATS_TEST_TMPDIR/linked
    flags=$(pkg-config --cflags --libs libsecret-1) || skip "libsecret can't be compiled with"
    command -v cc >/dev/null || skip "cc is missing"
    read -ra flags <<<"$flags"
    cc -o "$program" -x c - -x none -Wl,--no-as-needed "$library" \
        "-Wl,-rpath,$(dirname "$library")" "${flags[@]}" <<'END'
#include <libsecret/secret.h>
#include <stdio.h>
int main(void) {
    GError *error = NULL;
    gchar *value = secret_password_lookup_sync(SECRET_SCHEMA_NOTE, NULL, &error, NULL);
    puts(error != NULL ? error->message : value != NULL ? value : "nothing");
    return 0;
}
END
    run -0 as_user "$program"
    has "$output" "the keychain-auth daemon isn't running" "the shim is there, and works"
    set_id "$program"
    run -0 as_user "$program"
    lacks "$output" keychain-auth
    has "$output" "bus" "it went where it would have gone without"
}
