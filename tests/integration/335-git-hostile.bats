#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What nobody should send to git-credential-keychain-auth: nothing is told, nothing is stored, and
# nothing is erased. Every request below is tried with each of the three words.
load helpers
load adapters

setup() {
    private_home
    start_daemon
    let_adapter git --read git --write git
    login https://github.com bob hunter2
    ask_git store protocol=https host=github.com path=a.git username=bob password=hunter2
    login https://h.example bob hunter2
    before=$(keychain-auth search git --json)
}

teardown() {
    stop_daemon
}

# request FORMAT…: as printf writes it, to each of the words; each is refused with one line.
refused() {
    local word
    for word in get store erase; do
        # shellcheck disable=SC2059
        run -2 --separate-stderr git-credential-keychain-auth "$word" < <(printf "$@")
        is "$output" "" "$word $*"
        lacks "$stderr" hunter2
        is "$(wc -l <<<"$stderr")" 1 "$word $*: one line"
    done
    is "$(keychain-auth search git --json)" "$before" "$*"
}

# harmless FORMAT…: a request that is one, but not for what is there.
harmless() {
    # shellcheck disable=SC2059
    run -0 --separate-stderr git-credential-keychain-auth get < <(printf "$@")
    is "$output$stderr" "" "$*"
    # shellcheck disable=SC2059
    run -0 --separate-stderr git-credential-keychain-auth erase < <(printf "$@")
    is "$output$stderr" "" "$*"
    is "$(keychain-auth search git --json)" "$before" "$*"
}

# What git leaves when it dies in the middle of a request for a URL that somebody prepared.
@test "a request that broke off stands for nobody" {
    refused ''
    refused '\n'
    refused 'protocol=https\n'
    refused 'host=github.com\n'
    refused 'username=bob\npassword=hunter2\n'
    refused 'protocol=https\nhost='
    refused 'protocol=https\nhost=github.com'
    refused 'protocol=https\nhost=github.com\nusern'
    refused 'protocol=https\nhost=github.com\nusername=bob'
    refused 'protocol=https\n\nhost=github.com\n'
}

