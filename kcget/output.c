/* SPDX-License-Identifier: MIT */
/* Writes secret bytes to standard output, and makes sure that they arrived. */
#include "kcget/output.h"

#include "kcget/complain.h"
#include "libkc/secret.h"

#include <stdio.h>

static enum exit_code end(bool is_written) {
    if (fclose(stdout) != 0 || !is_written) {
        complain("can't write to standard output");
        return EXIT_FAULT;
    }
    return EXIT_DONE;
}

enum exit_code output_end(void) {
    return end(true);
}

enum exit_code output_write(const struct secret *text) {
    /* Unbuffered: the library's own buffer would keep a copy that nobody wipes. */
    (void)setvbuf(stdout, NULL, _IONBF, 0);
    size_t length = secret_length(text);
    return end(fwrite(secret_view(text), 1, length, stdout) == length);
}
