/* SPDX-License-Identifier: MIT */
/* caller-rule: how far up the processes above a helper are asked; without an operand, shows it. */
#include "daemon/admin/admin.h"

#include "daemon/admin/change.h"
#include "daemon/admin/places.h"
#include "daemon/admin/policy_file.h"
#include "daemon/admin/say.h"
#include "daemon/policy.h"

#include <stdio.h>
#include <string.h>

#define NEAREST "nearest"

static enum exit_code show_rule(void) {
    KC_AUTO(config) config = NULL;
    enum exit_code code = policy_file_open(&config);
    if (code == EXIT_DONE) {
        bool is_chain = policy_caller_rule(config_policy(config)) == CALLER_CHAIN;
        (void)puts(is_chain ? "chain" : NEAREST);
    }
    return code;
}

enum exit_code cmd_caller_rule(const struct options *options) {
    KC_AUTO(places) places = NULL;
    if (options_operand_count(options) == 0) {
        return show_rule();
    }
    const char *rule = options_operand(options, 0);
    struct shown shown;
    struct config_change change = {.kind = CONFIG_RULE, .caller_rule = rule};
    if (strcmp(rule, "chain") != 0 && strcmp(rule, NEAREST) != 0) {
        say("\"%s\" isn't a caller rule; say \"chain\" or \"nearest\"", say_show(rule, &shown));
        return EXIT_USAGE;
    }
    enum exit_code code = places_new(&places);
    if (code != EXIT_DONE) {
        return code;
    }
    if (strcmp(rule, NEAREST) == 0) {
        say_warning("a program that isn't allowed can use the rights of every program that it "
                    "starts and that calls a helper");
    }
    const struct change_name name = {
        .event = "policy", .action = "caller-rule", .message = rule, .options = options};
    return change_make(places, &change, &name);
}
