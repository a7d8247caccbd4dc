#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: has the dynamic loader run the victim, and has the loader registered
# expects: unregistered_binary
# control: policy_path policy_hash code_files
# kind: stopped
# cost: policy_hash
#
# The image of such a process is the loader, which can run everything; so `register` refuses it.
set -eu
loader=$(ldd "$ATTACK_VICTIM" | sed -n 's|^[[:space:]]*\(/[^ ]*/ld[^ ]*\) .*|\1|p')
loader=$(realpath "$loader")
keychain-auth register "$loader" --read aws >&2 || true
exec "$loader" "$ATTACK_VICTIM" connect print
