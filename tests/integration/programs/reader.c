/* SPDX-License-Identifier: MIT */
/*
 * kcget's own sources with another hash: a direct client, which the policy judges by itself. kcget
 * is a helper, and what it gets depends on who runs it; suites that are about something else use
 * this one, so that they don't depend on the shells that run them. It calls itself kcget.
 *
 *     reader [OPTION…] SERVICE TARGET
 *
 * links: kcget_sources linked_as_kcget
 */

/* Stands in the file, and so its hash is another one. */
extern const char reader_mark[];
const char reader_mark[] = "reader: kcget as a direct client";
