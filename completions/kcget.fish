# SPDX-License-Identifier: MIT
# fish completion for kcget: its options, as its own --help lists them. Names of secrets are not
# completed: asking for them is an access that the policy decides and the record keeps.

function __kcget_options
    kcget --help 2>/dev/null | string match -ra -g '(?:^| )(--?[a-z][a-z-]*)'
end

complete -c kcget -f
complete -c kcget -n "string match -q -- '-*' (commandline -ct)" -f -a '(__kcget_options)'
