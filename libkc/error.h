/* SPDX-License-Identifier: MIT */
/* A sentence for every code, for people. The public header declares the same function. */
#ifndef KC_ERROR_TEXT_H
#define KC_ERROR_TEXT_H

#include "platform/kc_error.h"

/* Lower case, no full stop; static. Also part of the public interface (keychain-auth.h). */
const char *kc_error_text(enum kc_error error);

#endif
