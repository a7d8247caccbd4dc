#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: deletes the program file while it runs
# expects: untrusted_process
# control: image_linked policy_path
# kind: stopped
# cost: image_linked
#
# What is hashed is a file that nobody can look at afterwards.
set -eu
cp "$ATTACK_VICTIM" "$HOME/copy"
coproc "$HOME/copy" wait connect print
read -r _ <&"${COPROC[0]}"
rm "$HOME/copy"
echo go >&"${COPROC[1]}"
head -n 2 <&"${COPROC[0]}"
