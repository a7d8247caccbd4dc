#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: with a passphrase set: tries one passphrase after the other, on new connections
# expects: busy
# success: six were tried in ten seconds
# vault: locked
# control: patience
# kind: stopped
# cost: -
set -euo pipefail

tried=0
end=$((SECONDS + 10))
while [ "$SECONDS" -lt "$end" ]; do
    said=$(keychain-auth unlock --passphrase-fd 6 6< <(echo "guess $tried") 2>&1 || true)
    if [[ $said == *"passphrase is wrong"* ]]; then
        tried=$((tried + 1))
    fi
    sleep 0.05
done
echo "$tried were tried" >&2
if [ "$tried" -ge 6 ]; then
    echo "six were tried in ten seconds"
fi
echo "reason: busy"
