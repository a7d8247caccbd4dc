#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The client library as others use it: found with pkg-config, linked outside of this tree.

load helpers

setup() {
    private_home
    start_daemon
    put aws key 's3cret'
    prefix=$(dirname "$(dirname "$(command -v kcget)")")
    libraries=$(dirname "$(find "$prefix" -name libkc.so -print -quit)")
    export PKG_CONFIG_PATH=$libraries/pkgconfig
    client=$HOME/client
    sed -n '/^```c$/,/^```$/p' ../docs/libkc.md | sed '/^```/d' >"$client.c"
    grep -q kc_open "$client.c"
    # A sanitized library wants a sanitized program around it.
    sanitizers=()
    if nm -D "$libraries/libkc.so" | grep -q __asan_init; then
        sanitizers=("-fsanitize=address,undefined")
    fi
    compile "$client"
}

# compile PROGRAM [OPTION…]: PROGRAM.c, outside of the tree.
compile() {
    # shellcheck disable=SC2046 # words are what pkg-config means
    cc -std=c11 -Wall -Wextra -Werror "${sanitizers[@]}" -o "$1" "$1.c" "${@:2}" \
        $(pkg-config --cflags --libs libkc) "-Wl,-rpath,$libraries"
}

teardown() {
    stop_daemon
}

@test "the page's program builds with pkg-config alone and is served once registered" {
    run -1 "$client" aws key
    has "$output" "unregistered_binary"
    run -0 keychain-auth register "$client" --read aws --library "$libraries/libkc.so"
    run -0 "$client" aws key
    is "$output" "6 bytes"
    run -1 "$client" aws absent
    has "$output" "not_found"
}

@test "the same with CMake's find_package, as the page has it" {
    mkdir "$HOME/project"
    cp "$client.c" "$HOME/project"
    sed -n '/^```cmake$/,/^```$/p' ../docs/libkc.md | sed '/^```/d' >"$HOME/project/CMakeLists.txt"
    grep -q find_package "$HOME/project/CMakeLists.txt"
    run -0 cmake -S "$HOME/project" -B "$HOME/project/build" "-DCMAKE_PREFIX_PATH=$prefix" \
        "-DCMAKE_C_FLAGS=${sanitizers[*]}"
    run -0 cmake --build "$HOME/project/build"
    run -0 keychain-auth register "$HOME/project/build/client" --read aws \
        --library "$libraries/libkc.so"
    run -0 "$HOME/project/build/client" aws key
    is "$output" "6 bytes"
    # The version that it wants is looked at.
    sed -i 's/libkc 0.1 /libkc 9.9 /' "$HOME/project/CMakeLists.txt"
    run cmake -S "$HOME/project" -B "$HOME/project/other" "-DCMAKE_PREFIX_PATH=$prefix"
    [ "$status" -ne 0 ]
}

@test "threads ask at the same time, and a child asks for itself" {
    cat >"$HOME/many.c" <<'END'
#include <keychain-auth.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* "success", or the reason. */
static const char *ask(struct kc_client *client, struct kc_answer **answer) {
    const char *target = "key";
    struct kc_query query = {
        .action = "read", .service = "aws", .targets = &target, .target_count = 1};
    enum kc_error error = kc_request(client, &query, answer);
    if (error != KC_OK)
        return kc_error_text(error);
    if (strcmp(kc_answer_status(*answer), "success") != 0)
        return kc_answer_reason(*answer);
    return strcmp(kc_answer_value(*answer, 0), "s3cret") == 0 ? "success" : "another value";
}

static const char *ask_anew(void) {
    struct kc_client *client = NULL;
    struct kc_answer *answer = NULL;
    enum kc_error error = kc_open(NULL, 20000, &client);
    const char *said = error == KC_OK ? ask(client, &answer) : kc_error_text(error);
    kc_answer_free(answer);
    kc_close(client);
    return said;
}

static void *run(void *context) {
    for (int i = 0; i < 25; i++) {
        if (strcmp(ask_anew(), "success") != 0)
            *(int *)context += 1;
    }
    return NULL;
}

int main(void) {
    pthread_t threads[8];
    int failures[8] = {0};
    int failed = 0;
    struct kc_client *client = NULL;
    if (kc_open(NULL, 20000, &client) != KC_OK)
        return 1;
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, run, &failures[i]);
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        failed += failures[i];
    }
    printf("threads: %d failed\n", failed);
    fflush(stdout);
    pid_t child = fork();
    struct kc_answer *answer = NULL;
    if (child == 0) {
        printf("child, its own: %s\n", ask_anew());
        printf("child, its parent's: %s\n", ask(client, &answer));
        fflush(stdout);
        kc_answer_free(answer);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    printf("parent, anew: %s\n", ask_anew());
    kc_close(client);
    return 0;
}
END
    compile "$HOME/many" -pthread
    keychain-auth register "$HOME/many" --read aws --library "$libraries/libkc.so"
    run -0 "$HOME/many"
    is "${lines[0]}" "threads: 0 failed"
    is "${lines[1]}" "child, its own: success"
    is "${lines[2]}" "child, its parent's: identity_changed"
    is "${lines[3]}" "parent, anew: success"
}

