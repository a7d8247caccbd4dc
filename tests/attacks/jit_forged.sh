#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: claims the file of a program that may make code as it runs, and runs its own
# expects: released
# control: none
# kind: residual
# removed-by: an entry without "jit", or system mode
# cost: -
#
# Code that no file backs gives a forger away, but such an entry allows it: what runs in a program
# that makes code is nobody's to tell.
set -eu
keychain-auth allow "$ATTACK_VICTIM" --jit >&2
exec "$ATTACK_DIR/forger" dressed
