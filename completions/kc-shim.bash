# SPDX-License-Identifier: MIT
# bash completion for kc-shim, and kcshim of `keychain-auth shellenv`: its options, as its own
# --help lists them, and then whatever completes the command behind it, where bash-completion is
# loaded (its function has another name since 2.12).

_kc_shim() {
    local word=${COMP_WORDS[COMP_CWORD]} words first=1
    COMPREPLY=()
    if [[ $COMP_CWORD -gt 1 && ${COMP_WORDS[1]} == -- ]]; then
        first=2
    fi
    if [[ $COMP_CWORD -eq 1 && $word == -* ]]; then
        words=$("${COMP_WORDS[0]}" --help 2>/dev/null | grep -oE -- '(^| )--[a-z][a-z-]*')
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    elif declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$first"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$first"
    elif [[ $COMP_CWORD -eq $first ]]; then
        mapfile -t COMPREPLY < <(compgen -c -- "$word")
    else
        compopt -o default 2>/dev/null
    fi
}
complete -F _kc_shim kc-shim kcshim
