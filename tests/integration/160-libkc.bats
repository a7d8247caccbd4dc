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
    cat >"$client.c" <<'END'
#include <keychain-auth.h>
#include <stdio.h>

int main(int argc, char **argv) {
    struct kc_client *client = NULL;
    struct kc_answer *answer = NULL;
    const char *const *targets = (const char *const *)argv + 2;
    struct kc_query query = {.action = "read", .service = argv[1], .targets = targets,
                             .target_count = (size_t)argc - 2};
    enum kc_error error = kc_open(NULL, 5000, &client);
    if (error == KC_OK) {
        error = kc_request(client, &query, &answer);
    }
    if (error != KC_OK) {
        printf("%s\n", kc_error_text(error));
    } else {
        printf("%s %s\n", kc_answer_status(answer), kc_answer_reason(answer));
        for (size_t i = 0; i < kc_answer_count(answer); i++) {
            const char *value = kc_answer_value(answer, i);
            printf("%s=%s\n", kc_answer_target(answer, i), value);
        }
    }
    kc_answer_free(answer);
    kc_close(client);
    return error != KC_OK;
}
END
    # A sanitized library wants a sanitized program around it.
    local sanitizers=()
    if nm -D "$libraries/libkc.so" | grep -q __asan_init; then
        sanitizers=("-fsanitize=address,undefined")
    fi
    # shellcheck disable=SC2046 # words are what pkg-config means
    cc -std=c11 -Wall -Werror "${sanitizers[@]}" -o "$client" "$client.c" \
        $(pkg-config --cflags --libs libkc) "-Wl,-rpath,$libraries"
}

teardown() {
    stop_daemon
}

@test "a program outside of the tree builds with pkg-config alone and is served once registered" {
    run -0 "$client" aws key
    has "$output" "denied unregistered_binary"
    run -0 keychain-auth register "$client" --read aws --library "$libraries/libkc.so"
    run -0 "$client" aws key absent
    is "$output" $'success \nkey=s3cret'
}

@test "a library that root doesn't own must be registered with the program" {
    if [ "$(stat -c %u "$libraries/libkc.so")" = 0 ]; then
        cp -r "$libraries" "$HOME/own"
        export LD_LIBRARY_PATH=$HOME/own
    fi
    run -0 keychain-auth register "$client" --read aws
    run -0 "$client" aws key
    has "$output" "denied untrusted_process"
}

@test "without a daemon it says so" {
    stop_daemon
    run -1 "$client" aws key
    is "$output" "not found"
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
