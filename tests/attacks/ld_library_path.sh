#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: has a direct client load a C library of the attacker's
# expects: untrusted_process
# control: code_environment code_files
# kind: stopped
# cost: code_files
#
# A copy with a few bytes more: that its code is harmless is luck, and the daemon can't know it.
set -eu
reader=$(command -v reader)
cp "$(ldd "$reader" | sed -n 's|.*libc\.so[^ ]* => \(/[^ ]*\) .*|\1|p')" "$HOME/libc.so.6"
chmod u+w "$HOME/libc.so.6"
echo evil >>"$HOME/libc.so.6"
LD_LIBRARY_PATH=$HOME exec "$reader" aws prize
