#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# git-credential-keychain-auth, asked as git asks it: what it tells, what it keeps, and what it
# takes away.
load helpers
load adapters

setup() {
    private_home
    start_daemon
    let_adapter git --read git --write git
}

teardown() {
    stop_daemon
}

here=(protocol=https host=h.example)

# targets: what the store has for git, a line each.
targets() {
    keychain-auth search git --json | jq -r '.[].target'
}

# attribute TARGET NAME
attribute() {
    keychain-auth search git "$1" --json | jq -r --arg t "$1" --arg n "$2" \
        '.[] | select(.target == $t).attributes[$n]'
}

@test "a login is stored under its parts and found by them" {
    run -0 --separate-stderr ask_git store protocol=https host=h.example:8080 username=bob@x \
        path=a/b.git 'password= p=w '
    is "$output$stderr" ""
    is "$(targets)" $'https://@h.example:8080/a/b.git\nhttps://bob%40x@h.example:8080/a/b.git'
    is "$(attribute https://bob%40x@h.example:8080/a/b.git host)" h.example:8080
    is "$(attribute https://bob%40x@h.example:8080/a/b.git username)" bob@x
    is "$(attribute https://bob%40x@h.example:8080/a/b.git path)" a/b.git
    is "$(attribute https://bob%40x@h.example:8080/a/b.git protocol)" https
    run -0 --separate-stderr ask_git get protocol=https host=h.example:8080 path=a/b.git
    is "$output" $'username=bob@x\npassword= p=w '
    is "$stderr" ""
}

@test "what isn't there is answered with nothing" {
    login https://h.example bob pw
    for other in "protocol=http host=h.example" "protocol=https host=h.example:443" \
        "protocol=https host=H.example" "protocol=https host=h.exampl" \
        "protocol=https host=h.example username=al" "protocol=https host=h.example username=*" \
        "protocol=https host=* username=bob" "protocol=https host=h.example username="; do
        # shellcheck disable=SC2086
        run -0 --separate-stderr ask_git get $other
        is "$output$stderr" "" "$other"
    done
}

@test "any other word is ignored, daemon or not" {
    stop_daemon
    for word in capability fill approve ''; do
        run -0 --separate-stderr git-credential-keychain-auth "$word"
        is "$output$stderr" "" "$word"
    done
    run -2 git-credential-keychain-auth
    run -2 git-credential-keychain-auth get more
    run -2 git-credential-keychain-auth --nonsense get
    run -3 --separate-stderr ask_git get "${here[@]}"
    is "$output" ""
    has "$stderr" "keychain-auth start"
}

@test "a login without a path is for every path, one with a path for that path only" {
    login https://h.example all pw-all
    ask_git store "${here[@]}" path=a.git username=one password=pw-one
    is "$(ask_git get "${here[@]}" path=a.git)" $'username=one\npassword=pw-one'
    is "$(ask_git get "${here[@]}" path=b.git)" $'username=all\npassword=pw-all'
    is "$(ask_git get "${here[@]}" path=a.git/)" $'username=all\npassword=pw-all'
    is "$(ask_git get "${here[@]}")" $'username=all\npassword=pw-all'
    is "$(ask_git get "${here[@]}" path=a.git username=all)" $'username=all\npassword=pw-all'
    is "$(ask_git get "${here[@]}" username=one)" ""
}

@test "of two users the first is the one who is taken, and each is found by name" {
    login https://h.example bob pw-bob
    login https://h.example al pw-al
    login https://h.example bob pw-bob2
    is "$(ask_git get "${here[@]}")" $'username=bob\npassword=pw-bob2'
    is "$(ask_git get "${here[@]}" username=al)" $'username=al\npassword=pw-al'
    is "$(attribute https://@h.example usernames)" "bob al"
    # Somebody deleted it behind our back.
    keychain-auth delete git https://bob@h.example
    is "$(ask_git get "${here[@]}")" $'username=al\npassword=pw-al'
}

