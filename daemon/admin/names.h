/* SPDX-License-Identifier: MIT */
/*
 * Names that a person may be about to type, on standard output: a name, a tab and what it is, a
 * line each. A name that can't stand in a line (a control character, bytes that aren't UTF-8) is
 * left out. Where something can't be read there are no names; nothing is said.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>

struct names_prefix {
    const char *text;   /* stands before each name: the part of the word that is written already */
    const char *behind; /* stands behind each name */
    bool as_grant;      /* services as the policy spells them (daemon/grant.h) */
};

/* The ids of list-pending, with the path that asked. */
void names_print_waiting(void);
/* What is registered, with the beginning of its hash. */
void names_print_paths(void);
/* What the policy grants, and what those who wait have asked for. */
void names_print_services(const struct names_prefix *prefix);
/* What a search of the daemon shows. */
void names_print_targets(const char *service, const struct names_prefix *prefix);

#endif
