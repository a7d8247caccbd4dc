# SPDX-License-Identifier: MIT
# What the lints share. A lint has a function `check`, which looks at the tree in the current
# directory and prints what is wrong, a line each; and a small bad sample, by which it proves
# first that it can find anything at all.
# shellcheck shell=bash

# sources PATTERN…: our files with such names, wherever a reader would look for code.
sources() {
    local names=(-false)
    local pattern
    for pattern in "$@"; do
        names+=(-o -name "$pattern")
    done
    find platform libkc daemon kcget libkcshim shell tests -type f \( "${names[@]}" \) 2>/dev/null |
        LC_ALL=C sort
}

# need TOOL…: without it the lint is skipped, except where everything must run.
need() {
    local tool
    for tool in "$@"; do
        if ! command -v "$tool" >/dev/null; then
            echo "$tool is missing"
            exit "${KC_TEST_ALL:-77}"
        fi
    done
}

# sample PATH: standard input becomes that file of the bad sample.
sample() {
    if [ -z "${sample_top-}" ]; then
        sample_top=$(mktemp -d)
        trap 'rm -rf "$sample_top"' EXIT
    fi
    mkdir -p "$sample_top/$(dirname "$1")"
    cat >"$sample_top/$1"
}

# must_find PIECE…: run on the sample, the check must say each of them.
must_find() {
    local found piece
    found=$(cd "$sample_top" && check) || true
    for piece in "$@"; do
        if [[ $found != *"$piece"* ]]; then
            printf 'this lint is blind: it must find "%s" in its sample, and said:\n%s\n' \
                "$piece" "$found"
            exit 1
        fi
    done
}

# report: runs the check on the real tree and ends the lint.
report() {
    local found
    found=$(check) || {
        echo "${found:-the check itself failed}"
        exit 1
    }
    if [ -n "$found" ]; then
        echo "$found"
        exit 1
    fi
    exit 0
}
