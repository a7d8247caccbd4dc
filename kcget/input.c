/* SPDX-License-Identifier: MIT */
/* Reads a text whole, or refuses it. */
#include "kcget/input.h"

#include "kcget/complain.h"
#include "libkc/secret.h"
#include "platform/secmem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static enum kc_error read_stream(FILE *stream, struct secret **ret_text) {
    KC_AUTO(secret) text = NULL;
    char piece[4096];
    enum kc_error error = secret_new(sizeof piece, &text);
    /* Unbuffered: the library's own buffer would keep a copy that nobody wipes. */
    (void)setvbuf(stream, NULL, _IONBF, 0);
    size_t length = sizeof piece;
    while (error == KC_OK && length > 0) {
        length = fread(piece, 1, sizeof piece, stream);
        error = secret_append(text, piece, length, INPUT_MAX);
    }
    secmem_wipe(piece, sizeof piece);
    if (error == KC_OK && ferror(stream)) {
        error = KC_IO;
    }
    if (error == KC_OK) {
        *ret_text = text;
        text = NULL;
    }
    return error;
}

enum exit_code input_read(const char *path, struct secret **ret_text) {
    bool is_standard = strcmp(path, "-") == 0;
    FILE *stream = is_standard ? stdin : fopen(path, "rbe");
    if (stream == NULL) {
        complain("can't read \"%s\": %s", path, strerror(errno));
        return EXIT_FAULT;
    }
    enum kc_error error = read_stream(stream, ret_text);
    if (!is_standard) {
        (void)fclose(stream);
    }
    if (error == KC_TOO_BIG) {
        complain("\"%s\" is longer than %d bytes", path, INPUT_MAX);
    } else if (error != KC_OK) {
        complain("can't read \"%s\"", path);
    }
    return error == KC_OK ? EXIT_DONE : EXIT_FAULT;
}
