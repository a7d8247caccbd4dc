/* SPDX-License-Identifier: MIT */
/*
 * maps tells what is mapped to execute, pagemap whether a page still is the file's own: a page
 * that was written through /proc/PID/mem or ptrace became anonymous memory. (Private_Dirty in smaps
 * would also count pages of a file that was merely written a moment ago, and costs three times
 * as much.)
 */
#define _GNU_SOURCE
#include "platform/linux/code_internal.h"

#include "platform/check.h"
#include "platform/linux/local_open.h"
#include "platform/linux/mounts.h"
#include "platform/linux/process_internal.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define MAPS_LIMIT   (1024u * 1024u) /* some 10,000 mappings */
#define PAGES_MAX    (64u * 1024u)   /* pages of executable memory that are looked at: 256 MiB */
#define PAGES_CHUNK  512u

/* Documentation/admin-guide/mm/pagemap.rst; the flags need no privilege (Linux 4.2). */
#define PAGE_PRESENT (UINT64_C(1) << 63)
#define PAGE_SWAPPED (UINT64_C(1) << 62)
#define PAGE_FILE    (UINT64_C(1) << 61)

/* One look under way. */
struct look {
    const struct process *process;
    const struct image *image;
    struct code *code;
    unsigned pages; /* looked at so far */
    bool image_is_mapped;
};

static const char *const check_names[] = {
    [CODE_SOUND] = "",
    [CODE_ELSEWHERE] = "code_mapped",
    [CODE_ALTERED] = "code_altered",
    [CODE_UNKNOWN] = "code_files",
    [CODE_WRITTEN] = "code_written",
    [CODE_CROWDED] = "code_files",
    [CODE_PRELOADED] = "code_environment",
};

static void set_flaw(struct code *code, enum code_flaw flaw, const char *subject, size_t length) {
    if (code->flaw != CODE_SOUND || !check_is_on(check_names[flaw])) {
        return; /* the first one is told */
    }
    size_t size = length < sizeof code->subject ? length : sizeof code->subject - 1;
    code->flaw = flaw;
    memcpy(code->subject, subject, size);
    code->subject[size] = '\0';
}

/* Whether a page of the range isn't the file's (or the kernel's) own. */
static enum kc_error is_altered(struct look *look, const struct mapping *mapping,
                                bool *ret_altered) {
    uint64_t entries[PAGES_CHUNK];
    uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t page = mapping->start / page_size;
    uint64_t end = mapping->end / page_size;
    *ret_altered = false;
    while (page < end) {
        size_t count = end - page < PAGES_CHUNK ? (size_t)(end - page) : PAGES_CHUNK;
        look->pages += (unsigned)count;
        if (look->pages > PAGES_MAX) {
            return KC_TOO_BIG;
        }
        ssize_t got = pread(look->process->pagemap, entries, count * sizeof entries[0],
                            (off_t)(page * sizeof entries[0]));
        if (got <= 0 || (size_t)got % sizeof entries[0] != 0) {
            return process_check(look->process) == KC_OK ? KC_IO : KC_CHANGED;
        }
        size_t filled = (size_t)got / sizeof entries[0];
        for (size_t i = 0; i < filled; i++) {
            bool is_there = (entries[i] & (PAGE_PRESENT | PAGE_SWAPPED)) != 0;
            if (is_there && (entries[i] & PAGE_FILE) == 0) {
                *ret_altered = true;
                return KC_OK;
            }
        }
        page += filled;
    }
    return KC_OK;
}

/* On btrfs and overlayfs maps tells another device than stat. So the file is mapped by
 * ourselves, and its line in our own table compared. */
static enum kc_error matches_own_mapping(int file, const struct mapping *mapping,
                                         bool *ret_matches) {
    KC_AUTO_TEXT text = NULL;
    size_t length = 0;
    size_t page_size = (size_t)sysconf(_SC_PAGESIZE);
    void *page = mmap(NULL, page_size, PROT_READ, MAP_PRIVATE, file, 0);
    *ret_matches = false;
    if (page == MAP_FAILED) {
        return errno == ENOMEM ? KC_NO_MEMORY : KC_OK;
    }
    KC_AUTO_DESCRIPTOR maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    enum kc_error error = maps < 0 ? KC_IO : descriptor_read_text(maps, MAPS_LIMIT, &text, &length);
    if (error == KC_OK) {
        for (const char *line = text; *line != '\0';) {
            struct mapping own;
            size_t line_length = strcspn(line, "\n");
            if (code_parse_mapping(line, line_length, &own) == KC_OK &&
                own.start == (uint64_t)(uintptr_t)page) {
                *ret_matches = own.inode == mapping->inode &&
                               own.device_major == mapping->device_major &&
                               own.device_minor == mapping->device_minor;
                break;
            }
            line += line_length + (line[line_length] == '\n');
        }
    }
    (void)munmap(page, page_size);
    return error == KC_NO_MEMORY ? error : KC_OK; /* what can't be compared doesn't match */
}

