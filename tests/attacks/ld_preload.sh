#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: slips a library into the victim with LD_PRELOAD
# expects: untrusted_process
# control: code_environment code_files
# kind: stopped
# cost: code_environment
#
# The victim is as approved, and does nothing; the library asks in its name.
LD_PRELOAD=$ATTACK_DIR/libintruder.so exec "$ATTACK_VICTIM"
