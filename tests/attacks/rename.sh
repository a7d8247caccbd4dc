#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: renames its running program over the victim's
# expects: unregistered_binary
# control: policy_hash
# kind: stopped
# cost: policy_hash
#
# /proc/PID/exe follows the rename: the path that it prints is the approved one.
set -eu
cp "$ATTACK_VICTIM" "$HOME/evil"
echo evil >>"$HOME/evil"
coproc "$HOME/evil" wait connect print
read -r _ <&"${COPROC[0]}"
mv -f "$HOME/evil" "$ATTACK_VICTIM"
echo go >&"${COPROC[1]}"
head -n 2 <&"${COPROC[0]}"
