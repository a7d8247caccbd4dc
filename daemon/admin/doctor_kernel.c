/* SPDX-License-Identifier: MIT */
/* The system below: red is only what the daemon can do nothing without. */
#include "daemon/admin/doctor.h"

#include "platform/kernel.h"

static void judge_handles(struct doctor *doctor, const struct kernel_facts *facts) {
    const struct doctor_kind good = {.check = "kernel"};
    const struct doctor_kind old = {
        .check = "kernel",
        .grade = DOCTOR_NOTE,
        .meaning = "a program that connects is pinned by its number, and proves by the nonce that "
                   "it is still there",
    };
    const struct doctor_kind bad = {
        .check = "kernel",
        .grade = DOCTOR_RED,
        .meaning = "no program can be pinned, so nobody gets anything; Linux 5.3 or newer is "
                   "needed, and a sandbox must let pidfd_open through",
    };
    if (!facts->has_handles) {
        doctor_add(doctor, &bad, "%s has no pidfd_open", facts->release);
    } else if (!facts->has_peer_handles) {
        doctor_add(doctor, &old, "%s has pidfd_open, but not SO_PEERPIDFD (Linux 6.5)",
                   facts->release);
    } else {
        doctor_add(doctor, &good, "%s, with pidfd_open and SO_PEERPIDFD", facts->release);
    }
}

static void judge_user_spaces(struct doctor *doctor, const struct kernel_facts *facts) {
    const struct doctor_kind good = {.check = "user_namespaces"};
    const struct doctor_kind open = {
        .check = "user_namespaces",
        .grade = DOCTOR_NOTE,
        .meaning = "a program in one of its own is refused; but sandboxes of browsers need them, "
                   "so think before you forbid them",
        .cure = "sudo sysctl user.max_user_namespaces=0",
    };
    if (facts->gives_user_spaces) {
        doctor_add(doctor, &open, "every program may make user name spaces");
    } else {
        doctor_add(doctor, &good, "only the administrator may make user name spaces");
    }
}

static void judge_tracing(struct doctor *doctor, const struct kernel_facts *facts) {
    const struct doctor_kind good = {.check = "ptrace"};
    const struct doctor_kind open = {
        .check = "ptrace",
        .grade = DOCTOR_WARNING,
        .meaning = "any program of yours can read the memory of an approved one that has its value",
        .cure = "sudo sysctl kernel.yama.ptrace_scope=1",
    };
    if (facts->tracing == KERNEL_TRACING_ANYBODY) {
        doctor_add(doctor, &open, "programs of one user may trace each other");
    } else {
        doctor_add(doctor, &good, "kernel.yama.ptrace_scope is %d", (int)facts->tracing);
    }
}

void doctor_judge_kernel(struct doctor *doctor, const struct kernel_facts *facts) {
    judge_handles(doctor, facts);
    judge_user_spaces(doctor, facts);
    judge_tracing(doctor, facts);
}
