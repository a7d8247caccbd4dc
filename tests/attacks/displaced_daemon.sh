#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: moves the daemon's socket away and sends an approved program there
# expects: hung_up
# control: endpoint_current
# kind: stopped
# cost: endpoint_current
#
# A daemon that went on serving there would let somebody decide who finds it, and who finds the
# one that stands in its place.
set -euo pipefail

moved=$KEYCHAIN_AUTH_SOCKET.moved
mv "$KEYCHAIN_AUTH_SOCKET" "$moved"
KEYCHAIN_AUTH_SOCKET=$moved "$ATTACK_VICTIM" connect print
