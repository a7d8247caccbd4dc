#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: changes an approved program on tmpfs through a mapping, which leaves its times alone
# expects: unregistered_binary
# control: hash_mapped
# kind: stopped
# cost: -
#
# A page of such a file is writable as soon as it was read, so that the kernel never hears of the
# write. Everything that a remembered hash is found by stays as it was.
set -eu
if ! place=$(mktemp -d /dev/shm/kc-XXXXXX) || [ "$(stat -f -c %T "$place")" != tmpfs ]; then
    echo "skip: /dev/shm isn't a tmpfs that users may write to"
    exit 77
fi
trap 'rm -rf "$place"' EXIT
cp "$ATTACK_VICTIM" "$place/tool"
if ! "$place/tool" </dev/null; then
    echo "skip: /dev/shm lets nobody execute"
    exit 77
fi
keychain-auth register "$place/tool" --read aws >&2
sleep 2.1
"$place/tool" connect use </dev/null >&2
"$ATTACK_DIR/mapper" "$place/tool"
"$place/tool" connect print </dev/null
