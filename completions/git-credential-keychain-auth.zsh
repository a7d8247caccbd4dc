#compdef git-credential-keychain-auth
# SPDX-License-Identifier: MIT
# zsh completion for git-credential-keychain-auth: its words and options, as its own --help lists
# them.

local -a rows
local help
help="$("${words[1]}" --help 2>/dev/null)"
if [[ ${words[CURRENT]} == -* ]]; then
    rows=(${(f)"$(grep -oE -- '(^| )--?[a-z][a-z-]*' <<<"$help")"})
else
    rows=(${(s:|:)${${(f)help}[1]##* }})
fi
compadd -- ${rows## }
