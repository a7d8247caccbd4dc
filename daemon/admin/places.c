/* SPDX-License-Identifier: MIT */
/* Asks the system once, for all files, so that a command fails before it has done anything. */
#include "daemon/admin/places.h"

#include "daemon/admin/say.h"
#include "platform/paths.h"

#include <stdlib.h>

enum exit_code places_new(struct places **ret_places) {
    KC_AUTO(places) places = calloc(1, sizeof *places);
    if (places == NULL) {
        return say_fault(KC_NO_MEMORY, "can't start");
    }
    enum kc_error error = paths_config("config.json", &places->config);
    if (error == KC_OK) {
        error = paths_config("pending.json", &places->pending);
    }
    if (error == KC_OK) {
        error = paths_data("audit.log", &places->audit);
    }
    if (error == KC_INVALID) {
        say("can't tell where your files are: HOME isn't an absolute path");
        return EXIT_FAULT;
    }
    if (error != KC_OK) {
        return say_fault(error, "can't tell where your files are (HOME, XDG_CONFIG_HOME, "
                                "XDG_DATA_HOME)");
    }
    *ret_places = places;
    places = NULL;
    return EXIT_DONE;
}

void places_free(struct places *places) {
    if (places == NULL) {
        return;
    }
    free(places->config);
    free(places->pending);
    free(places->audit);
    free(places);
}
