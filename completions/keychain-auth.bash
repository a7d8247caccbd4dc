# SPDX-License-Identifier: MIT
# bash completion for keychain-auth. It lists nothing by hand: the program knows its commands
# and their options (keychain-auth commands).

_keychain_auth() {
    local word=${COMP_WORDS[COMP_CWORD]} words
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words=$("${COMP_WORDS[0]}" commands 2>/dev/null | cut -f 1)
    elif [[ $word == -* ]]; then
        words=$("${COMP_WORDS[0]}" commands "${COMP_WORDS[1]}" 2>/dev/null | cut -f 1)
    else
        compopt -o default
        return
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _keychain_auth keychain-auth
