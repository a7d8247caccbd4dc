/* SPDX-License-Identifier: MIT */
/* A private directory for a test that needs files, removed with all that it holds. */
#ifndef TEST_TEMP_DIRECTORY_H
#define TEST_TEMP_DIRECTORY_H

#include <stddef.h>

/* A new directory (0700); a test that can't have one fails. free() it after removing. */
char *temp_directory_new(void);
/* With the plain files and directories in it; then frees the path. Accepts NULL. */
void temp_directory_remove(char *path);

/* "directory/name"; free() it. */
char *temp_path(const char *directory, const char *name);

/* How many names there are in it that don't begin with a dot. */
size_t temp_directory_count(const char *path);

/* A directory of a case's own, and the path in it that the case is about. */
struct temp_place {
    char *directory;
    char *path;
};
void temp_place_init(struct temp_place *place, const char *name);
void temp_place_clear(struct temp_place *place);
/* The same as what a case's set-up and tear-down do; 0. */
int temp_place_new(const char *name, void **ret_state);
int temp_place_free(void **state);

/* The whole file with a NUL behind it; free() it. */
char *temp_file_read(const char *path, size_t *ret_length);
/* Replaces what was there, in place; mode 0600. */
void temp_file_write(const char *path, const void *bytes, size_t length);

#endif
