/* SPDX-License-Identifier: MIT */
/* Reads the policy anew: the loop's own copy is the loop's, and may be older. */
#include "daemon/vault_helpers.h"

#include "daemon/config.h"
#include "daemon/dispatch.h"
#include "daemon/log.h"
#include "daemon/own_helpers.h"
#include "daemon/vault_seal.h"
#include "libkc/error.h"

static enum kc_error change(void *context, const struct config_change *asked,
                            char report[KC_MESSAGE_MAX]) {
    return vault_seal_change(context, asked, report);
}

void vault_helpers_register(struct dispatch *dispatch) {
    KC_AUTO(config) config = NULL;
    enum kc_error error =
        vault_seal_open_policy(dispatch, dispatch->is_sealed ? dispatch->key : NULL, &config);
    if (error != KC_OK) {
        log_line(&dispatch->log, "the helpers aren't looked at: %s", kc_error_text(error));
        return;
    }
    if (config_notice(config)[0] != '\0') {
        log_line(&dispatch->log, "the helpers aren't looked at, since the policy was changed by "
                                 "another program");
        return;
    }
    const struct own_helpers_plan plan = {
        .directory = dispatch->own_directory,
        .policy = config_policy(config),
        .change = change,
        .context = dispatch,
        .audit = dispatch->audit,
        .log = &dispatch->log,
    };
    own_helpers_register(&plan);
}
