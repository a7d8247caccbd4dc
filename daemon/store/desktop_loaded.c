/* SPDX-License-Identifier: MIT */
/* The desktop's keyring in the program: loads the module and passes on what it is asked. */
#include "daemon/store/backend.h"
#include "daemon/store/desktop_module.h"
#include "platform/module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACE KC_SHIM_FROM_BIN "/keychain-auth/" DESKTOP_MODULE_FILE

struct desktop {
    const struct desktop_module *module;
    struct desktop *its; /* what the module calls by this name */
};

static enum kc_error explain(enum kc_error error, const char *sentence, char why[KC_MESSAGE_MAX]) {
    (void)snprintf(why, KC_MESSAGE_MAX,
                   "the desktop's keyring can't be used: \"%s\", seen from the program, can't be "
                   "loaded: %.300s; install all of keychain-auth, and libsecret",
                   PLACE, sentence);
    return error == KC_NO_MEMORY ? error : KC_UNSUPPORTED;
}

static enum kc_error load(const struct desktop_module **ret_module, char why[KC_MESSAGE_MAX]) {
    const void *symbol = NULL;
    const char *sentence = "";
    enum kc_error error = module_load(PLACE, DESKTOP_MODULE_SYMBOL, &symbol, &sentence);
    if (error != KC_OK) {
        return explain(error, sentence, why);
    }
    const struct desktop_module *module = symbol;
    if (strcmp(module->version, KC_VERSION) != 0) {
        return explain(KC_UNSUPPORTED, "it is of another version than the program", why);
    }
    *ret_module = module;
    return KC_OK;
}

enum kc_error sealed_service_open(const char *key_id, struct store_backend **ret_backend,
                                  char why[KC_MESSAGE_MAX]) {
    const struct desktop_module *module = NULL;
    enum kc_error error = load(&module, why);
    return error == KC_OK ? module->service_open(key_id, ret_backend, why) : error;
}

enum kc_error sealed_service_look(unsigned timeout_ms, size_t *ret_count,
                                  char why[KC_MESSAGE_MAX]) {
    const struct desktop_module *module = NULL;
    enum kc_error error = load(&module, why);
    return error == KC_OK ? module->service_look(timeout_ms, ret_count, why) : error;
}

enum kc_error desktop_open(struct desktop **ret_desktop, char why[KC_MESSAGE_MAX]) {
    KC_AUTO(desktop) desktop = calloc(1, sizeof *desktop);
    if (desktop == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = load(&desktop->module, why);
    if (error == KC_OK) {
        error = desktop->module->open(&desktop->its, why);
    }
    if (error == KC_OK) {
        *ret_desktop = desktop;
        desktop = NULL;
    }
    return error;
}

void desktop_free(struct desktop *desktop) {
    if (desktop == NULL) {
        return;
    }
    if (desktop->its != NULL) {
        desktop->module->free(desktop->its);
    }
    free(desktop);
}

enum kc_error desktop_read(struct desktop *desktop, const struct attributes *match,
                           desktop_visitor *visit, void *context, size_t *ret_passed_over) {
    return desktop->module->read(desktop->its, match, visit, context, ret_passed_over);
}

enum kc_error desktop_delete(struct desktop *desktop, const char *path,
                             const struct secret *value) {
    return desktop->module->remove(desktop->its, path, value);
}

const char *desktop_trouble(const struct desktop *desktop) {
    return desktop->module->trouble(desktop->its);
}
