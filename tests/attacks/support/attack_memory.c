/* SPDX-License-Identifier: MIT */
/* Needs no privilege: all of it is allowed to whoever runs as the same user. */
#define _GNU_SOURCE
#include "tests/attacks/support/attack_memory.h"

#include "tests/attacks/support/attack.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/prctl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define MAPPINGS_MAX 64

#if defined(__x86_64__)
static const unsigned char return_true[] = {0xb8, 0x01, 0x00, 0x00, 0x00, 0xc3};
#elif defined(__aarch64__)
static const unsigned char return_true[] = {0x20, 0x00, 0x80, 0x52, 0xc0, 0x03, 0x5f, 0xd6};
#else
#error "the machine code of \"return true\" is missing for this processor"
#endif

uintptr_t attack_memory_hear(const struct attack_child *child) {
    char line[ATTACK_LINE_MAX];
    uintptr_t address = 0;
    attack_hear(child, line);
    if (sscanf(line, "ready %" SCNuPTR, &address) != 1) {
        attack_die("the victim isn't ready");
    }
    return address;
}

void attack_memory_overwrite(pid_t pid, uintptr_t address) {
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%ld/mem", (long)pid);
    int memory = open(path, O_RDWR | O_CLOEXEC);
    if (memory < 0 ||
        pwrite(memory, return_true, sizeof return_true, (off_t)address) != sizeof return_true) {
        attack_die(path);
    }
    (void)close(memory);
}

_Noreturn void attack_memory_release(const struct attack_child *child) {
    char line[ATTACK_LINE_MAX];
    attack_order(child, "go");
    for (attack_hear(child, line); line[0] != '\0'; attack_hear(child, line)) {
        (void)printf("%s\n", line);
        if (strncmp(line, "reason: ", strlen("reason: ")) == 0) {
            break;
        }
    }
    (void)fflush(stdout);
    _exit(0);
}

struct range {
    uintptr_t start;
    size_t length;
    int rights;
};

static size_t find_mappings(const char *name_end, struct range ranges[MAPPINGS_MAX]) {
    char line[4096];
    size_t count = 0;
    FILE *maps = fopen("/proc/self/maps", "re");
    if (maps == NULL) {
        attack_die("maps");
    }
    while (fgets(line, sizeof line, maps) != NULL && count < MAPPINGS_MAX) {
        uintptr_t start = 0;
        uintptr_t end = 0;
        char rights[5] = "";
        line[strcspn(line, "\n")] = '\0';
        size_t length = strlen(line);
        if (length < strlen(name_end) || strcmp(line + length - strlen(name_end), name_end) != 0 ||
            sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &start, &end, rights) != 3) {
            continue;
        }
        ranges[count] = (struct range){start, end - start,
                                       (rights[0] == 'r' ? PROT_READ : 0) |
                                           (rights[1] == 'w' ? PROT_WRITE : 0) |
                                           (rights[2] == 'x' ? PROT_EXEC : 0)};
        count++;
    }
    (void)fclose(maps);
    return count;
}

/* The copy takes the place of what it is a copy of in one call, so that this may be our code. */
static void replace(const struct range *range) {
    void *place = (void *)range->start;
    void *copy =
        mmap(NULL, range->length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (copy == MAP_FAILED) {
        attack_die("mmap");
    }
    memcpy(copy, place, range->length);
    if (mprotect(copy, range->length, range->rights) != 0 ||
        mremap(copy, range->length, range->length, MREMAP_MAYMOVE | MREMAP_FIXED, place) != place) {
        attack_die("mremap");
    }
}

void attack_memory_leave(const char *name_end) {
    struct range ranges[MAPPINGS_MAX];
    size_t count = find_mappings(name_end, ranges);
    for (size_t i = 0; i < count; i++) {
        replace(&ranges[i]);
    }
}

int attack_memory_claim(const char *program) {
    static char somewhere[64];
    uint64_t here = (uint64_t)(uintptr_t)somewhere;
    uint64_t heap = (uint64_t)(uintptr_t)sbrk(0);
    int file = open(program, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return errno;
    }
    /* The numbers only have to be in order. */
    struct prctl_mm_map map = {
        .start_code = here,
        .end_code = here + 1,
        .start_data = here + 1,
        .end_data = here + 2,
        .start_brk = heap,
        .brk = heap,
        .start_stack = (uint64_t)(uintptr_t)&file,
        .arg_start = here,
        .arg_end = here + 1,
        .env_start = here,
        .env_end = here + 1,
        .exe_fd = (uint32_t)file,
    };
    int trouble = prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0) == 0 ? 0 : errno;
    (void)close(file);
    return trouble;
}
