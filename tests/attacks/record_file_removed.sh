#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: removes an old file of the record, with what it did in it
# expects: record_damaged
# success: nobody noticed
# control: audit_number audit_prev
# kind: stopped
# cost: -
#
# Nothing keeps it from doing that to the user's own files; the chain shows it.
set -euo pipefail

record_of_files
rm "$ATTACK_LOG.000002"
if keychain-auth audit verify >&2; then
    echo "nobody noticed"
fi
echo "reason: record_damaged"
