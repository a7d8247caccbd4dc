/* SPDX-License-Identifier: MIT */
/*
 * Names that a process chose (in its maps, in its environment) are walked without asking a file
 * system that may never answer: one look at such a name must not keep a worker waiting.
 */
#ifndef PLATFORM_LINUX_LOCAL_OPEN_H
#define PLATFORM_LINUX_LOCAL_OPEN_H

#include "platform/attr.h"
#include "platform/kc_error.h"

/*
 * A handle without access (O_PATH) on an absolute path. First from what the kernel remembers of
 * it, which waits for nobody (openat2(2), RESOLVE_CACHED, Linux 5.12); else name by name and link
 * by link, and never into a mount that isn't a local one of our own. (The first way gives up at a
 * symbolic link that would be noted as read, which happens once a day: relatime, mount(8).) What
 * /proc calls a link but is a descriptor of ours is never followed (RESOLVE_NO_MAGICLINKS).
 * KC_NOT_FOUND · KC_UNSAFE: such a mount, such a link, or more than a few links on the way.
 */
KC_MUST_USE enum kc_error local_open(const char *path, int *ret_place);

/* The same of a path that may be relative, to `directory`, a handle that may be O_PATH. */
KC_MUST_USE enum kc_error local_open_at(int directory, const char *path, int *ret_place);

/* The second way alone; for tests. */
KC_MUST_USE enum kc_error local_walk(int directory, const char *path, int *ret_place);

#endif
