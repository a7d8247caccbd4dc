#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# clang-format decides the rest.
set -euo pipefail
. "$(dirname "$0")/lint.bash"
style=$PWD/.clang-format

check() {
    local file
    while read -r file; do
        clang-format --style="file:$style" --dry-run -Werror "$file" >/dev/null 2>&1 ||
            echo "$file: not formatted (clang-format -i $file)"
    done < <(sources '*.c' '*.h')
}

need clang-format
sample libkc/ugly.c <<<'int main( ){return 0 ;}'
must_find libkc/ugly.c
sample libkc/ugly.c < <(printf 'int main(void) {\n    return 0;\n}\n')
if [ -n "$(cd "$sample_top" && check)" ]; then
    echo "clang-format can't read .clang-format"
    exit 1
fi
report
