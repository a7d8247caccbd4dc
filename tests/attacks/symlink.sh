#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: puts a symbolic link to its own program where the victim was
# expects: unregistered_binary
# control: policy_path policy_hash
# kind: stopped
# cost: policy_hash
#
# What is executed is the approved path; what runs is another file.
set -eu
cp "$ATTACK_VICTIM" "$HOME/evil"
echo evil >>"$HOME/evil"
ln -sf "$HOME/evil" "$ATTACK_VICTIM"
exec "$ATTACK_VICTIM" connect print
