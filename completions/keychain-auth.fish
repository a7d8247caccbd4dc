# SPDX-License-Identifier: MIT
# fish completion for keychain-auth, kcget, and kcenv of `keychain-auth shellenv`. It lists nothing
# by hand: the programs know what may come (keychain-auth complete, kcget --complete), and fish
# reads their "word<TAB>help" as it stands.

# __keychain_auth_read PROGRAM [KCGET]: rows as they are, files, and what kcget asks for.
function __keychain_auth_read --argument-names keychain_auth kcget
    while read -l line
        if test "$line" = :files
            __fish_complete_path (commandline -ct)
        else if test -n "$kcget"; and string match -q ':command'\t'*' -- $line
            __keychain_auth_command
        else if test -n "$kcget"; and string match -q ':*' -- $line
            set -l parts (string split \t -- $line)
            $keychain_auth complete --(string sub -s 2 -- $parts[1]) -- $parts[2..] 2>/dev/null
        else
            printf '%s\n' $line
        end
    end
end

# The command behind "--", with its own completions.
function __keychain_auth_command
    set -l line (commandline -cp)
    complete -C (string replace -r -- '^.*? -- ' '' $line)
end

function __keychain_auth_complete
    set -l words (commandline -opc)
    set -l typed (string unescape -- (commandline -ct); or commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -l keychain_auth (string replace -r '[^/]*$' keychain-auth -- $program)
    test -x "$keychain_auth"; or set keychain_auth keychain-auth
    set -e words[1]
    switch (string replace -r '.*/' '' -- $program)
        case kcget
            $program --complete $words "$typed" 2>/dev/null |
                __keychain_auth_read $keychain_auth kcget
        case kcenv
            kcget --complete exec $words "$typed" 2>/dev/null |
                __keychain_auth_read $keychain_auth kcget
        case '*'
            $program complete -- $words "$typed" 2>/dev/null |
                __keychain_auth_read $keychain_auth
    end
end

for program in keychain-auth kcget kcenv
    complete -c $program -e
    complete -c $program -f -a '(__keychain_auth_complete)'
end
