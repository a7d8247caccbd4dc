#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: claims the victim's program file as its own, in an own user name space
# expects: untrusted_process
# control: user_namespace code_mapped code_anonymous
# kind: stopped
# cost: user_namespace
#
# /proc/PID/exe, opened and hashed, is the victim's; but none of the code that runs is.
exec "$ATTACK_DIR/forger" inside
