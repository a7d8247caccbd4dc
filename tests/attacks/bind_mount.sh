#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: runs a program of its own that a private mount shows under the victim's path
# expects: untrusted_process
# control: image_mount image_by_handle code_mapped code_files
# kind: stopped
# cost: image_mount
#
# Reached through /proc/PID/root, so that only the file is from the other mount name space, and
# not the process. A daemon that hashes the path that /proc/PID/exe prints finds the victim.
set -eu
cp "$ATTACK_VICTIM" "$HOME/evil"
echo evil >>"$HOME/evil"
if ! unshare --user --map-root-user --mount true; then
    echo "skip: users can't mount in a name space of their own here"
    exit 77
fi
# shellcheck disable=SC2016 # for the inner shell
coproc unshare --user --map-root-user --mount \
    bash -c 'mount --bind "$HOME/evil" "$ATTACK_VICTIM" && echo "$$" && read -r'
read -r holder <&"${COPROC[0]}"
"/proc/$holder/root$ATTACK_VICTIM" connect print
