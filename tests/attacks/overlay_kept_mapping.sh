#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: changes an approved program on an overlay through a mapping made before
# expects: unregistered_binary
# control: hash_mapped
# kind: stopped
# cost: -
#
# The kernel forbids to write to a running program, but not to the file beneath the overlay; and a
# page that was written to once can be again without a trace in the times. An overlay that the
# daemon has on its own mount table is root's to make, or takes a daemon in a name space with us;
# there the system's libraries are nobody's, so that they have to be registered.
set -eu
as_mounter=(--user --map-user=1000 --map-group=1000 --keep-caps --mount)
if ! unshare "${as_mounter[@]}" true; then
    echo "skip: users can't mount in a name space of their own here"
    exit 77
fi
keychain-auth stop >&2
mkdir "$HOME"/{lower,upper,work,merged}
cp "$ATTACK_VICTIM" "$HOME/upper/tool"
trap 'chmod -R u+rwX "$HOME/work"' EXIT

inside() {
    local tool=$HOME/merged/tool library libraries=()
    local layers="lowerdir=$HOME/lower,upperdir=$HOME/upper,workdir=$HOME/work"
    if ! mount -t overlay -o "userxattr,$layers" overlay "$HOME/merged"; then
        echo "skip: users can't mount an overlay here"
        exit 77
    fi
    keychain-auth start --foreground --store file </dev/null >&2 &
    trap 'kill %1; wait %1' EXIT
    until keychain-auth status >&2; do sleep 0.05; done
    for library in $(ldd "$tool" | grep -o '/[^ ]*'); do
        libraries+=(--library "$(realpath "$library")")
    done
    keychain-auth register "$tool" --read aws "${libraries[@]}" >&2
    coproc MAPPER { exec "$ATTACK_DIR/mapper" "$HOME/upper/tool" kept; }
    read -r _ <&"${MAPPER[0]}"
    sleep 2.1
    "$tool" connect use </dev/null >&2
    echo go >&"${MAPPER[1]}"
    read -r _ <&"${MAPPER[0]}"
    "$tool" connect print </dev/null
}
export -f inside
unshare "${as_mounter[@]}" bash -euc inside
