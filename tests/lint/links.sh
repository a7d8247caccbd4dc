#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a page names is there: links between pages, and paths of ours in backticks, so that a
# claim can't outlive the test that shows it.
set -euo pipefail
. "$(dirname "$0")/lint.bash"

ours='tests|scripts|docs|libkc|daemon|kcget|libkcshim|shell|platform'

check() {
    local page link path
    for page in *.md docs/*.md; do
        [ -f "$page" ] || continue
        while read -r link; do
            [ -e "$(dirname "$page")/${link%%#*}" ] || echo "$page: no such page: $link"
        done < <(grep -oE '\]\([^)#:]+(#[^)]*)?\)' "$page" | sed 's/^](//;s/)$//')
        while read -r path; do
            compgen -G "$path" >/dev/null || echo "$page: no such file: $path"
        done < <(grep -oE '`[a-z]+/[a-zA-Z0-9_./*-]+' "$page" | tr -d '\140' |
            grep -E "^($ours)/")
    done
}

sample docs/page.md <<'END'
[gone](gone.md) and `tests/unit/test_gone.c`.
END
must_find "no such page: gone.md" "no such file: tests/unit/test_gone.c"
report
