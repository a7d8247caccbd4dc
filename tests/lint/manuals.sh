#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The manuals render, and they know every subcommand and option that the programs know.
set -euo pipefail
. "$(dirname "$0")/lint.bash"
build=${1:?usage: $0 BUILD_DIR}
program=$build/keychain-auth
small_programs=(kcget git-credential-keychain-auth aws-credential-keychain-auth)

# knows TEXT WORD: the rendered manual has the word.
knows() {
    grep -qE -- "(^|[^a-z-])$2([^a-z-]|\$)" <<<"$1"
}

check() {
    local command option small text page
    for page in docs/man/*.[1-8]; do
        mandoc -T lint -W warning "$page" || true
    done
    text=$(mandoc -T utf8 docs/man/keychain-auth.1 2>/dev/null | col -b)
    while IFS=$'\t' read -r command _; do
        knows "$text" "$command" || echo "keychain-auth.1 doesn't know the command $command"
        while IFS=$'\t' read -r option _; do
            knows "$text" "$option" ||
                echo "keychain-auth.1 doesn't know $option of $command"
        done < <("$program" commands "$command")
    done < <("$program" commands)
    for small in "${small_programs[@]}"; do
        text=$(mandoc -T utf8 "docs/man/$small.1" 2>/dev/null | col -b)
        for option in $("$build/$small" --help | grep -oE -- '(^| )--?[a-z][a-z-]*' | sort -u); do
            knows "$text" "$option" || echo "$small.1 doesn't know $option"
        done
    done
    text=$(mandoc -T utf8 docs/man/kcget.1 2>/dev/null | col -b)
    while IFS=$'\t' read -r command _; do
        knows "$text" "$command" || echo "kcget.1 doesn't know the command $command"
        while IFS=$'\t' read -r option _; do
            knows "$text" "$option" || echo "kcget.1 doesn't know $option of $command"
        done < <("$build/kcget" --complete "$command" -)
    done < <("$build/kcget" --complete '' | grep -v '^:')
    [ -x "$build/keychain-auth-console" ] || return 0
    text=$(mandoc -T utf8 docs/man/keychain-auth-console.1 2>/dev/null | col -b)
    for option in $("$build/keychain-auth-console" --help |
        grep -oE -- '(^| )--?[a-z][a-z-]*' | sort -u); do
        knows "$text" "$option" || echo "keychain-auth-console.1 doesn't know $option"
    done
}

[ ! -x "$build/kc-shim" ] || small_programs+=(kc-shim)
need mandoc col
for program_file in keychain-auth "${small_programs[@]}"; do
    [ -x "$build/$program_file" ] || {
        echo "$build/$program_file isn't built"
        exit 1
    }
done
if [ "$("$program" commands | wc -l)" -lt 2 ]; then
    echo "keychain-auth commands prints nothing"
    exit 1
fi
sample docs/man/keychain-auth.1 <<'END'
.Dd January 1, 2026
.Dt KEYCHAIN-AUTH 1
.Os
.Sh NAME
.Nm keychain-auth
END
sample docs/man/kcget.1 <<<'.Nonsense'
must_find kcget.1:1 "the command start" "kcget.1 doesn't know -n" \
    "kcget.1 doesn't know --env-file of exec"
report
