/* SPDX-License-Identifier: MIT */
/*
 * A keyring behind daemon/store/provider.h that lives in memory and keeps what it is told, copies
 * of one item too. It fails when it is told to: as one that dies, which does nothing more until
 * it is connected to again.
 */
#ifndef TEST_FAKE_PROVIDER_H
#define TEST_FAKE_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>

struct provider;

/* The one that was made last. */
struct provider *fake_provider(void);

/* The change after `changes` more (created or deleted) fails; whether it was done all the same.
 * With `stays_away` it can't be connected to afterwards, until fake_provider_mend(). */
void fake_provider_fail_after(struct provider *provider, size_t changes, bool is_done,
                              bool stays_away);
void fake_provider_mend(struct provider *provider);

/* Copies of all items, older ones too. */
size_t fake_provider_copies(const struct provider *provider);

#endif
