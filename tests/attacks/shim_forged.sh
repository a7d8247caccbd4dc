#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: preloads a library of its own under the name of the shim
# expects: untrusted_process
# control: code_shim code_files
# needs: shim
# kind: stopped
#
# Nothing is known by its name.
cp "$ATTACK_DIR/libintruder.so" "$HOME/libkcshim.so"
LD_PRELOAD=$HOME/libkcshim.so exec "$ATTACK_VICTIM"
