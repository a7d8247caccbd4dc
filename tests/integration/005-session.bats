#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the other suites rely on: below `session` a command has one process above it, whoever runs
# the tests, and a terminal of its own.

load helpers

setup() {
    private_home # shells keep their histories there
}

# typed LINE…: what the terminal of an interactive bash shows when these lines are typed.
typed() {
    printf '%s\n' "$@" | session bash --norc --noprofile | tr -d '\r'
}

@test "the top is adopted, and no process of this suite is above it" {
    top=$(session --no-terminal sh -c 'awk "/^PPid/{print \$2}" "/proc/$PPID/status"')
    [ "$top" -ne "$KC_TEST_REAPER" ]
    pid=$$
    while [ "$pid" -gt 1 ] && [ "$pid" -ne "$KC_TEST_REAPER" ]; do
        [ "$pid" -ne "$top" ]
        pid=$(awk '/^PPid/{print $2}' "/proc/$pid/status")
    done
}

@test "exit codes, streams and arguments are the command's" {
    run -7 session --no-terminal sh -c 'exit 7'
    run -137 session --no-terminal sh -c 'kill -KILL $$'
    run -127 session --no-terminal no-such-command
    run -0 --separate-stderr session --no-terminal sh -c 'cat; echo "$1" >&2' sh 'a  b' <<<"in put"
    is "$output" "in put"
    is "$stderr" "a  b"
    run -125 session
    run -125 session --nonsense true
}

@test "what is typed runs at a terminal, and what it shows comes out" {
    run -0 typed 'test -t 0 && test -t 2 && echo "a terminal: $((6 * 7))"' \
        'for i in x y; do' 'echo "loop $i"' 'done' 'sleep 0.3; echo late'
    has "$output" "a terminal: 42"
    has "$output" $'loop x\nloop y'
    has "$output" $'\nlate\n'
    run -3 session bash --norc --noprofile <<<'(exit 3)'
    run -4 session bash --norc --noprofile <<<$'exit 4\necho never'
    lacks "$output" never
    run -5 session bash --norc --noprofile < <(printf 'exit 5')
    run -0 session --prompt '>>> ' python3 -q <<<'print(6 * 7)'
    has "$output" 42
    run -0 --separate-stderr session --no-terminal sh -c 'tty || true' </dev/null
    is "$output" "not a tty"
}

@test "an orphan begins when its top has ended" {
    run -0 session --orphan --no-terminal sh -c 'readlink "/proc/$PPID/exe"; sleep 0.2; echo end'
    lacks "$output" session
    has "$output" end
    run -0 session --orphan bash --norc --noprofile <<<'readlink "/proc/$PPID/exe"; echo $((6 * 7))'
    lacks "$output" programs/session
    has "$output" 42
}

@test "the command ends with the process that was called" {
    session --no-terminal sh -c 'echo $$ >"$0"; exec sleep 60' "$BATS_TEST_TMPDIR/pid" 3>&- &
    await test -s "$BATS_TEST_TMPDIR/pid"
    kill -KILL $!
    wait $! || true
    gone() {
        ! kill -0 "$(cat "$BATS_TEST_TMPDIR/pid")"
    }
    await gone
}
