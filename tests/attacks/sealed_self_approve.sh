#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: with a passphrase set: approves itself with the user's own command
# expects: unregistered_binary
# vault: unlocked
# control: admin_proof
# kind: stopped
# cost: -
set -euo pipefail

cp "$ATTACK_VICTIM" "$HOME/malware"
setsid -w keychain-auth register "$HOME/malware" --read aws >&2 || true
"$HOME/malware" connect print
