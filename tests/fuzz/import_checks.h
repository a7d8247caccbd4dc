/* SPDX-License-Identifier: MIT */
/* What holds of every list that an import made, whatever it was made from; abort(3) where it
 * doesn't. */
#ifndef FUZZ_IMPORT_CHECKS_H
#define FUZZ_IMPORT_CHECKS_H

#include "platform/kc_error.h"

struct import_entry;
struct import_list;

/* The limits of the protocol, names that are there once, and a refusal that is a plain sentence
 * with a line. `check_entry` looks at what this kind of import adds. Clears the list. */
void import_check(struct import_list *list, enum kc_error error, const char *why,
                  const char *service, void (*check_entry)(const struct import_entry *entry));

void import_require(int condition);

#endif
