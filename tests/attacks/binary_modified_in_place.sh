#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: changes a byte of the victim's file
# expects: unregistered_binary
# control: policy_hash
# kind: stopped
# cost: policy_hash
#
# After the daemon has seen, and remembers, the file as it was. The byte is padding in the ELF
# header, so that it still runs.
set -eu
"$ATTACK_VICTIM" connect use </dev/null >&2
printf 'X' | dd of="$ATTACK_VICTIM" bs=1 seek=9 conv=notrunc status=none
exec "$ATTACK_VICTIM" connect print
