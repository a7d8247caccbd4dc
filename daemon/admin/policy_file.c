/* SPDX-License-Identifier: MIT */
/* Reads config.json through the same door as the daemon, so that both see the same policy. */
#include "daemon/admin/policy_file.h"

#include "daemon/admin/places.h"
#include "daemon/admin/say.h"

#include <stddef.h>

enum exit_code policy_file_open(struct config **ret_config) {
    KC_AUTO(places) places = NULL;
    KC_AUTO(config) config = NULL;
    enum exit_code code = places_new(&places);
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = config_new(places->config, &config);
    if (error != KC_OK) {
        return say_fault(error, "can't read the policy");
    }
    (void)config_refresh(config);
    if (config_policy(config) == NULL) {
        say_report(config_trouble(config), KC_DAMAGED);
        return EXIT_FAULT;
    }
    *ret_config = config;
    config = NULL;
    return EXIT_DONE;
}
