/* SPDX-License-Identifier: MIT */
/*
 * Asks platform/ the questions that identify asks, in its order, and keeps every answer instead
 * of stopping at the first that is wrong. What depends on the program file isn't asked without
 * it.
 */
#include "daemon/admin/findings.h"

#include "daemon/digest.h"
#include "daemon/policy.h"
#include "daemon/shim.h"
#include "libkc/error.h"
#include "libkc/parse.h"
#include "platform/process.h"
#include "platform/self.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 1024

static const char *show(const char *text, char shown[SHOWN_MAX]) {
    return parse_escape(text, strlen(text), shown, SHOWN_MAX);
}

/* Everything is a label but what the caller turns into more. */
KC_PRINTF(4, 5)
static struct finding *add(struct findings *findings, const char *check, bool is_ok,
                           const char *format, ...) {
    struct finding *finding = &findings->items[findings->count++];
    va_list values;
    finding->check = check;
    finding->result = is_ok ? FINDING_OK : FINDING_FAILED;
    findings->is_trusted = findings->is_trusted && is_ok;
    va_start(values, format);
    (void)vsnprintf(finding->fact, sizeof finding->fact, format, values);
    va_end(values);
    return finding;
}

static void look_at_user(struct findings *findings, const struct process *process) {
    uint64_t user = 0;
    enum kc_error error = process_user(process, &user);
    bool is_ours = error == KC_OK && user == self_user();
    struct finding *finding =
        error != KC_OK ? add(findings, "user", false, "%s", kc_error_text(error))
                       : add(findings, "user", is_ours, "uid %" PRIu64 "%s", user,
                             is_ours ? ", as you" : "; the daemon answers its own user only");
    finding->is_boundary = true;
    finding = add(findings, "group", true, "no program is told by a group of its own (set-gid)");
    finding->is_boundary = true;
    finding->result = FINDING_UNUSED;
}

static void look_at_surroundings(struct findings *findings, const struct process *process) {
    const char *why = "it can't be looked at";
    bool is_ok = process_check_surroundings(process, &why) == KC_OK;
    (void)add(findings, "surroundings", is_ok, "%s",
              is_ok ? "our own user and pid name spaces, not traced" : why);
}

static void look_at_file(struct findings *findings, const struct image *file, bool is_preloaded,
                         const struct policy_entry *entry) {
    char hash[HASH_TEXT_SIZE] = "";
    char path[SHOWN_MAX];
    struct shim shim;
    enum kc_error error = digest_compute(file, NULL, hash);
    shim_find(&shim);
    if (error == KC_OK && shim_has(&shim, hash)) {
        (void)add(findings, "library", true, "\"%s\" is the shim that is installed here",
                  show(image_path(file), path));
        return;
    }
    if (is_preloaded) {
        (void)add(findings, "library", false,
                  "LD_PRELOAD names \"%s\", which isn't the shim that "
                  "is installed here",
                  show(image_path(file), path));
        return;
    }
    bool is_allowed = error == KC_OK && entry != NULL &&
                      policy_entry_allows_library(entry, image_path(file), hash);
    const char *verdict = is_allowed ? "its entry allows it" : "its entry doesn't allow it";
    (void)add(findings, "library", is_allowed, "\"%s\" (sha256 %.8s) isn't root's; %s",
              show(image_path(file), path), hash, error == KC_OK ? verdict : kc_error_text(error));
}

static void look_at_code(struct findings *findings, const struct process *process,
                         const struct image *image, const struct policy_entry *entry) {
    struct code code = {.flaw = CODE_SOUND};
    char subject[SHOWN_MAX];
    enum kc_error error = code_look(process, image, &code);
    if (error != KC_OK) {
        (void)add(findings, "code", false, "its memory can't be looked at: %s",
                  kc_error_text(error));
        return;
    }
    bool is_sound = code.flaw == CODE_SOUND;
    (void)add(findings, "code", is_sound, "%s%s%s",
              is_sound ? "what it has mapped to execute is what its files hold"
                       : code_flaw_text(code.flaw),
              code.subject[0] != '\0' ? ": " : "", show(code.subject, subject));
    bool may_make = entry != NULL && policy_entry_may_make_code(entry);
    (void)add(findings, "jit", !code.makes_code || may_make, "%s",
              !code.makes_code ? "it makes no code as it runs"
              : may_make       ? "it makes code as it runs, and its entry allows that"
                               : "it makes code as it runs, and no entry allows that");
    for (size_t i = 0; i < code.file_count; i++) {
        look_at_file(findings, code.files[i], code.is_preloaded[i], entry);
    }
    code_clear(&code);
}

