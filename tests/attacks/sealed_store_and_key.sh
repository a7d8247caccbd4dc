#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: with a passphrase set: copies store and slots, and opens them with a daemon of its own
# expects: locked
# vault: unlocked
# control: key_file
# kind: stopped
# cost: -
#
# The user's own daemon is unlocked all the while; what is on the disk stays sealed.
set -euo pipefail

copy=$HOME/copy
mkdir -m 0700 "$copy"
cp -r "$HOME/.keychain-auth" "$copy"
export HOME=$copy XDG_RUNTIME_DIR=$copy
export KEYCHAIN_AUTH_SOCKET=$copy/keychain-auth/agent.sock

# Without its last slots that need a passphrase, if another one is left.
sed -i '/ keyfile /!b;h;g' "$copy/.keychain-auth/keyslots"
if grep -q ' keyfile ' "$copy/.keychain-auth/keyslots"; then
    sed -i '/ passphrase /d' "$copy/.keychain-auth/keyslots"
fi
keychain-auth start --store file >&2
keychain-auth register "$(command -v reader)" --read aws >&2 || true
reader aws prize || echo "reason: locked"
keychain-auth stop >&2
