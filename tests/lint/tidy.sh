#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# clang-tidy and the static analyzer over every source of the build, as .clang-tidy says.
set -euo pipefail
. "$(dirname "$0")/lint.bash"
build=${1:?usage: $0 BUILD_DIR}
top=$PWD

# check_with DIRECTORY FILE…: two at a time, by the compile_commands.json in that directory. One
# file a process: with several the analyzer takes the va_list of one for that of another. It
# doesn't know the clean-up attribute, so what it calls a leak is left to the leak sanitizer.
check_with() {
    printf '%s\0' "${@:2}" |
        xargs -0 -n 1 -P 2 clang-tidy --quiet --config-file="$top/.clang-tidy" -p "$1" \
            2>/dev/null |
        grep -E '(warning|error): |note: [0-9]+ (lines|parameters)' |
        grep -v 'Potential leak of memory' || true
}

need clang-tidy jq
[ -f "$build/compile_commands.json" ] || {
    echo "no compile_commands.json in $build"
    exit 1
}
commands=$(mktemp -d)
trap 'rm -rf "$commands"' EXIT

printf '%s\n' '#include <stdlib.h>' 'int main(void) {' \
    '    char *p = malloc(4);' '    free(p);' '    return p[0];' '}' >"$commands/bad.c"
printf '[{"directory": "%s", "command": "cc -c bad.c", "file": "bad.c"}]' "$commands" \
    >"$commands/compile_commands.json"
if [[ $(check_with "$commands" "$commands/bad.c") != *"memory after it is freed"* ]]; then
    echo "this lint is blind: it didn't see a use after free in its sample"
    exit 1
fi

# A file that several targets compile is looked at once. Tests follow looser rules of their own.
jq --arg top "$top/" '
    map(.file |= if startswith("/") then . else "\($top)\(.)" end)
    | map(select(.file | startswith($top)) | select(.file | contains("/tests/") | not))
    | unique_by(.file)' "$build/compile_commands.json" >"$commands/compile_commands.json"
mapfile -t files < <(jq -r '.[].file' "$commands/compile_commands.json")
if [ ${#files[@]} -eq 0 ]; then
    echo "no sources found in $build/compile_commands.json"
    exit 1
fi
found=$(check_with "$commands" "${files[@]}" | sort -u)
[ -z "$found" ] || {
    echo "${found//$top\//}"
    exit 1
}
