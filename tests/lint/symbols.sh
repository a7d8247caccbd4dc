#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The shared library exports the functions of keychain-auth.h, all of them and nothing else; the
# shim, which is loaded into other people's programs, one function in each of its two parts: the
# hook, and the server's door; and our own program's module one table.
set -euo pipefail
. "$(dirname "$0")/lint.bash"
build=${1:?usage: $0 BUILD_DIR}

declared() {
    tr '\n' ' ' <libkc/keychain-auth.h | grep -oE 'KC_EXPORT [^;]*' |
        grep -oE '\bkc_[a-z_]+ *\(' | tr -d ' (' | LC_ALL=C sort -u
}

# exported LIBRARY: its functions and data; a sanitizer's own marks aren't ours.
exported() {
    nm -D --defined-only "$1" | awk '$2 ~ /[A-Z]/ { print $3 }' |
        grep -v '^__odr_asan' | LC_ALL=C sort -u
}

check() {
    diff <(declared) <(exported "$library") | sed -n 's/^< /not exported: /p;s/^> /exported: /p'
    [ -e "${shims[0]}" ] || return 0 # a build without GLib
    diff <(printf '%s\n' g_type_register_static_simple kcshim_redirect) \
        <(for shim in "${shims[@]}"; do exported "$shim"; done) |
        sed -n 's/^< /the shim lacks /p;s/^> /the shim exports /p'
    diff <(echo kc_desktop_module) <(exported "$module") |
        sed -n 's/^< /the module lacks /p;s/^> /the module exports /p'
}

need nm cc
sample libkc/keychain-auth.h <<<'KC_EXPORT int kc_promised(void);'
echo 'int extra(void); int extra(void) { return 1; }' |
    cc -shared -fPIC -x c - -o "$sample_top/sample.so"
library=$sample_top/sample.so
shims=("$library")
module=$library
must_find "not exported: kc_promised" "exported: extra" "the shim exports extra" \
    "the shim lacks kcshim_redirect" "the module exports extra" "the module lacks kc_desktop_module"
library=$(cd "$build" && pwd)/libkc.so
shims=("$build/shim/libkcshim.so" "$build/shim/keychain-auth/libkcshim-server.so")
module=$build/module/libkeychain-auth-desktop.so
report
