/* SPDX-License-Identifier: MIT */
/*
 * Files for tests. Every step that fails ends the test: a case that can't have its files
 * proves nothing.
 */
#define _XOPEN_SOURCE 700
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *temp_path(const char *directory, const char *name) {
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = malloc(size);
    assert_non_null(path);
    assert_int_equal(snprintf(path, size, "%s/%s", directory, name), (int)size - 1);
    return path;
}

char *temp_directory_new(void) {
    const char *base = getenv("TMPDIR");
    char *path = temp_path(base != NULL && base[0] == '/' ? base : "/tmp", "kc-unit.XXXXXX");
    assert_non_null(mkdtemp(path));
    return path;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void temp_directory_remove(char *path) {
    if (path == NULL) {
        return;
    }
    assert_int_equal(nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    free(path);
}

size_t temp_directory_count(const char *path) {
    DIR *directory = opendir(path);
    assert_non_null(directory);
    size_t count = 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        count += entry->d_name[0] != '.';
    }
    assert_int_equal(closedir(directory), 0);
    return count;
}

void temp_place_init(struct temp_place *place, const char *name) {
    place->directory = temp_directory_new();
    place->path = temp_path(place->directory, name);
}

void temp_place_clear(struct temp_place *place) {
    temp_directory_remove(place->directory);
    free(place->path);
    *place = (struct temp_place){.path = NULL};
}

int temp_place_new(const char *name, void **ret_state) {
    struct temp_place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    temp_place_init(place, name);
    *ret_state = place;
    return 0;
}

int temp_place_free(void **state) {
    temp_place_clear(*state);
    free(*state);
    return 0;
}

char *temp_file_read(const char *path, size_t *ret_length) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long length = ftell(file);
    assert_true(length >= 0);
    rewind(file);
    char *bytes = malloc((size_t)length + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)length, file), length);
    bytes[length] = '\0';
    assert_int_equal(fclose(file), 0);
    *ret_length = (size_t)length;
    return bytes;
}

void temp_file_write(const char *path, const void *bytes, size_t length) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, length), (ssize_t)length);
    assert_int_equal(close(file), 0);
}
