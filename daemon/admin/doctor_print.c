/* SPDX-License-Identifier: MIT */
/* The report for people, in columns, and for programs: docs/doctor.md promises its form. */
#include "daemon/admin/doctor.h"

#include "daemon/admin/print.h"

#include <jansson.h>

#include <stdio.h>

static const struct {
    const char *word;
    const char *colour; /* ECMA-48, SGR */
    const char *json;
} grades[] = {
    [DOCTOR_OK] = {"ok", "\033[32m", "ok"},
    [DOCTOR_NOTE] = {"note", "\033[36m", "note"},
    [DOCTOR_WARNING] = {"WARNING", "\033[33m", "warning"},
    [DOCTOR_RED] = {"RED", "\033[1;31m", "red"},
};

#define PLAIN       "\033[0m"
#define GRADE_WIDTH 7
#define CHECK_WIDTH 15

static void print_line(const char *label, const char *text) {
    if (text[0] != '\0') {
        (void)printf("%*s%s %s\n", GRADE_WIDTH + CHECK_WIDTH + 4, "", label, text);
    }
}

static void print_finding(const struct doctor_finding *finding, bool with_colours) {
    const char *begin = with_colours ? grades[finding->grade].colour : "";
    (void)printf("%s%-*s%s  %-*s  %s\n", begin, GRADE_WIDTH, grades[finding->grade].word,
                 with_colours ? PLAIN : "", CHECK_WIDTH, finding->check, finding->fact);
    print_line("means:", finding->meaning);
    print_line("mend: ", finding->cure);
}

void doctor_print(const struct doctor *doctor, bool with_colours) {
    for (size_t i = 0; i < doctor->count; i++) {
        print_finding(&doctor->items[i], with_colours);
    }
    size_t warnings = doctor_tally(doctor, DOCTOR_WARNING);
    size_t notes = doctor_tally(doctor, DOCTOR_NOTE);
    (void)printf("%zu red, %zu warning%s, %zu note%s\n", doctor_tally(doctor, DOCTOR_RED), warnings,
                 warnings == 1 ? "" : "s", notes, notes == 1 ? "" : "s");
}

static json_t *finding_to_json(const struct doctor_finding *finding) {
    return json_pack("{s:s, s:s, s:o, s:s, s:o}", "check", finding->check, "grade",
                     grades[finding->grade].json, "fact", print_text(finding->fact), "meaning",
                     finding->meaning, "cure", print_text(finding->cure));
}

enum exit_code doctor_print_json(const struct doctor *doctor) {
    json_t *list = json_array();
    for (size_t i = 0; i < doctor->count; i++) {
        if (json_array_append_new(list, finding_to_json(&doctor->items[i])) != 0) {
            json_decref(list);
            return print_json(NULL);
        }
    }
    return print_json(json_pack("{s:s, s:s, s:o}", "version", KC_VERSION, "grade",
                                grades[doctor_worst(doctor)].json, "findings", list));
}
