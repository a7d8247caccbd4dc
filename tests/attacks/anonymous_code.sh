#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: has an approved program run code that no file backs
# expects: untrusted_process
# control: code_anonymous
# kind: stopped
# cost: code_anonymous
#
# A library came in through LD_PRELOAD, wiped that from the environment, and moved its code to
# anonymous memory: what is left of it is executable memory without a file.
LD_PRELOAD=$ATTACK_DIR/libhider.so exec "$ATTACK_VICTIM"
