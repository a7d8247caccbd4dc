# SPDX-License-Identifier: MIT
# fish completion for git-credential-keychain-auth: its words and options, as its own --help lists
# them.

function __git_credential_keychain_auth_options
    git-credential-keychain-auth --help 2>/dev/null |
        string match -ra -g '(?:^| )(--?[a-z][a-z-]*)'
end

function __git_credential_keychain_auth_words
    git-credential-keychain-auth --help 2>/dev/null | head -n 1 |
        string replace -r '.* ' '' | string split '|'
end

complete -c git-credential-keychain-auth -f
complete -c git-credential-keychain-auth -f -a '(__git_credential_keychain_auth_words)'
complete -c git-credential-keychain-auth -n "string match -q -- '-*' (commandline -ct)" -f \
    -a '(__git_credential_keychain_auth_options)'
