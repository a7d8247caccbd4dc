#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: changes a byte of the victim's file and puts its time of change back
# expects: unregistered_binary
# control: hash_ctime
# kind: stopped
# cost: -
#
# A remembered hash is found by what the file system says of the file. Everybody may set the
# mtime, and nobody the ctime. The file rests for 2 s before and after, so that its hash counts.
set -eu
sleep 2.1
"$ATTACK_VICTIM" connect use </dev/null >&2
touch -r "$ATTACK_VICTIM" "$HOME/times"
printf 'X' | dd of="$ATTACK_VICTIM" bs=1 seek=9 conv=notrunc status=none
touch -r "$HOME/times" "$ATTACK_VICTIM"
sleep 2.1
exec "$ATTACK_VICTIM" connect print
