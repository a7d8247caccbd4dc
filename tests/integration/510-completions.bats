#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The completions in the real shells: bash by its own variables and through a terminal, zsh through
# zpty, fish by `complete -C`. A line is completed and then run: the value that it prints says that
# the name arrived whole. As a direct client (programs/reader.c).

load helpers

setup() {
    private_home
    share=$(dirname "$(dirname "$(command -v keychain-auth)")")/share
    mkdir "$BATS_TEST_TMPDIR/bin"
    cp "$(command -v reader)" "$BATS_TEST_TMPDIR/bin/kcget"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    touch plain-file
    start_daemon
    put aws prod-key first
    put aws 'two words' second
    put aws "it's \$5" third
    put git 'https://me@host/x' fourth
    allow kcget --read aws,git >/dev/null
    cp "$(command -v reader)" stranger
    ./stranger aws prod-key 2>/dev/null || true
    id=$(keychain-auth list-pending --json | jq -r '.[0].id[:16]')
}

teardown() {
    stop_daemon
}

need() {
    command -v "$1" >/dev/null || skip "$1 is missing"
}

# comp LINE: what bash would be told at its end, a line each; a TAB for the first time.
comp() {
    COMP_TYPE=${2-9} bash --norc --noprofile -c '
        . "$1"
        COMP_LINE=$2 COMP_POINT=${#2}
        read -ra COMP_WORDS <<<"$2"
        [[ $2 != *" " ]] || COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _keychain_auth
        printf "%s\n" "${COMPREPLY[@]}"' bash \
        "$share/bash-completion/completions/keychain-auth" "$1"
}

# typed LINE...: what a terminal with bash shows when these are typed; \t is TAB.
typed() {
    # shellcheck disable=SC2059
    {
        printf '%s\n' ". '$share/bash-completion/completions/kcget'"
        printf "$(printf '%s\\n' "$@")"
    } | session "$(command -v bash)" --norc --noprofile | tr -d '\r\a'
}

@test "bash: commands, options and words are the programs' own" {
    is "$(comp 'keychain-auth li')" $'list-pending\nlist'
    is "$(comp 'keychain-auth help unre')" unregister
    is "$(comp 'keychain-auth approve --with')" --with-chain
    is "$(comp 'keychain-auth start --store m')" memory
    is "$(comp 'keychain-auth caller-rule ')" $'chain\nnearest'
    is "$(comp 'keychain-auth shellenv z')" zsh
    is "$(comp 'kcget ex')" exec
    is "$(comp 'kcget --no')" --no-newline
    is "$(comp 'kcget exec --env')" --env-file
    is "$(comp 'kcenv --env')" --env-file
    while IFS=$'\t' read -r name _; do
        has $'\n'"$(comp "keychain-auth $name")"$'\n' $'\n'"$name"$'\n'
        has "$(comp "keychain-auth $name -")" --help
    done < <(keychain-auth commands)
}

@test "bash: ids of those who wait, with their path when they are shown; paths, services, targets" {
    has "$(comp 'keychain-auth approve ')" "$id"
    ./stranger git x 2>/dev/null || true
    cp stranger other && printf x >>other && ./other aws x 2>/dev/null || true
    has "$(comp 'keychain-auth approve ' 63)" "$id  ($PWD/stranger)"
    has "$(comp 'keychain-auth revoke ')" "$PWD/bin/kcget"
    is "$(comp 'keychain-auth search ' | sort)" $'aws\ngit'
    is "$(comp 'keychain-auth allow x --read aws,g')" aws,git
    is "$(comp 'keychain-auth delete aws prod')" prod-key
    is "$(comp 'kcget exec A=a')" aws/
    is "$(comp 'kcget exec A=aws/prod')" aws/prod-key
    has "$(comp 'kcget exec -- ca')" cat
}

@test "bash: names with blanks, colons and quotes survive" {
    is "$(comp 'kcget aws two')" 'two\ words'
    is "$(comp 'kcget aws "two')" 'two words'
    is "$(comp "kcget aws it")" "it\\'s\\ \\\$5"
    is "$(comp 'kcget aws "it')" "it's \\\$5"
    is "$(comp "kcget aws 'it")" "it'\\''s \$5"
    is "$(comp 'kcget git https:')" //me@host/x
    is "$(comp 'kcget git https://me@h')" @host/x
}

@test "bash at a terminal: what was completed is what is read" {
    run -0 typed 'kcget aw\tprod\t' 'kcget aws two\\ w\t' 'kcget aws "tw\t' 'kcget git htt\t' \
        'kcget git https://me@\t' "kcget aws it\\t" "kcget aws 'tw\\t" 'ls plai\t'
    is "$(grep -cx first <<<"$output")" 1
    is "$(grep -cx second <<<"$output")" 3
    is "$(grep -cx third <<<"$output")" 1
    is "$(grep -cx fourth <<<"$output")" 2 "$output"
    lacks "$output" "no such"
    lacks "$output" "there is no"
}

# in_zsh LINE...: what a zsh shows in whose terminal these are typed; \t is TAB.
in_zsh() {
    # shellcheck disable=SC2016
    zsh -f -c '
        zmodload zsh/zpty || exit 1
        wait_for() {
            local text all=
            for (( i = 0; i < 2000; i++ )); do
                while zpty -r -t z text; do all+=$text; done
                [[ $all != *$1* ]] || break
                sleep 0.01
            done
            print -r -- "$all"
        }
        zpty -b z zsh -f -i
        zpty -w z "PS1=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; echo re\"\"ady"
        wait_for ready >/dev/null
        shift
        for line; do
            zpty -w -n z "${(g::)line}"
            sleep 0.05
            zpty -w -n z "${(g::):-\\n}"
            sleep 0.05
            zpty -w z "echo do\"\"ne"
            wait_for done
        done
        zpty -d z' zsh "$share/zsh/vendor-completions" "$@" | tr -d '\r'
}

@test "zsh in a terminal: commands, names with blanks, colons and quotes" {
    need zsh
    run -0 in_zsh 'kcget aw\tprod\t' 'kcget aws tw\t' 'kcget aws "tw\t' 'kcget git htt\t' \
        'kcget git https://me@\t' 'kcget aws it\t' 'keychain-auth trus\t--he\t' \
        'kcget exec A=aw\tprod\t -- printenv A'
    is "$(grep -cE '(^|[^a-z])first$' <<<"$output")" 2 "$output"
    is "$(grep -cE '(^|[^a-z])second$' <<<"$output")" 2 "$output"
    is "$(grep -cE '(^|[^a-z])third$' <<<"$output")" 1 "$output"
    is "$(grep -cE '(^|[^a-z])fourth$' <<<"$output")" 2 "$output"
    has "$output" "usage: keychain-auth trust-session"
}

# in_fish LINE: what fish would show at its end.
in_fish() {
    fish --no-config -c '
        keychain-auth shellenv fish | source
        set -p fish_complete_path $argv[1]
        complete -C $argv[2]' "$share/fish/vendor_completions.d" "$1"
}

@test "fish: words with their help, ids with their path, names as they are" {
    need fish
    has "$(in_fish 'keychain-auth trus')" $'trust-session\tlet what is above'
    has "$(in_fish 'keychain-auth approve ')" "$id"$'\t'"$PWD/stranger"
    has "$(in_fish 'keychain-auth approve --with')" $'--with-chain\t'
    has "$(in_fish 'keychain-auth revoke ')" "$PWD/bin/kcget"
    has "$(in_fish 'keychain-auth register pl')" plain-file
    has "$(in_fish 'kcget aws tw')" 'two words'
    has "$(in_fish 'kcget aws "tw')" 'two words'
    has "$(in_fish 'kcget git https:')" 'https://me@host/x'
    has "$(in_fish 'kcget exec A=aws/p')" 'A=aws/prod-key'
    has "$(in_fish 'kcget exec -- prin')" printenv
    has "$(in_fish 'kcenv A=aws/p')" 'A=aws/prod-key'
    has "$(in_fish './bin/kcget git htt')" 'https://me@host/x'
}

# The command behind kc-shim, and kcshim of shellenv: a program of the test, with completions of its
# own in each shell, that shows what it was given.
need_shim() {
    command -v kc-shim >/dev/null || skip "kc-shim isn't built"
    printf '#!/bin/sh\necho "given: $*"\n' >"$BATS_TEST_TMPDIR/bin/zz-tool"
    chmod 0755 "$BATS_TEST_TMPDIR/bin/zz-tool"
    # Which program runs isn't the matter here.
    printf '#!/bin/sh\ncase $1 in --help) echo " --help --version" && exit ;; %s\n' \
        '--) shift ;; esac; exec "$@"' >"$BATS_TEST_TMPDIR/bin/kc-shim"
    chmod 0755 "$BATS_TEST_TMPDIR/bin/kc-shim"
}

@test "bash: the command behind kc-shim and kcshim, with its own completion" {
    need_shim
    loader=/usr/share/bash-completion/bash_completion
    [ -r "$loader" ] || skip "bash-completion is missing"
    run -0 typed ". $loader" ". '$share/bash-completion/completions/kc-shim'" \
        'complete -W "alpha beta" zz-tool' 'kcshim() { kc-shim "$@"; }' \
        'kc-shim zz-to\tal\t' 'kc-shim -- zz-to\tbe\t' 'kcshim zz-to\tal\t x' 'kc-shim --he\t'
    is "$(grep -c '^given: alpha' <<<"$output")" 2 "$output"
    is "$(grep -cx 'given: beta' <<<"$output")" 1 "$output"
    is "$(grep -cx -- ' --help --version' <<<"$output")" 1 "$output"
    # Without bash-completion: its name, and then files.
    run -0 typed ". '$share/bash-completion/completions/kc-shim'" 'kc-shim zz-to\tplain-f\t'
    is "$(grep -cx 'given: plain-file' <<<"$output")" 1 "$output"
    is "$(diff "$share"/bash-completion/completions/kc{-,}shim)" ""
}

@test "zsh: the command behind kc-shim and kcshim, with its own completion" {
    need zsh
    need_shim
    run -0 in_zsh 'kcshim() { kc-shim "$@" }; compdef "compadd alpha beta" zz-tool' \
        'kc-shim zz-to\tal\t' 'kc-shim -- zz-to\tbe\t' 'kcshim zz-to\tal\t x' 'kc-shim --he\t'
    is "$(grep -c 'given: alpha' <<<"$output")" 2 "$output"
    is "$(grep -c 'given: beta' <<<"$output")" 1 "$output"
    has "$output" ' --help --version'
}

@test "fish: the command behind kc-shim and kcshim, with its own completion" {
    need fish
    need_shim
    behind() {
        fish --no-config -c '
            keychain-auth shellenv fish | source
            set -p fish_complete_path $argv[1]
            complete -c zz-tool -f -a "alpha beta"
            complete -C $argv[2]' "$share/fish/vendor_completions.d" "$1" | cut -f 1
    }
    for program in kc-shim kcshim; do
        has "$(behind "$program zz-to")" zz-tool
        is "$(behind "$program zz-tool al")" alpha
        is "$(behind "$program -- zz-tool be")" beta
        has "$(behind "$program --he")" --help
    done
}

@test "without a daemon: the same words, no names, no noise; a stopped one costs a second" {
    stop_daemon
    is "$(comp 'keychain-auth li' 2>&1)" $'list-pending\nlist'
    is "$(comp 'kcget aws p' 2>&1)" ""
    has "$(comp 'keychain-auth approve ' 2>&1)" "$id"
    rm -r "$XDG_CONFIG_HOME"
    is "$(comp 'keychain-auth approve ' 2>&1)" ""
    [ ! -e "$XDG_CONFIG_HOME" ]
    if command -v fish >/dev/null; then
        is "$(in_fish 'kcget aws p' 2>&1)" ""
    fi
    start_daemon
    kill -STOP "$daemon_pid"
    SECONDS=0
    comp 'kcget aws p'
    [ "$SECONDS" -le 3 ]
    kill -CONT "$daemon_pid"
}

@test "a name that looks like a directive, or can't stand in a line, does no harm" {
    keychain-auth register /bin/true --read ':services,:files' >/dev/null
    printf x | keychain-auth set aws $'a\u202eb'
    has "$(comp 'kcget ')" ':services'
    has "$(comp 'kcget aws ')" prod-key
}