@test "it needs libc alone, and changes nothing in a program that has other libraries" {
    needed=$(objdump -p "$libraries/libkc.so" | awk '$1 == "NEEDED" { print $2 }')
    is "$(grep -v -e '^lib[atu]*b*san' <<<"$needed")" "libc.so.6"
    # The program's own allocators before, other ones after, and values that are freed across.
    cat >"$HOME/host.c" <<'END'
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <jansson.h>
#include <keychain-auth.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Blocks that free() can't take: whoever mixes allocators dies of it. */
static long blocks[2];
static void *make(size_t size, int whose) {
    size_t *block = malloc(size + 2 * sizeof(size_t));
    if (block == NULL)
        return NULL;
    block[0] = 0x6b63u + (size_t)whose;
    blocks[whose]++;
    return block + 2;
}
static void unmake(void *memory, int whose) {
    size_t *block = memory;
    if (memory == NULL)
        return;
    if (block[-2] != 0x6b63u + (size_t)whose)
        abort();
    blocks[whose]--;
    free(block - 2);
}
static void *make_one(size_t size) { return make(size, 0); }
static void unmake_one(void *memory) { unmake(memory, 0); }
static void *make_other(size_t size) { return make(size, 1); }
static void unmake_other(void *memory) { unmake(memory, 1); }

/* As a plug-in would: loaded, used, unloaded. */
static const char *ask(const char *library) {
    static char said[32];
    const char *target = "key";
    struct kc_query query = {
        .action = "read", .service = "aws", .targets = &target, .target_count = 1};
    struct kc_client *client = NULL;
    struct kc_answer *answer = NULL;
    void *loaded = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    enum kc_error (*open)(const char *, unsigned, struct kc_client **);
    enum kc_error (*request)(struct kc_client *, const struct kc_query *, struct kc_answer **);
    const char *(*status)(const struct kc_answer *);
    void (*free_answer)(struct kc_answer *);
    void (*close)(struct kc_client *);
    if (loaded == NULL)
        return dlerror();
    *(void **)&open = dlsym(loaded, "kc_open");
    *(void **)&request = dlsym(loaded, "kc_request");
    *(void **)&status = dlsym(loaded, "kc_answer_status");
    *(void **)&free_answer = dlsym(loaded, "kc_answer_free");
    *(void **)&close = dlsym(loaded, "kc_close");
    if (open(NULL, 20000, &client) != KC_OK || request(client, &query, &answer) != KC_OK)
        return "no answer";
    snprintf(said, sizeof said, "%s", status(answer));
    free_answer(answer);
    close(client);
    dlclose(loaded);
    return said;
}

static void check(const char *when, json_malloc_t make_wanted, json_free_t unmake_wanted) {
    json_malloc_t make_now;
    json_free_t unmake_now;
    json_get_alloc_funcs(&make_now, &unmake_now);
    if (make_now != make_wanted || unmake_now != unmake_wanted)
        printf("%s: the allocators were changed\n", when);
}

int main(int argc, char **argv) {
    struct sigaction before;
    struct sigaction after;
    json_malloc_t make_first;
    json_free_t unmake_first;
    (void)argc;
    sigaction(SIGPIPE, NULL, &before);
    json_get_alloc_funcs(&make_first, &unmake_first);
    json_t *plain = json_pack("{s:s}", "made", "before");
    printf("%s\n", ask(argv[1]));
    check("with jansson's own", make_first, unmake_first);
    json_decref(plain);

    json_set_alloc_funcs(make_one, unmake_one);
    json_t *one = json_pack("{s:[i,i]}", "made", 1, 2);
    printf("%s\n", ask(argv[1]));
    check("with one's own", make_one, unmake_one);
    json_decref(one);

    json_set_alloc_funcs(make_other, unmake_other);
    json_t *other = json_loads("[\"made\"]", 0, NULL);
    printf("%s\n", ask(argv[1]));
    check("with others", make_other, unmake_other);
    json_decref(other);
    sigaction(SIGPIPE, NULL, &after);
    printf("%ld %ld %d\n", blocks[0], blocks[1], before.sa_handler == after.sa_handler);
    return 0;
}
END
    cc -std=c11 "${sanitizers[@]}" -o "$HOME/host" "$HOME/host.c" \
        "-I$prefix/include/keychain-auth" -ljansson
    keychain-auth register "$HOME/host" --read aws --library "$libraries/libkc.so"
    run -0 "$HOME/host" "$libraries/libkc.so"
    is "$output" "success
success
success
0 0 1"
}

@test "a library that root doesn't own must be registered with the program" {
    if [ "$(stat -c %u "$libraries/libkc.so")" = 0 ]; then
        cp -r "$libraries" "$HOME/own"
        export LD_LIBRARY_PATH=$HOME/own
    fi
    run -0 keychain-auth register "$client" --read aws
    run -1 "$client" aws key
    has "$output" "untrusted_process"
}

@test "without a daemon it says so" {
    stop_daemon
    run -1 "$client" aws key
    has "$output" "not found"
}

@test "it exports what the header names, and nothing else" {
    local header=$prefix/include/keychain-auth/keychain-auth.h
    is "$(nm -D --defined-only "$libraries/libkc.so" | awk '{ sub(/@.*/, "", $3); print $3 }' |
        grep -v '^__\(asan\|ubsan\|odr\)' | sort)" \
        "$(grep -o '\bkc_[a-z_]*(' "$header" | tr -d '(' | sort -u |
            while read -r name; do
                grep -q "KC_EXPORT.*\b$name(" "$header" && echo "$name"
            done)"
}
