#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: a client looks for the daemon in a directory where anybody may put a socket
# expects: refused
# control: server_directory
# kind: stopped
# cost: server_directory
set -euo pipefail

# The user's part, now and below: a value that is known, and stored anew.
value=$(reader -n aws prize)

mkdir "$HOME/open"
chmod 1777 "$HOME/open"
exec 4< <(exec "$ATTACK_DIR/phisher" "$HOME/open/agent.sock")
read -r -u 4 _
if printf '%s' "$value" | keychain-auth set --socket "$HOME/open/agent.sock" aws prize >&2; then
    read -r -u 4 _
    read -r -u 4 told
    echo "$told"
    echo "reason: released"
else
    echo "reason: refused"
fi
