/* SPDX-License-Identifier: MIT */
/* An approved library, of which nobody wants anything. */

int plugin_answer(void);

int plugin_answer(void) {
    return 42;
}
