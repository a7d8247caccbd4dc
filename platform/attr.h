/* SPDX-License-Identifier: MIT */
/*
 * What we ask of the compiler, in one place: must-use results, scope-bound release, exported
 * symbols. Lives in the lowest layer so that every header can use it.
 */
#ifndef PLATFORM_ATTR_H
#define PLATFORM_ATTR_H

#define KC_MUST_USE            __attribute__((warn_unused_result))
#define KC_PRINTF(text, first) __attribute__((format(__printf__, text, first)))

/*
 * KC_AUTO(secret) value = NULL;  declares `struct secret *value`, released by
 * secret_free() at the end of the scope. KC_AUTO_DEFINE(secret) beside the declaration of
 * secret_free() makes a type usable so.
 */
#define KC_AUTO(name)          __attribute__((cleanup(name##_auto))) struct name *
#define KC_AUTO_DEFINE(name)                             \
    static inline void name##_auto(struct name **held) { \
        name##_free(*held);                              \
    }

#endif