static const char *describe_entry(const struct policy_entry *entry) {
    if (entry == NULL) {
        return "this path with this hash isn't registered";
    }
    if (policy_entry_interpreter(entry) != NULL) {
        return "it is registered as a script, which no process can be";
    }
    if (policy_entry_is_helper(entry)) {
        return "it is a helper: what is above it counts (explain --pid)";
    }
    return policy_entry_is_plain(entry) ? "it is registered, and plain: no nonce is asked for"
                                        : "it is registered with this path and hash";
}

static void look_at_entry(struct findings *findings, const struct policy_entry *entry) {
    bool is_ok = entry != NULL && policy_entry_interpreter(entry) == NULL;
    (void)add(findings, "entry", is_ok, "%s", describe_entry(entry));
}

/* The program file and all that hangs on it. KC_NO_MEMORY. */
static enum kc_error look_at_image(struct findings *findings, const struct process *process,
                                   const struct policy *policy) {
    KC_AUTO(image) image = NULL;
    const char *why = "it can't be looked at";
    char path[SHOWN_MAX];
    if (process_open_image(process, &image, &why) != KC_OK) {
        (void)add(findings, "image", false, "%s", why);
        return KC_OK;
    }
    findings->path = strdup(image_path(image));
    if (findings->path == NULL) {
        return KC_NO_MEMORY;
    }
    (void)add(findings, "image", true, "\"%s\", a regular file on a local mount",
              show(findings->path, path));
    enum kc_error error = digest_compute(image, NULL, findings->hash);
    (void)add(findings, "hash", error == KC_OK, "%s",
              error == KC_OK ? findings->hash : kc_error_text(error));
    const struct policy_entry *entry = policy_find(policy, findings->path, findings->hash);
    look_at_code(findings, process, image, entry);
    look_at_entry(findings, entry);
    return KC_OK;
}

static enum kc_error look(struct findings *findings, const struct policy *policy) {
    KC_AUTO(process) process = NULL;
    enum kc_error error = process_pin(findings->pid, &process);
    if (error == KC_NO_MEMORY) {
        return error;
    }
    if (error != KC_OK) {
        (void)add(findings, "process", false, "%s",
                  error == KC_END      ? "there is no such process"
                  : error == KC_UNSAFE ? "it can't be looked at (set-id, non-dumpable, or "
                                         "somebody else's)"
                                       : kc_error_text(error));
        return KC_OK;
    }
    (void)add(findings, "process", true, "it is alive and can be looked at");
    look_at_user(findings, process);
    look_at_surroundings(findings, process);
    error = look_at_image(findings, process, policy);
    /* The pins last: what was found was one program's. */
    bool is_same = process_check(process) == KC_OK;
    (void)add(findings, "pins", is_same, "%s",
              is_same ? "it is the same program as when the look began"
                      : "it ended, or executed another program, meanwhile");
    return error;
}

enum kc_error findings_new(uint64_t pid, const struct policy *policy,
                           struct findings **ret_findings) {
    KC_AUTO(findings) findings = calloc(1, sizeof *findings);
    if (findings == NULL) {
        return KC_NO_MEMORY;
    }
    findings->pid = pid;
    findings->is_trusted = true;
    enum kc_error error = look(findings, policy);
    if (error != KC_OK) {
        return error;
    }
    *ret_findings = findings;
    findings = NULL;
    return KC_OK;
}

void findings_free(struct findings *findings) {
    if (findings != NULL) {
        free(findings->path);
        free(findings);
    }
}
