#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: with a passphrase set: puts key slots of its own in the place of the user's
# expects: no_daemon
# success: the attacker administers
# vault: locked
# control: keyring_key
# kind: stopped
# cost: -
#
# With slots that it has the passphrase for it would be the administrator. No value opens with its
# key in any case.
set -euo pipefail

mine() {
    keychain-auth "$@" --passphrase-fd 6 6< <(echo 'the attacker knows')
}

own=$HOME/own
mkdir -m 0700 "$own"
HOME=$own XDG_RUNTIME_DIR=$own KEYCHAIN_AUTH_SOCKET=$own/agent/agent.sock \
    keychain-auth start --store file --socket "$own/agent/agent.sock" >&2
HOME=$own KEYCHAIN_AUTH_SOCKET=$own/agent/agent.sock mine passphrase set >&2
KEYCHAIN_AUTH_SOCKET=$own/agent/agent.sock keychain-auth stop

kill "$ATTACK_DAEMON_PID"
while kill -0 "$ATTACK_DAEMON_PID" 2>/dev/null; do
    sleep 0.05
done
cp "$own/.keychain-auth/keyslots" "$HOME/.keychain-auth/keyslots"
keychain-auth start --store file >&2 || true
if mine unlock && mine policy accept >&2; then
    echo "the attacker administers"
fi
keychain-auth stop || true
echo "reason: no_daemon"
