# SPDX-License-Identifier: MIT
# bash completion for keychain-auth, kcget, and kcenv of `keychain-auth shellenv`. It lists nothing
# by hand: the programs know what may come (keychain-auth complete, kcget --complete), and this
# brings their words into a shell's quotes and back.

# Cuts the command line up to the cursor into `words`, without quotes; the last one is at the
# cursor. `quote` is the one that is open there, `raw` what is written of the last word. bash's own
# words are cut at ":" and "=", too, and aren't these.
__kc_split() {
    local line=$1 char word='' began=
    quote='' raw='' words=()
    while [[ -n $line ]]; do
        char=${line:0:1} line=${line:1} raw+=$char
        if [[ $quote == "'" && $char != "'" ]]; then
            word+=$char
        elif [[ $char == "$quote" ]]; then
            quote=''
        elif [[ $char == \\ && -n $line ]] &&
            { [[ -z $quote ]] || [[ ${line:0:1} == [\\\"\$\`] ]]; }; then
            word+=${line:0:1} raw+=${line:0:1} line=${line:1} began=1
        elif [[ -z $quote && $char == [\'\"] ]]; then
            quote=$char began=1
        elif [[ -z $quote && $char == [[:space:]] ]]; then
            [[ -z $began ]] || words+=("$word")
            word='' began='' raw=''
        else
            word+=$char began=1
        fi
    done
    words+=("$word")
}

# __kc_ask WHAT<TAB>ARGUMENT...: names, which keychain-auth knows and kcget doesn't.
__kc_ask() {
    local line=$1$'\t' parts=() keychain_auth=keychain-auth
    [[ ! -x ${program%kcget}keychain-auth ]] || keychain_auth=${program%kcget}keychain-auth
    while [[ $line == *$'\t'* ]]; do
        parts+=("${line%%$'\t'*}") line=${line#*$'\t'}
    done
    __kc_read '' < <("$keychain_auth" complete "--${parts[0]}" -- "${parts[@]:1}" 2>/dev/null)
}

# __kc_read [kcget]: rows, "word<TAB>help", of which those are kept that go on from what is typed;
# and what kcget asks for.
__kc_read() {
    local line
    while IFS= read -r line; do
        if [[ $line == :files ]]; then
            wants_files=1
        elif [[ -n $1 && $line == :command$'\t'* ]]; then
            command_at=${line#*$'\t'}
        elif [[ -n $1 && $line == :* ]]; then
            __kc_ask "${line:1}"
        elif [[ $line == *$'\t'* && ${line%%$'\t'*} == "$typed"* ]]; then
            found+=("${line%%$'\t'*}") helps+=("${line#*$'\t'}")
        fi
    done
}

# A word outside of quotes. Bytes of longer characters stay as they are.
__kc_escape() {
    local text=$1 i
    REPLY=
    for ((i = 0; i < ${#text}; i++)); do
        [[ ${text:i:1} != [[:space:][:punct:]] || ${text:i:1} == [_./:=@%+,-] ]] || REPLY+=\\
        REPLY+=${text:i:1}
    done
}

# A word as it must stand on the line, behind what readline leaves alone: the opening quote, or the
# last of its own word breaks.
__kc_quote() {
    local text=$1 kept=''
    if [[ $quote == "'" ]]; then
        printf -v text '%s' "${text//\'/\'\\\'\'}"
    elif [[ $quote == '"' ]]; then
        text=${text//\\/\\\\} text=${text//\"/\\\"} text=${text//\$/\\\$} text=${text//\`/\\\`}
    else
        __kc_escape "$text"
        kept=${raw%"${raw##*["${COMP_WORDBREAKS//[\'\"\\ ]/}"]}"}
        text=${REPLY#"${kept%@}"} # readline cuts before an "@", and behind the others
    fi
    REPLY=$text
}

# With a second TAB the words are only shown: then with what they are.
__kc_reply() {
    local i
    for i in "${!found[@]}"; do
        __kc_quote "${found[i]}"
        if [[ ${COMP_TYPE-} == 63 && ${#found[@]} -gt 1 && -n ${helps[i]} ]]; then
            REPLY+="  (${helps[i]})"
        fi
        COMPREPLY+=("$REPLY")
        [[ ${found[i]} != */ ]] || compopt -o nospace 2>/dev/null
    done
    if [[ -n $wants_files && ${#COMPREPLY[@]} -eq 0 ]]; then
        compopt -o default 2>/dev/null
    fi
}

_keychain_auth() {
    local words quote raw program typed wants_files='' command_at='' found=() helps=() REPLY
    local line=${COMP_LINE:-${COMP_WORDS[*]}}
    COMPREPLY=()
    __kc_split "${line:0:${COMP_POINT:-${#line}}}"
    [[ ${#words[@]} -gt 1 ]] || return 0
    program=${words[0]/#\~\//"$HOME/"} typed=${words[${#words[@]} - 1]}
    if [[ ${program##*/} == kcenv ]]; then
        program=kcget words=(kcget exec "${words[@]:1}")
    fi
    if [[ ${program##*/} == kcget ]]; then
        __kc_read kcget < <("$program" --complete "${words[@]:1}" 2>/dev/null)
    else
        __kc_read '' < <("$program" complete -- "${words[@]:1}" 2>/dev/null)
    fi
    if [[ -n $command_at ]]; then
        __kc_command "${words[@]:command_at}"
        return
    fi
    __kc_reply
}

# The command behind "--": its name, or whatever files there are.
__kc_command() {
    if [[ $# -eq 1 ]]; then
        mapfile -t COMPREPLY < <(compgen -c -- "$1")
    else
        compopt -o default 2>/dev/null
    fi
}

complete -F _keychain_auth keychain-auth kcget kcenv
