# SPDX-License-Identifier: MIT
# zsh: how a count is started without a word about jobs, and the prompt, where it is wanted.

__kc_start() {
    { __kc_count "$$" } >/dev/null 2>&1 </dev/null &!
}

# The segment is taken off and put before the prompt again: that works with every theme, and whether
# or not PROMPT_SUBST is set.
__kc_prompt() {
    local code=$?
    PROMPT=${PROMPT#"$__kc_shown"}
    __kc_look
    __kc_shown=$KEYCHAIN_AUTH_WAITING
    PROMPT=$__kc_shown$PROMPT
    return $code
}

if [[ ${KEYCHAIN_AUTH_PROMPT-} == 1 ]]; then
    typeset -g __kc_shown=${__kc_shown-}
    typeset -ga precmd_functions
    if (( ! ${precmd_functions[(Ie)__kc_prompt]} )); then
        precmd_functions+=(__kc_prompt)
    fi
fi
:
