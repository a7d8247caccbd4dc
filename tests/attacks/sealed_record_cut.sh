#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: with a passphrase set: locks the daemon and cuts its last deeds off the record
# expects: record_cut
# success: nobody noticed
# vault: unlocked
# control: audit_head
# kind: stopped
# cost: -
#
# The chain of what is left holds; what was remembered of its end doesn't fit any more.
set -euo pipefail

log=$HOME/.local/share/keychain-auth/audit.log
reader aws prize >/dev/null
keychain-auth lock
kill "$ATTACK_DAEMON_PID"
while kill -0 "$ATTACK_DAEMON_PID" 2>/dev/null; do
    sleep 0.05
done
sed '/"action":"read"/,$d' "$log" >"$log.cut"
chmod 0600 "$log.cut"
mv "$log.cut" "$log"
keychain-auth audit verify >&2
keychain-auth start --store file >&2
as_owner unlock
if keychain-auth status --json | grep -q '"record_state": *"ok"'; then
    echo "nobody noticed"
fi
keychain-auth stop
echo "reason: record_cut"