static enum kc_error is_same_file(int place, const struct statx *status,
                                  const struct mapping *mapping, bool *ret_same) {
    *ret_same = false;
    if (!S_ISREG(status->stx_mode) || status->stx_nlink == 0) {
        return KC_OK;
    }
    if (mapping->inode == status->stx_ino && mapping->device_major == status->stx_dev_major &&
        mapping->device_minor == status->stx_dev_minor) {
        *ret_same = true;
        return KC_OK;
    }
    char link[sizeof "/proc/self/fd/" + 20];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", place);
    KC_AUTO_DESCRIPTOR file = open(link, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    return file >= 0 ? matches_own_mapping(file, mapping, ret_same) : KC_OK;
}

static enum kc_error is_image(const struct look *look, const struct mapping *mapping,
                              bool *ret_image) {
    *ret_image = image_is_file(look->image, makedev(mapping->device_major, mapping->device_minor),
                               mapping->inode);
    if (*ret_image) {
        return KC_OK;
    }
    bool is_named_so = strlen(image_path(look->image)) == mapping->path_length &&
                       memcmp(image_path(look->image), mapping->path, mapping->path_length) == 0;
    return is_named_so ? matches_own_mapping(image_file(look->image), mapping, ret_image) : KC_OK;
}

/* Nothing forbids to write to a library that is in use, and through a mapping that was written to
 * before even without a trace in its times. But nobody gets a read lease on what is open, or
 * mapped, for writing (fcntl(2)). A lease on another user's file is refused for that alone. */
static bool is_open_for_writing(int file) {
    /* Should somebody open it in this very moment, we are told by a signal that does nothing. */
    (void)fcntl(file, F_SETSIG, SIGURG);
    if (fcntl(file, F_SETLEASE, F_RDLCK) != 0) {
        return errno == EAGAIN;
    }
    (void)fcntl(file, F_SETLEASE, F_UNLCK);
    return false;
}

/* Where it is kept already; the count: nowhere. */
static size_t find_kept(const struct code *code, const struct image *file) {
    struct image_stamp one;
    struct image_stamp other;
    for (size_t i = 0; i < code->file_count; i++) {
        if (image_stamp(code->files[i], &one) == KC_OK && image_stamp(file, &other) == KC_OK &&
            memcmp(one.words, other.words, sizeof one.words) == 0) {
            return i;
        }
    }
    return code->file_count;
}

enum kc_error code_keep_preloaded(struct code *code, const char *path) {
    KC_AUTO_DESCRIPTOR place = -1;
    KC_AUTO(image) file = NULL;
    const char *why = NULL;
    enum kc_error error = local_open(path, &place);
    if (error == KC_OK) {
        error = image_open_place(place, &file, &why);
    }
    if (error != KC_OK) {
        return error == KC_NO_MEMORY ? error : KC_UNSAFE;
    }
    if (!check_is_on("code_files")) {
        return KC_OK;
    }
    size_t index = find_kept(code, file);
    if (index == CODE_FILES_MAX) {
        return KC_UNSAFE;
    }
    if (index == code->file_count) {
        code->files[index] = file;
        code->file_count++;
        file = NULL;
    }
    code->is_preloaded[index] = true;
    return KC_OK;
}

static enum kc_error keep_untrusted(struct look *look, int place, const struct statx *status,
                                    const struct mapping *mapping) {
    struct code *code = look->code;
    const char *why = NULL;
    KC_AUTO(image) file = NULL;
    bool is_same = false;
    enum kc_error error = image_open_place(place, &file, &why);
    if (error == KC_OK) {
        error = is_same_file(image_file(file), status, mapping, &is_same);
    }
    if (error == KC_NO_MEMORY) {
        return error;
    }
    if (!is_same) {
        set_flaw(code, CODE_UNKNOWN, mapping->path, mapping->path_length);
        return KC_OK;
    }
    if (is_open_for_writing(image_file(file))) {
        set_flaw(code, CODE_WRITTEN, mapping->path, mapping->path_length);
    }
    if (find_kept(code, file) < code->file_count || !check_is_on("code_files")) {
        return KC_OK;
    }
    if (code->file_count == CODE_FILES_MAX) {
        set_flaw(code, CODE_CROWDED, mapping->path, mapping->path_length);
        return KC_OK;
    }
    code->files[code->file_count] = file;
    code->file_count++;
    file = NULL;
    return KC_OK;
}

/* Found once, and looked at once: a name may mean another file a moment later. */
static enum kc_error judge_place(struct look *look, int place, const struct mapping *mapping,
                                 bool *ret_trusted) {
    struct statx status;
    *ret_trusted = false;
    if (code_look_at_place(place, &status) != KC_OK) {
        set_flaw(look->code, CODE_UNKNOWN, mapping->path, mapping->path_length);
        return KC_OK;
    }
    enum kc_error error = code_check_trusted_place(place, &status, image_mount(look->image));
    if (error == KC_OK) {
        error = is_same_file(place, &status, mapping, ret_trusted);
    }
    if (error == KC_NO_MEMORY || *ret_trusted) {
        return error;
    }
    return keep_untrusted(look, place, &status, mapping);
}

static enum kc_error judge_file(struct look *look, const struct mapping *mapping) {
    char path[PATH_MAX];
    bool is_found = false;
    enum kc_error error = is_image(look, mapping, &is_found);
    if (error != KC_OK) {
        return error;
    }
    if (is_found) {
        look->image_is_mapped = true;
        return KC_OK;
    }
    if (code_unescape_path(mapping, path, sizeof path) != KC_OK || path[0] != '/') {
        set_flaw(look->code, CODE_UNKNOWN, mapping->path, mapping->path_length);
        return KC_OK;
    }
    KC_AUTO_DESCRIPTOR place = -1;
    error = local_open(path, &place);
    if (error == KC_NO_MEMORY) {
        return error;
    }
    if (error != KC_OK) {
        set_flaw(look->code, CODE_UNKNOWN, mapping->path, mapping->path_length);
        return KC_OK;
    }
    error = judge_place(look, place, mapping, &is_found);
    look->code->has_shim =
        look->code->has_shim || (is_found && code_is_called(path, strlen(path), CODE_SHIM_SERVER));
    return error;
}

static bool is_named(const struct mapping *mapping, const char *name) {
    return mapping->path_length == strlen(name) &&
           memcmp(mapping->path, name, mapping->path_length) == 0;
}

static enum kc_error judge_mapping(struct look *look, const struct mapping *mapping) {
    bool altered = false;
    bool is_kernels = mapping->inode == 0 && is_named(mapping, "[vdso]");
    if (!mapping->is_executable || (mapping->inode == 0 && is_named(mapping, "[vsyscall]"))) {
        return KC_OK;
    }
    if (mapping->inode == 0 && !is_kernels) {
        look->code->makes_code = check_is_on("code_anonymous");
        return KC_OK;
    }
    enum kc_error error = is_altered(look, mapping, &altered);
    if (error != KC_OK) {
        return error;
    }
    if (altered) {
        set_flaw(look->code, CODE_ALTERED, mapping->path, mapping->path_length);
    }
    return is_kernels ? KC_OK : judge_file(look, mapping);
}

static enum kc_error look_mappings(struct look *look) {
    KC_AUTO_TEXT text = NULL;
    size_t length = 0;
    enum kc_error error = process_read_pin(look->process, MAPS_LIMIT, &text, &length);
    if (error != KC_OK) {
        return error;
    }
    for (const char *line = text; *line != '\0';) {
        struct mapping mapping;
        size_t line_length = strcspn(line, "\n");
        error = code_parse_mapping(line, line_length, &mapping);
        if (error == KC_OK) {
            error = judge_mapping(look, &mapping);
        }
        if (error != KC_OK) {
            return error;
        }
        line += line_length + (line[line_length] == '\n');
    }
    if (!look->image_is_mapped) {
        set_flaw(look->code, CODE_ELSEWHERE, "", 0);
    }
    return KC_OK;
}

static enum kc_error look_at_all(const struct process *process, const struct image *image,
                                 bool with_environment, struct code *ret_code) {
    struct code code = {.flaw = CODE_SOUND};
    struct look look = {.process = process, .image = image, .code = &code};
    if (process->pagemap < 0) {
        return process_has_ended(process) ? KC_END : KC_UNSAFE;
    }
    enum kc_error error = look_mappings(&look);
    if (error == KC_OK && with_environment) {
        error = code_look_environment(process, &code);
    }
    if (error == KC_OK) {
        error = process_check(process); /* what was read was one program's */
    }
    if (error != KC_OK) {
        code_clear(&code);
        return error == KC_TOO_BIG || error == KC_INVALID ? KC_UNSAFE : error;
    }
    *ret_code = code;
    return KC_OK;
}

enum kc_error code_look(const struct process *process, const struct image *image,
                        struct code *ret_code) {
    return look_at_all(process, image, true, ret_code);
}

enum kc_error code_look_again(const struct process *process, const struct image *image,
                              struct code *ret_code) {
    return look_at_all(process, image, false, ret_code);
}

void code_clear(struct code *code) {
    for (size_t i = 0; i < code->file_count; i++) {
        image_free(code->files[i]);
    }
    memset(code, 0, sizeof *code);
}
