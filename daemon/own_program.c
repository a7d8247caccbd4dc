/* SPDX-License-Identifier: MIT */
/* Asks the system for the file that runs here, not for a name. */
#include "daemon/own_program.h"

#include "daemon/digest.h"
#include "platform/process.h"
#include "platform/self.h"

#include <string.h>

static enum kc_error copy_directory(const char *path, char **ret_directory) {
    const char *slash = strrchr(path, '/');
    char *directory = slash != NULL ? strndup(path, (size_t)(slash - path)) : NULL;
    if (directory == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_directory = directory;
    return KC_OK;
}

enum kc_error own_program_look(char ret_hash[HASH_TEXT_SIZE], char **ret_directory) {
    KC_AUTO(process) self = NULL;
    KC_AUTO(image) image = NULL;
    const char *why = "";
    enum kc_error error = process_pin(self_number(), &self);
    if (error == KC_OK) {
        error = process_open_image(self, &image, &why);
    }
    if (error == KC_OK) {
        error = digest_compute(image, NULL, ret_hash);
    }
    return error == KC_OK ? copy_directory(image_path(image), ret_directory) : error;
}
