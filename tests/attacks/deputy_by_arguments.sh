#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: runs an approved direct client, and reads what it prints
# expects: released
# control: none
# kind: residual
# removed-by: a client that is a helper, or has --ancestry-chain (a label); confirmation
# cost: -
set -euo pipefail

reader aws prize
echo "reason: released"
