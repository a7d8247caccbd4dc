#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: deletes its own program, so that its name becomes that of an approved one
# expects: untrusted_process
# control: image_linked image_by_handle code_mapped code_files
# kind: stopped
# cost: image_linked
#
# The kernel prints a deleted file's name with " (deleted)" behind it, and an approved program
# may be called exactly that.
set -eu
cp "$ATTACK_VICTIM" "$HOME/tool (deleted)"
keychain-auth register "$HOME/tool (deleted)" --read aws >&2
cp "$ATTACK_VICTIM" "$HOME/tool"
echo evil >>"$HOME/tool"
coproc "$HOME/tool" wait connect print
read -r _ <&"${COPROC[0]}"
rm "$HOME/tool"
echo go >&"${COPROC[1]}"
head -n 2 <&"${COPROC[0]}"
