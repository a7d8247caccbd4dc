/* SPDX-License-Identifier: MIT */
/*
 * The least that a client can be, to hold kcget against: connects, sends one line, and prints the
 * line that comes back. It checks nothing, shuts nothing and wipes nothing.
 *
 *     bare_client SOCKET LINE
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_MAX = 65536 };

static int fail(const char *what) {
    perror(what);
    return 1;
}

int main(int argc, char **argv) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (argc != 3 || strlen(argv[1]) >= sizeof name.sun_path) {
        (void)fputs("usage: bare_client SOCKET LINE\n", stderr);
        return 2;
    }
    memcpy(name.sun_path, argv[1], strlen(argv[1]));
    int wire = socket(AF_UNIX, SOCK_STREAM, 0);
    if (wire < 0 || connect(wire, (const struct sockaddr *)&name, sizeof name) != 0) {
        return fail(argv[1]);
    }
    char line[4096];
    int length = snprintf(line, sizeof line, "%s\n", argv[2]);
    if (length < 0 || (size_t)length >= sizeof line ||
        write(wire, line, (size_t)length) != length) {
        return fail("write");
    }
    static char answer[ANSWER_MAX];
    size_t used = 0;
    do {
        ssize_t count = read(wire, answer + used, sizeof answer - used);
        if (count <= 0) {
            return fail("read");
        }
        used += (size_t)count;
    } while (answer[used - 1] != '\n' && used < sizeof answer);
    return write(STDOUT_FILENO, answer, used) == (ssize_t)used ? 0 : fail("write");
}
