#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: preloads the installed shim, and a library of its own beside it
# expects: untrusted_process
# control: code_environment code_files
# needs: shim
# kind: stopped
#
# The victim is as approved, and so is the shim; the other library asks in their name.
LD_PRELOAD=$ATTACK_SHIM:$ATTACK_DIR/libintruder.so exec "$ATTACK_VICTIM"
