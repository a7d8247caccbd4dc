#compdef keychain-auth
# SPDX-License-Identifier: MIT
# zsh completion for keychain-auth. It lists nothing by hand: the program knows its commands
# and their options (keychain-auth commands).

local program=${words[1]} line
local -a rows

# Rows are "word<TAB>help"; _describe wants "word:help", with colons of the word escaped.
_keychain_auth_rows() {
    rows=()
    while IFS= read -r line; do
        rows+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done < <("$program" commands "$@" 2>/dev/null)
}

if (( CURRENT == 2 )); then
    _keychain_auth_rows
    _describe -t commands command rows
elif [[ ${words[CURRENT]} == -* ]]; then
    _keychain_auth_rows "${words[2]}"
    _describe -o -t options option rows
else
    _files
fi
