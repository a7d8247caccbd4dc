# SPDX-License-Identifier: MIT
# bash completion for aws-credential-keychain-auth: its options, as its own --help lists them.
# Profiles are not completed: asking for them is an access that the policy decides and the record
# keeps.

_aws_credential_keychain_auth() {
    local word=${COMP_WORDS[COMP_CWORD]} words
    COMPREPLY=()
    if [[ $word == -* ]]; then
        words=$("${COMP_WORDS[0]}" --help 2>/dev/null | grep -oE -- '(^| )--?[a-z][a-z-]*')
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    fi
}
complete -F _aws_credential_keychain_auth aws-credential-keychain-auth
