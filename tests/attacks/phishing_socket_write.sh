#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: puts its own socket in the daemon's place, and waits until the user stores a value
# expects: released
# control: none
# kind: residual
# removed-by: system mode
# cost: -
#
# The daemon writes `socket_replaced` into the record and serves nobody; but what a client sends
# to the user's own uid it sends to the attacker, too.
set -euo pipefail

# The user's part, now and below: a value that is known, and stored anew.
value=$(reader -n aws prize)

mv "$KEYCHAIN_AUTH_SOCKET" "$KEYCHAIN_AUTH_SOCKET.moved"
exec 4< <(exec "$ATTACK_DIR/phisher" "$KEYCHAIN_AUTH_SOCKET")
read -r -u 4 _
printf '%s' "$value" | keychain-auth set aws prize >&2
read -r -u 4 _
read -r -u 4 told
echo "$told"
echo "reason: released"