@test "every cut of a whole request is refused, or is a request of its own" {
    text=$'capability[]=authtype\nprotocol=https\nhost=github.com\nusername=bob\npassword=hunter2\n'
    for ((cut = 0; cut < ${#text}; cut += 3)); do
        piece=${text:0:cut}
        [[ $piece == *github.com$'\n'* && $piece == *$'\n' ]] && continue
        run --separate-stderr git-credential-keychain-auth erase < <(printf %s "$piece")
        is "$status $output" "2 " "$cut"
        run --separate-stderr git-credential-keychain-auth get < <(printf %s "$piece")
        is "$status $output" "2 " "$cut"
    done
    is "$(keychain-auth search git --json)" "$before"
}

@test "a protocol or a host without a letter stands for nobody" {
    refused 'protocol=\nhost=github.com\n'
    refused 'protocol=https\nhost=\n'
    refused 'protocol=https\nhost=\nusername=bob\npassword=hunter2\n'
    harmless 'protocol=cert\nhost=\n'
}

@test "a key that comes twice is refused, whichever is the better one" {
    refused 'protocol=https\nhost=evil.example\nhost=github.com\n'
    refused 'protocol=https\nhost=github.com\nhost=evil.example\n'
    refused 'protocol=http\nprotocol=https\nhost=github.com\n'
    refused 'protocol=https\nhost=github.com\npath=a.git\npath=b.git\n'
    refused 'protocol=https\nhost=github.com\nusername=bob\nusername=bob\n'
    refused 'protocol=https\nhost=github.com\nusername=bob\npassword=x\npassword=hunter2\n'
}

@test "a NUL or a CR ends no value" {
    refused 'protocol=https\nhost=github.com\000.evil.example\n'
    refused 'protocol=https\nhost=github.com\r.evil.example\n'
    refused 'protocol=https\rhost=github.com\n'
    refused 'protocol=https\nhost=github.com\rusername=bob\n'
    refused 'protocol=https\nhost=github.com\nusername=bob\000\n'
    refused 'protocol=https\nhost=github.com\n\000\n'
    refused 'protocol=https\nhost=github.com\r'
}

@test "what isn't KEY=VALUE is refused" {
    refused 'protocol=https\nhost=github.com\nhunter2\n'
    refused 'protocol=https\nhost=github.com\n=hunter2\n'
    refused 'protocol=https\nhost=github.com\n[]=hunter2\n'
    refused 'protocol=https\nhost github.com\n'
    refused 'https://github.com\n'
    refused '{"protocol":"https","host":"github.com"}\n'
    refused 'protocol=https\nhost=github.com\npassword_expiry_utc=never\n'
    refused '\377\376\000\001'
}

@test "a line or a request that is too long is refused, however it goes on" {
    refused 'protocol=https\nhost=%s\n' "$(xs 65531)"
    refused 'wwwauth[]=%s\nprotocol=https\nhost=github.com\n' "$(xs 65530)host=h.example"
    refused '%s\nprotocol=https\nhost=github.com\n' "$(xs 70000)"
    refused 'protocol=https\nhost=github.com\n%s' "$(yes wwwauth[]=Basic | head -n 70000)"
    # As long as it may be, and then an honest answer.
    run -0 git-credential-keychain-auth get < <(
        printf 'wwwauth[]=%s\nprotocol=https\nhost=github.com\n' "$(xs 65520)"
    )
    is "$output" $'username=bob\npassword=hunter2'
}

@test "a host, a user or a path is never read as another part, nor as a pattern" {
    for host in 'github.com/' 'bob@github.com' '@github.com' 'x@github.com' 'github.com/a.git' \
        'github.com:443' 'GITHUB.COM' 'github.com.' 'github.com ' ' github.com' '*' 'github.*' \
        '%67ithub.com' 'github.com#' 'github.com?' 'evil.example/@github.com' \
        'h.example%0agithub.com' '../github.com' "github.com'" '"github.com"'; do
        harmless 'protocol=https\nhost=%s\n' "$host"
        harmless 'protocol=https\nhost=%s\nusername=bob\n' "$host"
    done
    for protocol in http HTTPS 'https://' 'https:' 'https://bob' '*' 'https ' ' https'; do
        harmless 'protocol=%s\nhost=github.com\n' "$protocol"
    done
    for username in BOB 'b*' '*' '?ob' 'bob@github.com' 'bob:' 'bob ' '%62ob' ''; do
        harmless 'protocol=https\nhost=github.com\nusername=%s\n' "$username"
    done
    harmless 'protocol=https\nhost=evil.example\npath=@github.com\n'
    harmless 'protocol=https\nhost=evil.example\npath=../github.com\n'
    harmless 'protocol=https\nhost=evil.example\nurl=https://github.com\n'
    harmless 'url=https://github.com\nprotocol=https\nhost=evil.example\n'
}

@test "erase with any other password erases nothing" {
    for password in hunter hunter22 HUNTER2 '' ' hunter2' 'hunter2 ' '*' "$(xs 60000)"; do
        run -0 --separate-stderr ask_git erase protocol=https host=github.com "password=$password"
        is "$output$stderr" ""
        run -0 --separate-stderr ask_git erase protocol=https host=github.com username=bob \
            path=a.git "password=$password"
        is "$output$stderr" ""
        run -0 ask_git erase protocol=https host=github.com "credential=$password"
    done
    is "$(keychain-auth search git --json)" "$before"
}

@test "what stands behind the blank line is nobody's, and nobody waits for it" {
    # The pipe stays open: an answer that waited for its end would never come.
    mkfifo "$BATS_TEST_TMPDIR/open"
    exec 7<>"$BATS_TEST_TMPDIR/open"
    printf 'protocol=https\nhost=h.example\n\nhost=github.com\n' >&7
    run -0 timeout 20 git-credential-keychain-auth get <&7 7>&-
    exec 7>&-
    is "$output" $'username=bob\npassword=hunter2'
}

@test "nothing on standard input, and standard streams that are closed" {
    run -2 git-credential-keychain-auth get </dev/null
    run -4 bash -c 'exec git-credential-keychain-auth erase <&-'
    run -4 bash -c 'exec git-credential-keychain-auth get >&-' < <(
        printf 'protocol=https\nhost=github.com\n'
    )
    run -4 git-credential-keychain-auth get <"$HOME"
    is "$(keychain-auth search git --json)" "$before"
}

@test "no secret is in the record, the log, or the list of those who were turned away" {
    stop_adapter git --read git --write git
    run -1 login https://github.com bob hunter3
    run -1 ask_git erase protocol=https host=github.com username=bob password=hunter3
    forget_adapter git
    run -1 login https://github.com bob hunter3
    is "$(grep -l 'hunter[23]' "$audit_log" "$daemon_log" "$pending" "$config")" ""
}
