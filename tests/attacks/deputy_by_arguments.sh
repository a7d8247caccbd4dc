#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: runs an approved program, kcget, and reads what it prints
# expects: released
# control: none
# kind: residual
# removed-by: helpers that are judged by their callers (planned; a label), confirmation
# cost: -
set -euo pipefail

kcget aws prize
echo "reason: released"
