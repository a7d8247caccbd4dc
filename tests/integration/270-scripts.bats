#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Scripts in the policy: what the commands make of a file that something else runs. What a script
# may is in 250-chain.bats.

load helpers

setup() {
    private_home
    bash=$(readlink -f "$(command -v bash)")
    script=$BATS_TEST_TMPDIR/script
}

# write LINE…: the script.
write() {
    printf '%s\n' "$@" >"$script"
    chmod 0755 "$script"
}

# entry FILTER: of the script's entry in the file.
entry() {
    jq -c --arg path "$script" ".registered_binaries[] | select(.path == \$path) | $1" "$config"
}

@test "a script is registered with its hash and the program that runs it" {
    while IFS= read -r line; do
        write "$line"
        run -0 --separate-stderr keychain-auth register "$script" --read aws
        has "$output" "\"$bash\" runs it"
        has "$stderr" "counts as a caller of helpers"
        is "$(entry '[.hash, .interpreter, .allowed_read_services]')" \
            "[\"$(sha256sum <"$script" | cut -c 1-64)\",\"$bash\",[\"aws\"]]" "$line"
        keychain-auth unregister "$script"
    done <<END
#!$bash
#! $bash -e
#!/usr/bin/env bash
#!/usr/bin/env -S bash -e
END
}

@test "a script that no chain could be told with isn't registered" {
    write "#!$bash"
    truncate -s 8M "$script"
    keychain-auth register "$script"
    truncate -s 8388609 "$script"
    run -1 keychain-auth upgrade "$script"
    run -1 keychain-auth register "$script" --interpreter "$bash"
    has "$output" "a script of more than 8 MiB, which is never allowed"
}

@test "a link to the interpreter is followed, through PATH, too" {
    mkdir "$BATS_TEST_TMPDIR/bin"
    ln -s "$bash" "$BATS_TEST_TMPDIR/bin/mysh"
    write "#!$BATS_TEST_TMPDIR/bin/mysh"
    run -0 keychain-auth register "$script"
    is "$(entry .interpreter)" "\"$bash\""
    write '#!/usr/bin/env mysh'
    PATH=/nowhere:$BATS_TEST_TMPDIR/bin:$PATH run -0 keychain-auth upgrade "$script"
    is "$(entry .interpreter)" "\"$bash\""
}

@test "what runs a script must be told where its first line doesn't" {
    write 'echo no first line'
    run -0 --separate-stderr keychain-auth register "$script"
    has "$stderr" "--interpreter PATH"
    is "$(entry .interpreter)" null
    run -0 --separate-stderr keychain-auth register "$script" --interpreter /bin/bash
    is "$(entry .interpreter)" "\"$bash\""
    for line in '#!/usr/bin/env no-such-program' '#!/usr/bin/env' '#!bash' \
        '#!/usr/bin/env -u A sh'; do
        write "$line"
        run -1 --separate-stderr keychain-auth upgrade "$script"
        has "$stderr" "--interpreter PATH"
        run -0 keychain-auth upgrade "$script" --interpreter "$bash"
    done
}

@test "only a program runs a script" {
    write '#!/no/such/program'
    run -1 --separate-stderr keychain-auth register "$script"
    has "$stderr" "there is no such file"
    write "#!$script.other"
    printf '#!/bin/sh\n' >"$script.other"
    run -1 --separate-stderr keychain-auth register "$script"
    has "$stderr" "isn't a program"
    run -2 --separate-stderr keychain-auth register "$(command -v kcget)" --interpreter "$bash"
    has "$stderr" "is a program"
    [ ! -e "$config" ]
}

@test "an interpreter that isn't the administrator's draws a warning, and so does an odd one" {
    cp "$bash" "$BATS_TEST_TMPDIR/bash"
    write "#!$BATS_TEST_TMPDIR/bash"
    run -0 --separate-stderr keychain-auth register "$script"
    has "$stderr" "it must be registered, too: keychain-auth register $BATS_TEST_TMPDIR/bash"
    write "#!$(readlink -f "$(command -v cat)")"
    run -0 --separate-stderr keychain-auth upgrade "$script"
    has "$stderr" "isn't known as an interpreter"
    lacks "$stderr" "must be registered"
}

@test "list shows what runs a script, check compares it" {
    write "#!$bash"
    keychain-auth register "$script" --read aws
    has "$(keychain-auth list)" "run by  $bash"
    is "$(keychain-auth list --json | jq -r '.[0].interpreter')" "$bash"
    run -0 keychain-auth check
    echo '# edited' >>"$script"
    run -1 keychain-auth check "$script"
    has "$output" changed
    run -0 keychain-auth upgrade "$script"
    run -0 keychain-auth check
    is "$(entry '[.interpreter, .allowed_read_services]')" "[\"$bash\",[\"aws\"]]"

    cp "$bash" "$BATS_TEST_TMPDIR/bash"
    keychain-auth upgrade "$script" --interpreter "$BATS_TEST_TMPDIR/bash"
    run -0 keychain-auth check
    ln -sf "$bash" "$BATS_TEST_TMPDIR/bash"
    run -1 keychain-auth check --json
    has "$(jq -r '.[0].why' <<<"$output")" "leads to"
    rm "$BATS_TEST_TMPDIR/bash"
    run -1 keychain-auth check
    has "$output" "what runs it"
    keychain-auth unregister "$script"
    run -0 keychain-auth check
}

@test "a script by any name" {
    for name in 'with space' $'new\nline' "qu'ote" -dash ü; do
        script=$BATS_TEST_TMPDIR/$name
        write "#!$bash"
        run -0 keychain-auth register "$script"
        is "$(entry .interpreter)" "\"$bash\"" "$name"
    done
    run -0 keychain-auth check
}
