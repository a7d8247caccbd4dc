/* SPDX-License-Identifier: MIT */
/* Compares, and says what is different; mending it is the person's choice. */
#include "daemon/admin/fitness.h"

#include "daemon/admin/say.h"
#include "daemon/admin/subject.h"
#include "daemon/policy.h"
#include "platform/process.h"
#include "platform/trust.h"

#include <stdio.h>
#include <string.h>

static void find_missing(enum kc_error error, const char *why, struct fitness *fitness) {
    fitness->word = error == KC_NOT_FOUND ? "missing" : "unreadable";
    fitness->is_unknown = error == KC_NO_MEMORY;
    (void)snprintf(fitness->why, sizeof fitness->why, "%s", why);
}

static void find_changed(const struct policy_entry *entry, const struct subject *subject,
                         struct fitness *fitness) {
    fitness->word = "changed";
    (void)snprintf(fitness->why, sizeof fitness->why,
                   "its hash is %.8s, %.8s is registered; if you replaced it, run "
                   "keychain-auth upgrade",
                   subject->hash, policy_entry_hash(entry));
}

static void find_moved(const struct subject *subject, struct fitness *fitness) {
    struct shown shown;
    fitness->word = "changed";
    (void)snprintf(fitness->why, sizeof fitness->why, "it leads to \"%.4000s\" now",
                   say_show(subject->path, &shown));
}

static void find_unsafe(const char *why, struct fitness *fitness) {
    fitness->word = "unsafe";
    (void)snprintf(fitness->why, sizeof fitness->why, "\"%s\": %s", fitness->where, why);
}

/* A script is started by a name that may lead elsewhere since. */
static void look_at_interpreter(const char *path, struct fitness *fitness) {
    KC_AUTO(image) image = NULL;
    struct shown shown;
    const char *why = "there is no such file";
    enum kc_error error = image_open(path, &image, &why);
    if (error != KC_OK) {
        fitness->word = error == KC_NOT_FOUND ? "missing" : "unreadable";
        fitness->is_unknown = error == KC_NO_MEMORY;
        (void)snprintf(fitness->why, sizeof fitness->why, "what runs it, \"%.4000s\": %s",
                       say_show(path, &shown), why);
    } else if (strcmp(image_path(image), path) != 0) {
        fitness->word = "changed";
        (void)snprintf(fitness->why, sizeof fitness->why,
                       "what runs it leads to \"%.4000s\" now; run keychain-auth upgrade",
                       say_show(image_path(image), &shown));
    }
}

void fitness_look(const struct policy_entry *entry, struct fitness *fitness) {
    KC_AUTO(subject) subject = NULL;
    const char *why = "no memory";
    const char *path = policy_entry_path(entry);
    enum kc_error error = subject_look(path, &subject, &why);
    *fitness = (struct fitness){.word = "ok"};
    if (error != KC_OK) {
        find_missing(error, why, fitness);
    } else if (strcmp(subject->path, path) != 0) {
        find_moved(subject, fitness);
    } else if (strcmp(subject->hash, policy_entry_hash(entry)) != 0) {
        find_changed(entry, subject, fitness);
    } else if (trust_check_path(path, fitness->where, sizeof fitness->where, &why) == KC_UNSAFE) {
        find_unsafe(why, fitness);
    } else if (policy_entry_interpreter(entry) != NULL) {
        look_at_interpreter(policy_entry_interpreter(entry), fitness);
    }
}
