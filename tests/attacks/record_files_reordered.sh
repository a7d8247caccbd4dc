#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: exchanges two old files of the record, so that its deeds seem to be others
# expects: record_damaged
# success: nobody noticed
# control: audit_number audit_prev
# kind: stopped
# cost: -
#
# Nothing keeps it from doing that to the user's own files; the chain shows it.
set -euo pipefail

record_of_files
mv "$ATTACK_LOG.000001" "$ATTACK_LOG.away"
mv "$ATTACK_LOG.000002" "$ATTACK_LOG.000001"
mv "$ATTACK_LOG.away" "$ATTACK_LOG.000002"
if keychain-auth audit verify >&2; then
    echo "nobody noticed"
fi
echo "reason: record_damaged"
