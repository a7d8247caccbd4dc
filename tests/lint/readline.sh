#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# readline's licence is the GPL, so only the console is linked with it: no other program and no
# library of a build, directly or through something else that we link.
set -euo pipefail
. "$(dirname "$0")/lint.bash"
build=${1:?usage: $0 BUILD_DIR}

# reaches FILE: it needs readline, or a library that does. ldd would run it; the names are enough,
# because what we link ourselves is listed by name, and the rest is looked up.
reaches() {
    local library place
    while read -r library; do
        [[ $library != libreadline.so* && $library != libhistory.so* ]] || return 0
    done < <(objdump -p "$1" 2>/dev/null | awk '$1 == "NEEDED" { print $2 }')
    while read -r place; do
        [[ $place != *libreadline.so* && $place != *libhistory.so* ]] || return 0
    done < <(ldd "$1" 2>/dev/null | awk '{ print $1 }')
    # A static library would be inside.
    nm "$1" 2>/dev/null | grep -q ' [TtWw] rl_insert_text$'
}

check() {
    local file
    for file in "${files[@]}"; do
        if reaches "$file"; then
            echo "$file is linked with readline"
        fi
    done
}

need objdump nm ldd cc
sample static.c <<<'int rl_insert_text(void); int rl_insert_text(void) { return 0; }
int main(void) { return rl_insert_text(); }'
cc -o "$sample_top/static" "$sample_top/static.c"
files=(static)
must_find "static is linked with readline"
if [ -x "$build/keychain-auth-console" ] && ! reaches "$build/keychain-auth-console"; then
    echo "this lint is blind: the console needs readline, and it doesn't see that"
    exit 1
fi

mapfile -t files < <(
    find "$build" -maxdepth 2 -type f \( -perm -u+x -o -name '*.so*' -o -name '*.a' \) \
        ! -name keychain-auth-console ! -path '*/CMakeFiles/*' | LC_ALL=C sort
)
if [ ${#files[@]} -eq 0 ]; then
    echo "nothing is built in $build"
    exit 1
fi
report
