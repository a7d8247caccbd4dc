#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: with a passphrase set: puts back an older config.json, with the user's own good seal
# expects: unregistered_binary
# vault: unlocked
# control: policy_counter
# kind: stopped
# cost: -
#
# The user approved a program once, and took that back; the attacker has kept the file of that day.
set -euo pipefail

config=$HOME/.config/keychain-auth/config.json
cp "$ATTACK_VICTIM" "$HOME/once"
as_owner register "$HOME/once" --read aws >&2
cp "$config" "$HOME/kept"
as_owner unregister "$HOME/once" >&2

cp "$HOME/kept" "$config"
"$HOME/once" connect print
