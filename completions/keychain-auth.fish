# SPDX-License-Identifier: MIT
# fish completion for keychain-auth. It lists nothing by hand: the program knows its commands
# and their options (keychain-auth commands); fish reads "word<TAB>help" as it stands.

function __keychain_auth_options
    set -l words (commandline -opc)
    keychain-auth commands $words[2] 2>/dev/null
end

function __keychain_auth_wants_option
    set -l words (commandline -opc)
    test (count $words) -ge 2; and string match -q -- '-*' (commandline -ct)
end

complete -c keychain-auth -n 'test (count (commandline -opc)) -eq 1' -f \
    -a '(keychain-auth commands 2>/dev/null)'
complete -c keychain-auth -n __keychain_auth_wants_option -f -a '(__keychain_auth_options)'
