/* SPDX-License-Identifier: MIT */
/*
 * doctor: looks at the whole installation, from the kernel to each entry, and says what each thing
 * means and what mends it. Changes nothing, asks for no passphrase, and works without a daemon.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/answer.h"
#include "daemon/admin/doctor.h"
#include "daemon/admin/say.h"
#include "daemon/config.h"
#include "daemon/pending.h"
#include "libkc/attributes.h"
#include "libkc/client.h"
#include "libkc/error.h"
#include "platform/clock.h"
#include "platform/kernel.h"
#include "platform/paths.h"
#include "platform/tty.h"

#include <stdlib.h>

#define TIMEOUT_MS 10000

/* KC_INTERNAL: it answered something else than success. */
static enum kc_error ask(const struct options *options, struct attributes *facts) {
    const struct kc_query query = {.action = "status", .administration = 1};
    struct kc_client *client = NULL;
    struct kc_answer *answer = NULL;
    enum kc_error error = kc_open(answer_address(options), TIMEOUT_MS, &client);
    if (error == KC_OK) {
        error = kc_request(client, &query, &answer);
    }
    if (error == KC_OK && kc_answer_count(answer) == 0) {
        error = KC_INTERNAL;
    }
    size_t count = error == KC_OK ? kc_answer_attribute_count(answer, 0) : 0;
    for (size_t i = 0; error == KC_OK && i < count; i++) {
        error = attributes_add(facts, kc_answer_attribute_name(answer, 0, i),
                               kc_answer_attribute_value(answer, 0, i));
    }
    kc_answer_free(answer);
    kc_close(client);
    return error;
}

static bool is_held(const struct options *options) {
    char *address = NULL;
    bool is_held =
        client_address(answer_address(options), &address) == KC_OK && answer_is_held(address);
    free(address);
    return is_held;
}

static void look_at_daemon(struct doctor *doctor, const struct options *options) {
    static const struct doctor_kind good = {.check = "daemon"};
    static const struct doctor_kind none = {
        .check = "daemon",
        .grade = DOCTOR_RED,
        .meaning = "nobody gets a secret until one runs",
        .cure = "keychain-auth start",
    };
    static const struct doctor_kind odd = {
        .check = "daemon",
        .grade = DOCTOR_RED,
        .meaning = "who listens there isn't a daemon of yours that works",
        .cure = "keychain-auth stop; keychain-auth start",
    };
    static const struct doctor_kind displaced = {
        .check = "daemon",
        .grade = DOCTOR_RED,
        .meaning = "it serves nobody, and what stands at its address may be somebody else's",
        .cure = "pkill -u \"$(id -u)\" -x keychain-auth; keychain-auth start",
    };
    struct attributes facts = {0};
    enum kc_error error = ask(options, &facts);
    if (!doctor_has_memory(doctor, error)) {
        attributes_clear(&facts);
        return;
    }
    if (error == KC_OK) {
        doctor_add(doctor, &good, "it runs, and answers");
        doctor_judge_daemon(doctor, &facts);
    } else if (error == KC_NOT_FOUND && is_held(options)) {
        doctor_add(doctor, &displaced, "a daemon runs, but its socket was removed or replaced");
    } else if (error == KC_NOT_FOUND) {
        doctor_add(doctor, &none, "no daemon runs");
    } else {
        doctor_add(doctor, &odd, "it doesn't answer: %s", kc_error_text(error));
    }
    attributes_clear(&facts);
}

/* A daemon that runs may have a sealed policy in force; this is what the file says. */
static void look_at_policy(struct doctor *doctor, const struct config *config) {
    static const struct doctor_kind bad = {
        .check = "config",
        .grade = DOCTOR_RED,
        .meaning = "everything is denied until it is mended",
    };
    const struct policy *policy = config_policy(config);
    if (policy == NULL) {
        doctor_add(doctor, &bad, "%s", config_trouble(config));
    } else {
        doctor_judge_policy(doctor, policy);
        doctor_look_at_entries(doctor, policy);
    }
    doctor_look_at_programs(doctor, policy);
    doctor_look_at_shell(doctor);
}

static void look_at_pending(struct doctor *doctor) {
    static const struct doctor_kind some = {
        .check = "pending",
        .grade = DOCTOR_NOTE,
        .meaning = "programs were turned away; approve those that you know",
        .cure = "keychain-auth list-pending",
    };
    static const struct doctor_kind good = {.check = "pending"};
    static const struct doctor_kind bad = {
        .check = "pending",
        .grade = DOCTOR_WARNING,
        .meaning = "who was turned away can't be shown; the daemon begins a new list with the next "
                   "who is, and puts this one aside",
    };
    struct pending *pending = NULL;
    char *path = NULL;
    enum kc_error error = paths_config("pending.json", &path);
    if (error == KC_OK) {
        error = pending_load(path, clock_wall_us(), &pending);
    }
    size_t count = error == KC_OK ? pending_count(pending) : 0;
    if (error != KC_OK && doctor_has_memory(doctor, error)) {
        doctor_add(doctor, &bad, "pending.json can't be used: %s", kc_error_text(error));
    } else if (count > 0) {
        doctor_add(doctor, &some, "%zu wait%s for approval", count, count == 1 ? "s" : "");
    } else {
        doctor_add(doctor, &good, "nobody waits for approval");
    }
    pending_free(pending);
    free(path);
}

/* https://no-color.org */
static bool wants_colours(void) {
    const char *refused = getenv("NO_COLOR");
    return tty_is_terminal(TTY_OUTPUT) && (refused == NULL || refused[0] == '\0');
}

static enum kc_error open_config(struct config **ret_config) {
    char *path = NULL;
    enum kc_error error = paths_config("config.json", &path);
    if (error == KC_OK) {
        error = config_new(path, ret_config);
    }
    free(path);
    return error;
}

enum exit_code cmd_doctor(const struct options *options) {
    KC_AUTO(doctor) doctor = NULL;
    KC_AUTO(config) config = NULL;
    struct kernel_facts facts;
    enum kc_error error = doctor_new(&doctor);
    if (error != KC_OK) {
        return say_fault(error, "can't look");
    }
    kernel_look(&facts);
    doctor_judge_kernel(doctor, &facts);
    doctor_look_at_files(doctor);
    look_at_daemon(doctor, options);
    doctor_look_at_record(doctor);
    error = open_config(&config);
    if (doctor_has_memory(doctor, error) && error == KC_OK) {
        (void)config_refresh(config);
        look_at_policy(doctor, config);
    }
    look_at_pending(doctor);
    if (doctor->has_failed) {
        return say_fault(KC_NO_MEMORY, "can't tell what was found");
    }
    enum exit_code code = EXIT_DONE;
    if (options_flag(options, "json", false)) {
        code = doctor_print_json(doctor);
    } else {
        doctor_print(doctor, wants_colours());
    }
    return code == EXIT_DONE && doctor_worst(doctor) == DOCTOR_RED ? EXIT_NO : code;
}
