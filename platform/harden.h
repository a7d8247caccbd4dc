/* SPDX-License-Identifier: MIT */
/*
 * What a process that holds secrets does to itself first. None of it can be undone by a
 * later call here.
 */
#ifndef PLATFORM_HARDEN_H
#define PLATFORM_HARDEN_H

#include "platform/attr.h"
#include "platform/kc_error.h"

/* The first thing in main: where a standard stream is closed, puts something that can be neither
 * read nor written. Otherwise the next file or socket that is opened would take its number, and
 * get what was meant for a person. */
KC_MUST_USE enum kc_error harden_streams(void);

/* Shuts the process's memory to others of the same user and forbids core dumps
 * (PR_SET_DUMPABLE, prctl(2); RLIMIT_CORE). A client may call it only after the daemon has
 * looked at it: a non-dumpable process can't be identified. KC_UNSUPPORTED where the system
 * has nothing of the kind. */
KC_MUST_USE enum kc_error harden_memory(void);

/* The same for a process that will become another program (platform/launch.h): that one is ordinary
 * again, and would inherit the limit that forbids cores. What is left forbids them for now, too. */
KC_MUST_USE enum kc_error harden_memory_until_launch(void);

/* For the daemon, as the first thing in main: harden_memory(), umask 077, SIGPIPE and
 * SIGXFSZ ignored (they would kill us when a client leaves or a disk quota is met), and the
 * soft limit of open files raised to at least `files` where the hard limit allows (fewer is
 * not an error). */
KC_MUST_USE enum kc_error harden_daemon(unsigned files);

#endif
