#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: slips a library into the victim with LD_AUDIT
# expects: untrusted_process
# control: code_environment code_files
# kind: stopped
# cost: code_environment
#
# The loader's other door (rtld-audit(7)).
LD_AUDIT=$ATTACK_DIR/libintruder.so exec "$ATTACK_VICTIM"
