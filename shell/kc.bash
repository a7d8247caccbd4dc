# SPDX-License-Identifier: MIT
# bash: how a count is started without a word about jobs, and the prompt, where it is wanted.
# shellcheck shell=bash

__kc_start() {
    (__kc_count "$$" &) >/dev/null 2>&1 </dev/null
}

# What comes behind it in PROMPT_COMMAND still sees the exit code of the last command.
__kc_prompt() {
    local code=$?
    __kc_look
    return "$code"
}

if [ "${KEYCHAIN_AUTH_PROMPT-}" = 1 ]; then
    case ${PROMPT_COMMAND[*]-} in
    *__kc_prompt*) ;;
    *) PROMPT_COMMAND[0]="__kc_prompt${PROMPT_COMMAND[0]:+; ${PROMPT_COMMAND[0]}}" ;;
    esac
    case ${PS1-} in
    *KEYCHAIN_AUTH_WAITING*) ;;
    *) PS1='${KEYCHAIN_AUTH_WAITING-}'${PS1-} ;;
    esac
fi
:
