/* SPDX-License-Identifier: MIT */
/*
 * A copy of a helper that is registered as an ordinary program has rights that every program can
 * use: exactly what helpers are there to prevent.
 */
#ifndef HELPER_COPY_H
#define HELPER_COPY_H

struct subject;

/* Warns when a registered helper elsewhere has the same hash. A policy that can't be read isn't
 * complained of here; whoever changes it does. */
void helper_copy_warn(const struct subject *subject);

#endif
