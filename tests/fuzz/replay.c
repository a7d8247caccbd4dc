/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target over every file of a directory, once: the corpus as an ordinary test. An
 * empty or missing directory is a failure, so that a test without a corpus can't pass.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static int replay_file(const char *directory, const char *name) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path) {
        return -1;
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return -1;
    }
    static uint8_t bytes[4 * 1024 * 1024];
    size_t length = fread(bytes, 1, sizeof bytes, file);
    int failed = ferror(file);
    fclose(file);
    if (failed) {
        return -1;
    }
    /* An exact copy, so that a sanitizer sees a read behind the end. */
    uint8_t *exact = malloc(length > 0 ? length : 1);
    if (exact == NULL) {
        return -1;
    }
    for (size_t i = 0; i < length; i++) {
        exact[i] = bytes[i];
    }
    LLVMFuzzerTestOneInput(exact, length);
    free(exact);
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s CORPUS-DIRECTORY\n", argv[0]);
        return 2;
    }
    DIR *directory = opendir(argv[1]);
    if (directory == NULL) {
        perror(argv[1]);
        return 1;
    }
    size_t count = 0;
    struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        if (replay_file(argv[1], entry->d_name) != 0) {
            fprintf(stderr, "can't replay \"%s\"\n", entry->d_name);
            closedir(directory);
            return 1;
        }
        count++;
    }
    closedir(directory);
    printf("%zu inputs replayed\n", count);
    return count > 0 ? 0 : 1;
}
