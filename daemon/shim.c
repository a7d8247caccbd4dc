/* SPDX-License-Identifier: MIT */
/* Found from the place of the daemon's own program, so that a prefix may be moved as a whole. */
#include "daemon/shim.h"

#include "daemon/digest.h"
#include "daemon/store/desktop_module.h"
#include "platform/check.h"
#include "platform/code.h"
#include "platform/process.h"
#include "platform/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void hash_beside(struct shim *shim, const char *relative, char hash[HASH_TEXT_SIZE]) {
    KC_AUTO(image) image = NULL;
    const char *why = "";
    char *path = NULL;
    enum kc_error error = program_beside(relative, &path);
    if (error == KC_OK) {
        error = image_open(path, &image, &why);
    }
    if (error == KC_OK) {
        error = digest_compute(image, NULL, hash);
    }
    if (error != KC_OK) {
        hash[0] = '\0'; /* then nothing is taken for it */
    }
    shim->is_unknown = shim->is_unknown || error == KC_NO_MEMORY;
    free(path);
}

void shim_find(struct shim *ret_shim) {
    ret_shim->is_unknown = false;
    hash_beside(ret_shim, KC_SHIM_FROM_BIN "/" CODE_SHIM_HOOK, ret_shim->hook);
    hash_beside(ret_shim, KC_SHIM_FROM_BIN "/keychain-auth/" CODE_SHIM_SERVER, ret_shim->server);
    hash_beside(ret_shim, KC_SHIM_FROM_BIN "/keychain-auth/" DESKTOP_MODULE_FILE, ret_shim->module);
}

static bool is_hash(const char *known, const char *hash) {
    return known[0] != '\0' && strcmp(known, hash) == 0;
}

bool shim_is_server(const struct shim *shim, const char *hash) {
    return is_hash(shim->server, hash);
}

bool shim_has(const struct shim *shim, const char *hash) {
    return is_hash(shim->hook, hash) || shim_is_server(shim, hash) || is_hash(shim->module, hash);
}

enum kc_error shim_judge_preloaded(const struct shim *shim, struct code *code, size_t index,
                                   const char *hash) {
    if (!code->is_preloaded[index] || is_hash(shim->hook, hash) || !check_is_on("code_shim")) {
        return KC_OK;
    }
    code->flaw = CODE_PRELOADED;
    (void)snprintf(code->subject, sizeof code->subject, "%s", image_path(code->files[index]));
    return KC_UNSAFE;
}
