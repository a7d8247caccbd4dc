/* SPDX-License-Identifier: MIT */
/*
 * A part of a program of ours that lies in a file of its own, so that only who needs it carries
 * what it needs. It is found from the place of the running program and never by a search path.
 */
#ifndef PLATFORM_MODULE_H
#define PLATFORM_MODULE_H

#include "platform/attr.h"
#include "platform/kc_error.h"

/*
 * Loads the file at `relative`, seen from the program's own directory, and finds what it exports as
 * `symbol`. It stays loaded; asking again is cheap and answers the same. One thread at a time.
 * KC_NOT_FOUND  it isn't installed
 * KC_UNSAFE     it isn't as well guarded as the program: another user than root and the owner of
 *               the program owns it, or may write to it. Nothing of it was run
 * KC_DAMAGED    it can't be loaded, or has no such symbol
 * KC_NO_MEMORY
 * `ret_why` is written on failure, too: a sentence, borrowed until the next call.
 */
KC_MUST_USE enum kc_error module_load(const char *relative, const char *symbol,
                                      const void **ret_symbol, const char **ret_why);

#endif
