#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: with a passphrase set: administers from elsewhere while the user's session is open
# expects: unregistered_binary
# vault: unlocked
# control: admin_seat
# kind: stopped
# cost: -
#
# The user has said `keychain-auth admin` at a terminal a moment ago, and the shell there lives.
set -euo pipefail

python3 - <<'END' >&2 &
import os, pty
child, terminal = pty.fork()
if child == 0:
    os.execvp("bash", ["bash", "-c", "as_owner admin && touch $HOME/open && sleep 20; :"])
while True:
    try:
        if not os.read(terminal, 4096):
            break
    except OSError:
        break
END
for ((i = 0; i < 200; i++)); do
    [ ! -e "$HOME/open" ] || break
    sleep 0.05
done
[ -e "$HOME/open" ]

cp "$ATTACK_VICTIM" "$HOME/malware"
setsid -w keychain-auth register "$HOME/malware" --read aws >&2 || true
"$HOME/malware" connect print
