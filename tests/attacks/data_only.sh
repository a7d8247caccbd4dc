#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: gives an approved interpreter a program of its own, as an argument
# expects: released
# control: none
# kind: residual
# removed-by: registering programs instead of interpreters; scripts as callers (planned; a label)
# cost: -
#
# No page of its code is touched: data decides what an interpreter does, and that holds for any
# program that can be made to do more than it was meant to.
set -euo pipefail

python=$(readlink -f /usr/bin/python3) || true
if ! [ -x "$python" ]; then
    echo "skip: there is no /usr/bin/python3"
    exit 77
fi

# The user's part: an approval that is easily given.
keychain-auth register "$python" --read aws >&2

"$python" -I -c '
import json, os, socket

wire = socket.socket(socket.AF_UNIX)
wire.connect(os.environ["KEYCHAIN_AUTH_SOCKET"])
lines = wire.makefile("rw", newline="\n")

def ask(**message):
    print(json.dumps(message), file=lines, flush=True)
    return lines.readline()

nonce = json.loads(ask(type="HELLO"))["nonce"]
print(ask(type="REQUEST", action="read", service="aws", targets=["prize"], nonce=nonce))
'
echo "reason: released"