@test "an expired password is never told, whatever git says" {
    ask_git store "${here[@]}" username=bob password=pw password_expiry_utc=1700000000
    is "$(ask_git get "${here[@]}")" ""
    is "$(ask_git get "${here[@]}" username=bob)" ""
    ask_git store "${here[@]}" username=bob password=pw password_expiry_utc=99999999999
    is "$(ask_git get "${here[@]}")" \
        $'username=bob\npassword=pw\npassword_expiry_utc=99999999999'
    ask_git store "${here[@]}" username=bob password=pw
    is "$(ask_git get "${here[@]}")" $'username=bob\npassword=pw'
}

@test "a refresh token is kept like a password, and told even when the password has expired" {
    ask_git store "${here[@]}" username=bob password=pw oauth_refresh_token=hunter2 \
        password_expiry_utc=1700000000
    is "$(ask_git get "${here[@]}")" $'username=bob\noauth_refresh_token=hunter2'
    run -0 keychain-auth search git --json
    lacks "$output" hunter2
    ask_git store "${here[@]}" username=bob password=pw oauth_refresh_token=hunter2
    is "$(ask_git get "${here[@]}")" $'username=bob\npassword=pw\noauth_refresh_token=hunter2'
}

@test "a credential with its type is told only to a git that can take it" {
    bearer=(authtype=Bearer credential=tok)
    ask_git store capability[]=authtype "${here[@]}" "${bearer[@]}"
    is "$(ask_git get capability[]=authtype capability[]=state "${here[@]}")" \
        $'capability[]=authtype\nauthtype=Bearer\ncredential=tok'
    is "$(ask_git get capability[]=state "${here[@]}")" ""
    is "$(ask_git get capability[]=authtype capability[]= "${here[@]}")" ""
    login https://h.example bob pw
    is "$(ask_git get "${here[@]}")" $'username=bob\npassword=pw'
    # Only the one that was rejected goes.
    ask_git erase capability[]=authtype "${here[@]}" authtype=Bearer credential=other
    is "$(ask_git get capability[]=authtype "${here[@]}" | tail -n 1)" credential=tok
    ask_git erase capability[]=authtype "${here[@]}" "${bearer[@]}"
    is "$(ask_git get capability[]=authtype "${here[@]}")" $'username=bob\npassword=pw'
}

@test "what is incomplete or ephemeral isn't stored" {
    ask_git store "${here[@]}"
    ask_git store "${here[@]}" username=bob
    ask_git store "${here[@]}" password=pw
    ask_git store "${here[@]}" authtype=Bearer
    ask_git store "${here[@]}" credential=tok
    ask_git store "${here[@]}" username=bob password=pw ephemeral=1
    ask_git store capability[]=authtype "${here[@]}" authtype=Bearer credential=t ephemeral=1
    is "$(targets)" ""
}

@test "the user and the password of no letters are kept, too" {
    ask_git store "${here[@]}" username= password=
    is "$(ask_git get "${here[@]}")" $'username=\npassword='
    ask_git store protocol=cert host= path=/k.pem username= password=pw
    is "$(ask_git get protocol=cert host= path=/k.pem username=)" $'username=\npassword=pw'
    ask_git erase "${here[@]}" username= password=
    is "$(targets)" cert://@//k.pem
}

@test "erase takes the stored password and no other" {
    login https://h.example bob pw
    login https://h.example al pw
    ask_git erase "${here[@]}" username=bob password=other
    ask_git erase "${here[@]}" username=bob password=
    ask_git erase "${here[@]}" username=nobody
    is "$(ask_git get "${here[@]}" username=bob)" $'username=bob\npassword=pw'
    ask_git erase "${here[@]}" username=bob password=pw
    is "$(targets)" $'https://@h.example\nhttps://al@h.example'
    is "$(ask_git get "${here[@]}")" $'username=al\npassword=pw'
    ask_git erase "${here[@]}" username=al
    is "$(targets)" ""
}

