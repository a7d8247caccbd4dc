#compdef keychain-auth kcget kcenv
# SPDX-License-Identifier: MIT
# zsh completion for keychain-auth, kcget, and kcenv of `keychain-auth shellenv`. It lists nothing
# by hand: the programs know what may come (keychain-auth complete, kcget --complete).

local program=${(Q)words[1]/#\~\//$HOME/} keychain_auth=keychain-auth
local line help wants_files command_at
local -i command_shift=0
local -a asked found shown open

# _keychain_auth_read [kcget]: rows, "word<TAB>help", and what kcget asks for.
_keychain_auth_read() {
    local -a parts
    while IFS= read -r line; do
        if [[ $line == :files ]]; then
            wants_files=1
        elif [[ -n $1 && $line == :command$'\t'* ]]; then
            command_at=${line#*$'\t'}
        elif [[ -n $1 && $line == :* ]]; then
            parts=("${(@ps:\t:)line}")
            _keychain_auth_read '' < <($keychain_auth complete --${parts[1]#:} -- \
                "${(@)parts[2,-1]}" 2>/dev/null)
        elif [[ $line == *$'\t'* ]]; then
            help=${line#*$'\t'} line=${line%%$'\t'*}
            if [[ $line == */ ]]; then
                open+=("$line")
            else
                found+=("$line") shown+=("$line${help:+  -- $help}")
            fi
        fi
    done
}

[[ ! -x ${program%kcget}keychain-auth ]] || keychain_auth=${program%kcget}keychain-auth
asked=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
if [[ ${program:t} == kcenv ]]; then
    program=kcget asked=(exec "${(@)asked}")
    command_shift=1
fi
if [[ ${program:t} == kcget ]]; then
    _keychain_auth_read kcget < <($program --complete "${(@)asked}" 2>/dev/null)
else
    _keychain_auth_read '' < <($program complete -- "${(@)asked}" 2>/dev/null)
fi
if [[ -n $command_at ]]; then
    shift $(( command_at - command_shift )) words
    (( CURRENT -= command_at - command_shift ))
    _normal
    return
fi
(( $#found )) && compadd -l -d shown -a found
(( $#open )) && compadd -S '' -a open
[[ -z $wants_files ]] || _files
