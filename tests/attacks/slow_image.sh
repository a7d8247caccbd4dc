#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: keeps the daemon busy with large programs, so that nobody else is served
# expects: unregistered_binary
# control: slow_worker
# kind: stopped
# cost: -
#
# Ten processes whose image is a 500 MB hole. An approved program that the daemon remembers must
# have its answer within a second all the same; the attack has succeeded when it hasn't.
set -eu
sleep 2.1
"$ATTACK_VICTIM" connect use </dev/null >&2
cp "$ATTACK_VICTIM" "$HOME/large"
truncate -s 500M "$HOME/large"
for _ in {1..10}; do
    "$HOME/large" connect print </dev/null >>large &
done
sleep 0.2
if ! timeout 1 "$ATTACK_VICTIM" connect use </dev/null >&2; then
    "$ATTACK_VICTIM" connect print </dev/null
fi
wait
cat large
