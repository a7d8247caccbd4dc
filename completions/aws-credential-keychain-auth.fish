# SPDX-License-Identifier: MIT
# fish completion for aws-credential-keychain-auth: its options, as its own --help lists them.
# Profiles are not completed: asking for them is an access that the policy decides and the record
# keeps.

function __aws_credential_keychain_auth_options
    aws-credential-keychain-auth --help 2>/dev/null |
        string match -ra -g '(?:^| )(--?[a-z][a-z-]*)'
end

complete -c aws-credential-keychain-auth -f
complete -c aws-credential-keychain-auth -n "string match -q -- '-*' (commandline -ct)" -f \
    -a '(__aws_credential_keychain_auth_options)'
