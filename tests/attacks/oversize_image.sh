#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: makes the victim's file larger than a hash can be waited for
# expects: untrusted_process
# control: image_size policy_hash
# kind: stopped
# cost: image_size
#
# 600 MiB, without taking any space. It is refused at a glance, and others don't wait for it: the
# attack has also succeeded when the approved reader isn't served meanwhile.
set -eu
truncate -s 600M "$ATTACK_VICTIM"
"$ATTACK_VICTIM" connect print </dev/null >first &
timeout 2 reader aws prize >/dev/null || reader aws prize
wait $!
cat first
