#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: runs the victim under another name, a hard link
# expects: unregistered_binary
# control: policy_path
# kind: stopped
# cost: policy_path
#
# The same file and the same bytes; but approved is a path and a hash.
set -eu
ln "$ATTACK_VICTIM" "$HOME/other"
exec "$HOME/other" connect print
