#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checks with shellcheck everything that a shell reads.
set -euo pipefail
. "$(dirname "$0")/lint.bash"

check() {
    local files=()
    mapfile -t files < <(
        find scripts .ci tests completions shell -type f 2>/dev/null |
            while read -r file; do
                case $file in
                *.bash | *.sh | *.bats) echo "$file" ;;
                *) [[ $(head -c 64 "$file" | tr -d '\0') == '#!'*bash* ]] && echo "$file" ;;
                esac
            done | LC_ALL=C sort
    )
    # SC2154: the variables that helpers.bash and lint.bash set. SC1091: what they are in.
    # SC2030, SC2031: every bats case is a subshell. SC2016: programs for jq and python.
    shellcheck --format=gcc --exclude=SC1091,SC2016,SC2030,SC2031,SC2154 "${files[@]}" || true
}

need shellcheck
sample scripts/sloppy <<'END'
#!/usr/bin/env bash
rm -rf $1/*
END
must_find scripts/sloppy:2
report
