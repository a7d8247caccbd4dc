#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: leases its own scripts, so that the daemon waits for it when it opens them
# expects: caller_not_allowed
# control: image_leased
# kind: stopped
# cost: -
#
# Who opens a file for reading waits until whoever has a write lease on it has given that back, 45 s
# long (fcntl(2)). Six scripts, more than the daemon has threads for them, run a helper each. An
# approved program must have its answer within a second all the same; the attack has succeeded when
# it hasn't.
set -eu
sleep 2.1
"$ATTACK_VICTIM" connect use </dev/null >&2
for i in {1..6}; do
    cat >"$HOME/leased$i.py" <<'END'
import fcntl, os, signal, subprocess, sys
holder = os.open(sys.argv[0], os.O_RDWR)
signal.signal(signal.SIGURG, signal.SIG_IGN)
fcntl.fcntl(holder, fcntl.F_SETSIG, signal.SIGURG)
fcntl.fcntl(holder, fcntl.F_SETLEASE, fcntl.F_WRLCK)
try:
    subprocess.run(["kcget", "aws", "prize"], stdin=subprocess.DEVNULL, timeout=4)
except subprocess.TimeoutExpired:
    print("the daemon waits")
END
    python3 "$HOME/leased$i.py" >>leased 2>&1 &
done
sleep 0.5
if ! timeout 1 "$ATTACK_VICTIM" connect use </dev/null >&2; then
    "$ATTACK_VICTIM" connect print </dev/null
fi
wait
cat leased
