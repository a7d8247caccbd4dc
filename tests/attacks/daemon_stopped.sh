#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: stops the daemon with SIGSTOP, so that nobody gets an answer
# expects: no_answer
# success: nobody was served
# control: none
# kind: residual
# removed-by: system mode
# cost: -
set -euo pipefail

kill -STOP "$ATTACK_DAEMON_PID"
if ! reader --timeout 1 aws prize >&2; then
    echo "nobody was served"
fi
kill -CONT "$ATTACK_DAEMON_PID"
echo "reason: no_answer"
