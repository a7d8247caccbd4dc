#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: runs evil bytes from a FUSE file system that gives the daemon the approved ones
# expects: untrusted_process
# control: image_mount
# kind: stopped
# cost: image_mount
# needs: fuse
#
# The attacker's own program answers the daemon's reads. For the mount to stand in the daemon's
# table it is in a name space with us, where the system's libraries are nobody's, so that they
# have to be registered.
set -eu
as_mounter=(--user --map-user=1000 --map-group=1000 --keep-caps --mount)
if ! unshare "${as_mounter[@]}" true; then
    echo "skip: users can't mount in a name space of their own here"
    exit 77
fi
if ! : <>/dev/fuse; then
    echo "skip: users can't open /dev/fuse here"
    exit 77
fi
keychain-auth stop >&2
mkdir "$HOME/mounted"
cp "$ATTACK_VICTIM" "$HOME/mounted/tool"
cp "$ATTACK_VICTIM" "$HOME/good"
cp "$ATTACK_VICTIM" "$HOME/evil"
printf 'X' | dd of="$HOME/evil" bs=1 seek=9 conv=notrunc status=none

inside() {
    local tool=$HOME/mounted/tool library libraries=()
    for library in $(ldd "$tool" | grep -o '/[^ ]*'); do
        libraries+=(--library "$(realpath "$library")")
    done
    keychain-auth start --foreground --store file </dev/null >&2 &
    local broker=$!
    trap 'kill %1; wait %1' EXIT
    until keychain-auth status >&2; do sleep 0.05; done
    keychain-auth register "$tool" --read aws "${libraries[@]}" >&2
    coproc FUSER { exec "$ATTACK_DIR/fuser" "$HOME/mounted" "$broker" "$HOME/good" "$HOME/evil"; }
    read -r _ <&"${FUSER[0]}"
    "$tool" connect print </dev/null
}
export -f inside
unshare "${as_mounter[@]}" bash -euc inside
