# SPDX-License-Identifier: MIT
# bash completion for kc-shim: its options, as its own --help lists them, and then whatever
# completes the command behind it.

_kc_shim() {
    local word=${COMP_WORDS[COMP_CWORD]} words
    COMPREPLY=()
    if [[ $COMP_CWORD -gt 1 ]] && declare -F _command_offset >/dev/null; then
        _command_offset 1
    elif [[ $word == -* ]]; then
        words=$("${COMP_WORDS[0]}" --help 2>/dev/null | grep -oE -- '(^| )--[a-z][a-z-]*')
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -c -- "$word")
    fi
}
complete -F _kc_shim kc-shim