@test "erase without a user takes all of the place, and of no other" {
    login https://h.example bob pw
    login https://h.example al pw
    login http://h.example bob pw
    login https://other.example bob pw
    ask_git store "${here[@]}" path=a.git username=bob password=pw
    ask_git erase "${here[@]}"
    is "$(targets | grep -c h.example)" 4
    is "$(ask_git get "${here[@]}")" ""
    is "$(ask_git get "${here[@]}" path=a.git)" $'username=bob\npassword=pw'
}

@test "what a path's request got from the host's login is erased there" {
    login https://h.example bob pw
    ask_git store "${here[@]}" path=a.git username=bob password=other
    ask_git erase "${here[@]}" path=b.git username=bob password=pw
    is "$(ask_git get "${here[@]}" path=b.git)" ""
    is "$(ask_git get "${here[@]}" path=a.git)" $'username=bob\npassword=other'
}

@test "a program that may only read goes on using a login without a word" {
    login https://h.example bob pw
    stop_adapter git --write git
    is "$(ask_git get "${here[@]}")" $'username=bob\npassword=pw'
    run -0 --separate-stderr login https://h.example bob pw
    is "$output$stderr" ""
    run -1 --separate-stderr login https://h.example bob new
    is "$output" ""
    has "$stderr" "may not write"
    is "$(wc -l <<<"$stderr")" 1 "one line"
    lacks "$stderr" new
    run -1 --separate-stderr ask_git erase "${here[@]}" username=bob password=pw
    has "$stderr" "may not delete"
    is "$(ask_git get "${here[@]}")" $'username=bob\npassword=pw'
}

@test "a denial is one line that names host and path, nothing else, and is recorded so" {
    login https://h.example bob pw
    stop_adapter git --read git
    let_adapter git --read git/other
    run -1 --separate-stderr ask_git get "${here[@]}" path=a.git
    is "$output" ""
    has "$stderr" 'target "https://@h.example/a.git"'
    is "$(wc -l <<<"$stderr")" 1 "one line"
    is "$(record '.result == "denied"' | jq -r '[.action, .service, .target] | join(" ")')" \
        "read git https://@h.example/a.git"
    login https://h.example al pw || true
    is "$(record '.result == "denied"' | jq -r .target | tail -n 1)" https://al@h.example
}

@test "the policy can allow one host, or one path, without the right to search" {
    login https://h.example bob pw
    login https://other.example bob pw-other
    ask_git store "${here[@]}" path=acme/a.git username=bob password=pw-acme
    stop_adapter git --read git
    let_adapter git --read 'git/https://*@h.example'
    is "$(ask_git get "${here[@]}")" $'username=bob\npassword=pw'
    is "$(ask_git get "${here[@]}" username=bob)" $'username=bob\npassword=pw'
    run -1 ask_git get protocol=https host=other.example
    run -1 ask_git get protocol=https host=x@h.example
    run -1 ask_git get protocol=https host=evil.example path=x@h.example
    run -1 ask_git get protocol=https host=other.example username=x@h.example
    stop_adapter git --read 'git/https://*@h.example'
    let_adapter git --read 'git/https://*@h.example/acme/*'
    is "$(ask_git get "${here[@]}" path=acme/a.git)" $'username=bob\npassword=pw-acme'
    run -1 ask_git get "${here[@]}" path=other/a.git
    # Storing and erasing likewise.
    stop_adapter git --read 'git/https://*@h.example/acme/*' --write git
    let_adapter git --read 'git/https://*@h.example' --write 'git/https://*@h.example'
    login https://h.example new pw-new
    is "$(attribute https://@h.example usernames)" "bob new"
    ask_git erase "${here[@]}" username=new password=pw-new
    is "$(attribute https://@h.example usernames)" bob
    run -1 login https://other.example new pw-new
    run -1 ask_git erase protocol=https host=other.example
    is "$(attribute https://bob@other.example username)" bob
}

