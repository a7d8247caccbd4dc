# SPDX-License-Identifier: MIT
# fish completion for kc-shim, and kcshim of `keychain-auth shellenv`: its options, as its own
# --help lists them, and then whatever completes the command behind it.

function __kc_shim_options
    kc-shim --help 2>/dev/null | string match -ra -g '(?:^| )(--[a-z][a-z-]*)'
end

for program in kc-shim kcshim
    complete -c $program -e
    complete -c $program -n __fish_is_first_token -f -a '(__kc_shim_options)'
    complete -c $program -x -a '(__fish_complete_subcommand)'
end
