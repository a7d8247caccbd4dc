/* SPDX-License-Identifier: MIT */
/* A list that grows. What can't be kept is remembered as missing, so that no look has to stop. */
#include "daemon/admin/doctor.h"

#include "daemon/shell_quote.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FACT_SIZE   4096
#define QUOTED_SIZE 8192

static bool grow(struct doctor *doctor) {
    if (doctor->count < doctor->room) {
        return true;
    }
    size_t room = doctor->room == 0 ? 32 : 2 * doctor->room;
    struct doctor_finding *items = realloc(doctor->items, room * sizeof *items);
    if (items == NULL) {
        return false;
    }
    doctor->items = items;
    doctor->room = room;
    return true;
}

static void keep(struct doctor *doctor, const struct doctor_kind *kind, const char *fact) {
    struct doctor_finding finding = {
        .check = kind->check,
        .grade = kind->grade,
        .fact = strdup(fact),
        .meaning = kind->meaning != NULL ? kind->meaning : "",
        .cure = strdup(kind->cure != NULL ? kind->cure : ""),
    };
    if (finding.fact == NULL || finding.cure == NULL || !grow(doctor)) {
        doctor->has_failed = true;
        free(finding.fact);
        free(finding.cure);
        return;
    }
    doctor->items[doctor->count++] = finding;
}

void doctor_add(struct doctor *doctor, const struct doctor_kind *kind, const char *format, ...) {
    char fact[FACT_SIZE];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(fact, sizeof fact, format, values);
    va_end(values);
    keep(doctor, kind, fact);
}

bool doctor_has_memory(struct doctor *doctor, enum kc_error error) {
    doctor->has_failed = doctor->has_failed || error == KC_NO_MEMORY;
    return error != KC_NO_MEMORY;
}

static char *note_absence(struct doctor *doctor, char *text) {
    (void)doctor_has_memory(doctor, text != NULL ? KC_OK : KC_NO_MEMORY);
    return text;
}

char *doctor_command(struct doctor *doctor, const char *command, const char *path) {
    char quoted[QUOTED_SIZE];
    if (!shell_quote(path, quoted, sizeof quoted)) {
        return note_absence(doctor, strdup(""));
    }
    size_t size = strlen(command) + strlen(quoted) + 2;
    char *line = malloc(size);
    if (line != NULL) {
        (void)snprintf(line, size, "%s %s", command, quoted);
    }
    return note_absence(doctor, line);
}

size_t doctor_tally(const struct doctor *doctor, enum doctor_grade grade) {
    size_t count = 0;
    for (size_t i = 0; i < doctor->count; i++) {
        count += doctor->items[i].grade == grade ? 1 : 0;
    }
    return count;
}

enum doctor_grade doctor_worst(const struct doctor *doctor) {
    enum doctor_grade worst = DOCTOR_OK;
    for (size_t i = 0; i < doctor->count; i++) {
        worst = doctor->items[i].grade > worst ? doctor->items[i].grade : worst;
    }
    return worst;
}

enum kc_error doctor_new(struct doctor **ret_doctor) {
    struct doctor *doctor = calloc(1, sizeof *doctor);
    if (doctor == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_doctor = doctor;
    return KC_OK;
}

void doctor_free(struct doctor *doctor) {
    if (doctor == NULL) {
        return;
    }
    for (size_t i = 0; i < doctor->count; i++) {
        free(doctor->items[i].fact);
        free(doctor->items[i].cure);
    }
    free(doctor->items);
    free(doctor);
}