@test "a password is found that a person stored, also under the name of nobody" {
    printf 'pw' | keychain-auth set git https://bob@h.example
    is "$(ask_git get "${here[@]}" username=bob)" $'username=bob\npassword=pw'
    is "$(ask_git get "${here[@]}")" ""
    printf 'pw' | keychain-auth set git https://@h.example --attr username=bob
    is "$(ask_git get "${here[@]}")" $'username=bob\npassword=pw'
    ask_git erase "${here[@]}" username=bob password=pw
    is "$(targets)" ""
    # What git's lines can't carry stays where it is.
    printf 'p\rw' | keychain-auth set git https://bob@h.example
    run -4 --separate-stderr ask_git get "${here[@]}" username=bob
    is "$output" ""
    lacks "$stderr" $'p\rw'
    printf 'pw' | keychain-auth set git https://@h.example --attr username=$'bob\npassword=x'
    run -4 --separate-stderr ask_git get "${here[@]}"
    is "$output" ""
}

@test "what was imported is found, without a username, too" {
    printf 'https://bob:pw@h.example\nhttps://al:pw-al@h.example\n' >"$HOME/.git-credentials"
    run -0 keychain-auth import git
    has "$output" "2 imported"
    has "$output" "git config --global credential.helper keychain-auth"
    is "$(ask_git get "${here[@]}")" $'username=bob\npassword=pw'
    is "$(ask_git get "${here[@]}" username=al)" $'username=al\npassword=pw-al'
    # An import never takes a list away that is there, and neither do the logins on it go.
    printf 'https://new:pw@h.example\n' >"$HOME/.git-credentials"
    run -0 keychain-auth import git --replace
    has "$output" "1 imported, 0 replaced, 0 kept"
    is "$(attribute https://@h.example usernames)" "bob al"
    is "$(ask_git get "${here[@]}" username=new)" $'username=new\npassword=pw'
}

@test "a login that no target can name isn't found, and storing it is refused" {
    long=$(xs 2000)
    run -0 --separate-stderr ask_git get "${here[@]}" username="$long"
    is "$output$stderr" ""
    run -0 --separate-stderr ask_git erase "${here[@]}" username="$long" password=pw
    is "$output$stderr" ""
    run -1 --separate-stderr ask_git store "${here[@]}" username="$long" password=hunter2
    has "$stderr" "too long to be stored"
    lacks "$stderr" hunter2
    run -1 --separate-stderr ask_git store "${here[@]}" username=$'\377' password=hunter2
    has "$stderr" "isn't text"
    is "$(targets)" ""
    run -1 --separate-stderr ask_git store "${here[@]}" username=bob \
        password="$(xs 60000)" oauth_refresh_token="$(xs 60000)"
    has "$stderr" "too long"
    run -0 ask_git store "${here[@]}" username=bob password="$(xs 65000)"
    is "$(ask_git get "${here[@]}" | wc -c)" 65023
}

@test "without room for the answer it ends badly" {
    login https://h.example bob pw
    run -4 --separate-stderr bash -c \
        'printf "protocol=https\nhost=h.example\n" | git-credential-keychain-auth get >/dev/full'
    has "$stderr" "standard output"
    lacks "$stderr" pw
}

# libraries PROGRAM
libraries() {
    ldd "$(command -v "$1")" | awk '{ print $1 }' | sort
}

@test "the adapters link what kcget links" {
    is "$(libraries git-credential-keychain-auth)" "$(libraries kcget)"
    is "$(libraries aws-credential-keychain-auth)" "$(libraries kcget)"
}

@test "many at the same time get and store what is theirs" {
    local users=()
    for i in $(seq 8); do
        login "https://h$i.example" "u$i" "pw$i" 3>&- &
        users+=($!)
    done
    wait "${users[@]}"
    for i in $(seq 8); do
        is "$(ask_git get protocol=https "host=h$i.example")" "username=u$i"$'\n'"password=pw$i"
    done
}
