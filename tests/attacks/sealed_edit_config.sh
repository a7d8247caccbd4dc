#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: with a passphrase set: writes itself into config.json with an editor
# expects: unregistered_binary
# vault: unlocked
# control: policy_seal
# kind: stopped
# cost: -
set -euo pipefail

malware=$HOME/malware
cp "$ATTACK_VICTIM" "$malware"
hash=$(sha256sum <"$malware")
printf '{"registered_binaries":[{"path":"%s","hash":"%s","allowed_read_services":["aws"]}]}\n' \
    "$malware" "${hash%% *}" >"$HOME/.config/keychain-auth/config.json"
"$malware" connect print
