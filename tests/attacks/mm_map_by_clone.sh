#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# attack: has a child in another user name space claim the victim's file for the memory they share
# expects: untrusted_process
# control: code_mapped code_anonymous
# kind: stopped
# cost: code_mapped
#
# The process that asks has never left our name spaces. What gives it away is its code, which
# isn't the victim's, and which no file backs at all.
exec "$ATTACK_DIR/forger" outside
