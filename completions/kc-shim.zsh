#compdef kc-shim kcshim
# SPDX-License-Identifier: MIT
# zsh completion for kc-shim, and kcshim of `keychain-auth shellenv`: its options, as its own --help
# lists them, and then whatever completes the command behind it.

local -a rows
if [[ CURRENT -eq 2 && ${words[CURRENT]} == -* ]]; then
    rows=(${(f)"$("${words[1]}" --help 2>/dev/null | grep -oE -- '(^| )--[a-z][a-z-]*')"})
    compadd -- ${rows## }
else
    if [[ CURRENT -gt 2 && ${words[2]} == -- ]]; then
        shift words
        (( CURRENT-- ))
    fi
    shift words
    (( CURRENT-- ))
    _normal
fi
