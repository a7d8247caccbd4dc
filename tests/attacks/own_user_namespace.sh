#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: runs the victim in a user name space of the attacker's
# expects: untrusted_process
# control: user_namespace
# kind: stopped
# cost: user_namespace
#
# In there the attacker has all capabilities, and with them may forge what /proc says of it.
if ! unshare --user true; then
    echo "skip: users can't have a user name space here"
    exit 77
fi
exec unshare --user "$ATTACK_VICTIM" connect print
