/* SPDX-License-Identifier: MIT */
/*
 * When our own helpers are looked for (own_helpers.h): at the start of a daemon that is open, and
 * at every unlock, because a sealed policy can be read, and changed, with the key only. While it
 * is locked nobody gets anything, so that nothing is lost by waiting.
 */
#ifndef VAULT_HELPERS_H
#define VAULT_HELPERS_H

struct dispatch;

/* By the policy of this moment, under its seal where it has one. A policy that somebody else has
 * changed is left alone, with a line in the log. Before the loop runs, or on the store's worker. */
void vault_helpers_register(struct dispatch *dispatch);

#endif
