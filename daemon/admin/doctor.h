/* SPDX-License-Identifier: MIT */
/*
 * What is found in an installation, thing by thing: what it is, what that means, and the command
 * that mends it. The looks (doctor_*.c) fill a report; doctor_print.c shows it. docs/doctor.md
 * lists the words of `check`, which other programs may rely on.
 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "libkc/options.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct attributes;
struct kernel_facts;
struct policy;

enum doctor_grade {
    DOCTOR_OK,
    DOCTOR_NOTE,    /* weaker than it could be, and often meant so */
    DOCTOR_WARNING, /* it works, and something is given away */
    DOCTOR_RED,     /* it doesn't work, or somebody has been at it */
    DOCTOR_GRADE_COUNT
};

struct doctor_finding {
    const char *check; /* static */
    enum doctor_grade grade;
    char *fact;          /* fit for a terminal */
    const char *meaning; /* static; "" where there is nothing to explain */
    char *cure;          /* one line for a shell; "" where no command mends it */
};

struct doctor {
    struct doctor_finding *items;
    size_t count;
    size_t room;
    bool has_failed; /* a finding is missing: no memory */
};

/* What a finding is besides its fact; `meaning` and `cure` may be NULL. */
struct doctor_kind {
    const char *check;
    enum doctor_grade grade;
    const char *meaning;
    const char *cure;
};

KC_MUST_USE enum kc_error doctor_new(struct doctor **ret_doctor);
void doctor_free(struct doctor *doctor);

/* The fact must be fit for a terminal. */
KC_PRINTF(3, 4)
void doctor_add(struct doctor *doctor, const struct doctor_kind *kind, const char *format, ...);
/* "COMMAND 'PATH'" for a cure; "" where the path can't be shown honestly; NULL, and noted, without
 * memory. free() it. */
char *doctor_command(struct doctor *doctor, const char *command, const char *path);
/* What a look came to. False: there was no memory, so that nothing can be told of it; noted. */
bool doctor_has_memory(struct doctor *doctor, enum kc_error error);
/* The worst of them. */
enum doctor_grade doctor_worst(const struct doctor *doctor);
size_t doctor_tally(const struct doctor *doctor, enum doctor_grade grade);

/* Pure looks at what others have found. */
void doctor_judge_kernel(struct doctor *doctor, const struct kernel_facts *facts);
/* `facts` are those of `status`. */
void doctor_judge_daemon(struct doctor *doctor, const struct attributes *facts);
/* The rule, and each entry as far as its flags go. */
void doctor_judge_policy(struct doctor *doctor, const struct policy *policy);

/* Looks at files. */
void doctor_look_at_files(struct doctor *doctor);
void doctor_look_at_record(struct doctor *doctor);
/* What stands beside this program, and is found by others. */
void doctor_look_at_programs(struct doctor *doctor, const struct policy *policy);
/* Whether each entry still fits its file. */
void doctor_look_at_entries(struct doctor *doctor, const struct policy *policy);
/* Completions, and what the start file of this person's shell says. */
void doctor_look_at_shell(struct doctor *doctor);

/* A shell's start file. */
struct doctor_shell {
    const char *name; /* "bash", "zsh", "fish" */
    const char *path;
    const char *text; /* with a NUL; "" where there is no file */
    const char *own;  /* the program that it should name, if it names one by its whole path */
    const char *home; /* what "~" stands for in it; NULL: not known */
};
/* Whether one of its lines loads what `shellenv` prints, and whose. Looks at no file but the one
 * that such a line names. */
void doctor_judge_shell(struct doctor *doctor, const struct doctor_shell *shell);

/* For people; colours only when asked for. */
void doctor_print(const struct doctor *doctor, bool with_colours);
enum exit_code doctor_print_json(const struct doctor *doctor);

KC_AUTO_DEFINE(doctor)

#endif
