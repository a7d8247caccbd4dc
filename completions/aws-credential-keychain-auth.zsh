#compdef aws-credential-keychain-auth
# SPDX-License-Identifier: MIT
# zsh completion for aws-credential-keychain-auth: its options, as its own --help lists them.
# Profiles are not completed: asking for them is an access that the policy decides and the record
# keeps.

local -a rows
if [[ ${words[CURRENT]} == -* ]]; then
    rows=(${(f)"$("${words[1]}" --help 2>/dev/null | grep -oE -- '(^| )--?[a-z][a-z-]*')"})
    compadd -- ${rows## }
fi
