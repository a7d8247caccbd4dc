/* SPDX-License-Identifier: MIT */
/* A person, as the shim's server finds one: asked when the test says so, and answering when it
 * does. */
#ifndef FAKE_ASK_H
#define FAKE_ASK_H

#include <stdbool.h>

/* Whether there is a way to ask, from now on; forgets what was asked. */
void fake_ask_allow(bool is_possible);
/* How often somebody was asked. */
unsigned fake_ask_count(void);
/* The question's end, as the server will see it. */
void fake_ask_answer(void);
/* Whether the server has taken the last question away. */
bool fake_ask_is_over(void);

#endif
