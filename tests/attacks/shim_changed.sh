#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: preloads the shim with a byte more than the one that is installed
# expects: untrusted_process
# control: code_shim code_files
# needs: shim
# kind: stopped
#
# That this byte does nothing is luck, and the daemon can't know it.
cp "$ATTACK_SHIM" "$HOME/libkcshim.so"
printf x >>"$HOME/libkcshim.so"
LD_PRELOAD=$HOME/libkcshim.so exec reader aws prize
