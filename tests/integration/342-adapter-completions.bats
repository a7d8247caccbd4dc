#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The adapters' completions, in the shells that are there.
load helpers

setup() {
    private_home
    share=$(dirname "$(command -v kcget)")/../share
    bash_files=$share/bash-completion/completions
}

# complete_bash WORD…: what bash offers for the last word.
complete_bash() {
    # shellcheck disable=SC2016
    bash --norc -c '
        source "$1" && shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        function=$(complete -p "$1" | sed "s/.*-F \([^ ]*\).*/\1/")
        "$function"
        printf "%s\n" "${COMPREPLY[@]}" | sort | xargs
    ' bash "$bash_files/$1" "$@"
}

@test "bash offers what --help says" {
    is "$(complete_bash git-credential-keychain-auth '')" "erase get store"
    is "$(complete_bash git-credential-keychain-auth s)" store
    is "$(complete_bash git-credential-keychain-auth --t)" --timeout
    is "$(complete_bash aws-credential-keychain-auth --)" \
        "--help --socket --timeout --version --wait"
    is "$(complete_bash aws-credential-keychain-auth '')" ""
    is "$(complete_bash git-credential-keychain-auth --)" \
        "--help --socket --timeout --version --wait"
}

# In git's own completion, which looks for a function of this name and for a file that has it.
@test "git's completion finds the words" {
    # shellcheck disable=SC2016
    run -0 bash --norc -c '
        source "$1"
        COMP_WORDS=(git credential-keychain-auth e) COMP_CWORD=2
        _git_credential_keychain_auth
        echo "${COMPREPLY[@]}"
    ' bash "$bash_files/git-credential-keychain-auth"
    is "$output" erase
    local loader=/usr/share/bash-completion/bash_completion
    local git=/usr/share/bash-completion/completions/git
    [ -r $loader ] && [ -r $git ] || skip "bash-completion or git's completion is missing"
    # shellcheck disable=SC2016
    run -0 env XDG_DATA_DIRS="$share:/usr/share" bash --norc -ic '
        source "$1" && source "$2"
        COMP_LINE="git credential-keychain-auth s" COMP_POINT=30
        COMP_WORDS=(git credential-keychain-auth s) COMP_CWORD=2
        __git_wrap__git_main
        echo "offered: ${COMPREPLY[*]}"
    ' bash $loader $git
    has "$output" "offered: store"
}

@test "zsh offers what --help says" {
    command -v zsh >/dev/null || skip "zsh is missing"
    for name in git aws; do
        zsh -n "$share/zsh/vendor-completions/_$name-credential-keychain-auth"
    done
    # compadd shows what it was given.
    # shellcheck disable=SC2016
    run -0 zsh -f -c 'compadd() { shift; print -l -- "$@" | sort | xargs }
        words=("$2" "$3") CURRENT=2; source "$1"' zsh \
        "$share/zsh/vendor-completions/_git-credential-keychain-auth" \
        git-credential-keychain-auth ''
    is "$output" "erase get store"
}

@test "fish offers what --help says" {
    command -v fish >/dev/null || skip "fish is missing"
    fish_offers() {
        fish --no-config -c "source $share/fish/vendor_completions.d/${1%% *}.fish
            complete -C '$1'" | cut -f 1 | sort | xargs
    }
    is "$(fish_offers 'git-credential-keychain-auth ')" "erase get store"
    is "$(fish_offers 'git-credential-keychain-auth --ti')" --timeout
    is "$(fish_offers 'aws-credential-keychain-auth --so')" --socket
    is "$(fish_offers 'aws-credential-keychain-auth ')" ""
}
