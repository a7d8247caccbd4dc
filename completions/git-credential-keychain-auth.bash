# SPDX-License-Identifier: MIT
# bash completion for git-credential-keychain-auth: its words and options, as its own --help lists
# them. git's completion loads a file of this name, and calls the first function, for
# "git credential-keychain-auth".

_git_credential_keychain_auth() {
    local word=${COMP_WORDS[COMP_CWORD]} help
    help=$(git-credential-keychain-auth --help 2>/dev/null)
    mapfile -t COMPREPLY < <(compgen -W "$(
        if [[ $word == -* ]]; then
            grep -oE -- '(^| )--?[a-z][a-z-]*' <<<"$help"
        else
            sed -n '1{s/.* //;s/|/ /g;p}' <<<"$help"
        fi
    )" -- "$word")
}
complete -F _git_credential_keychain_auth git-credential-keychain-auth
