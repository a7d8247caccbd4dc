#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: kills the daemon, so that nobody gets an answer
# expects: no_answer
# success: nobody was served
# control: none
# kind: residual
# removed-by: system mode
# cost: -
set -euo pipefail

kill -KILL "$ATTACK_DAEMON_PID"
if ! reader --timeout 1 aws prize >&2; then
    echo "nobody was served"
fi
echo "reason: no_answer"
