#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The console, as a person at a terminal sees it: a real one, with real keys.
load helpers

setup() {
    private_home
    command -v keychain-auth-console >/dev/null || skip "built without readline"
    start_daemon
    history=$XDG_DATA_HOME/keychain-auth/console-history
    write_person
}

teardown() {
    stop_daemon
}

# A person at a new terminal with 24 rows of 80 columns. What stands before "--" is run there, and
# each argument behind it is a step:
#     +TEXT   types it; \r, \t and \x03 are keys
#     =TEXT   waits until it is shown
#     !R,C    gives the window another size       !TERM  sends the signal
#     $LINE   is run by a shell meanwhile
# At the end the person waits until the command has ended. Prints what was shown, and exits with the
# command's code, or 128 and its signal; with 124 when something never came.
write_person() {
    cat >"$BATS_TEST_TMPDIR/person.py" <<'END'
import fcntl, os, pty, select, signal, struct, subprocess, sys, termios, time

WAIT_S = 20
split = sys.argv.index("--")
command, steps = sys.argv[1:split], sys.argv[split + 1:]
child, terminal = pty.fork()
shown = b""
mark = 0


def resize(rows, columns, window=terminal):
    fcntl.ioctl(window, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


if child == 0:
    resize(24, 80, 0)  # here, so that it has its size when the command begins
    os.execvp(command[0], command)


def look(until):
    """Takes what is shown; False when nothing will be any more."""
    global shown
    if not select.select([terminal], [], [], max(0, until - time.monotonic()))[0]:
        return True
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        piece = b""
    shown += piece
    return piece != b""


def until_shown(text):
    global mark
    end = time.monotonic() + WAIT_S
    while text not in shown[mark:] and time.monotonic() < end and look(end):
        pass
    at = shown.find(text, mark)
    mark = at + len(text)
    return at >= 0


def do(step):
    what, text = step[0], step[1:].encode().decode("unicode_escape").encode("latin-1")
    if what == "+":
        os.write(terminal, text)
    elif what == "$":
        subprocess.run(step[1:], shell=True, check=True)
    elif what == "!" and text.isalpha():
        os.kill(child, getattr(signal, "SIG" + text.decode()))
    elif what == "!":
        resize(*map(int, text.split(b",")))
    elif not until_shown(text):
        return False
    return True


missed = next((step for step in steps if not do(step)), None)
end = time.monotonic() + WAIT_S
while missed is None and look(end):
    if time.monotonic() >= end:
        missed = "the end"
if missed is not None:
    print("never came:", missed)
    os.kill(child, signal.SIGKILL)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
sys.exit(124 if missed is not None else code if code >= 0 else 128 - code)
END
}

# person COMMAND… -- STEP…
person() {
    python3 "$BATS_TEST_TMPDIR/person.py" "$@"
}

# console STEP…: from the first prompt on.
console() {
    person keychain-auth console -- '=auth> ' "$@"
}

# typed LINE…: types each, and then leaves.
typed() {
    local steps=() line
    for line in "$@"; do
        steps+=("+$line\\r" '=auth> ')
    done
    console "${steps[@]}" '+exit\r'
}

@test "lines are run as commands of keychain-auth" {
    run -0 typed 'status' "keychain-auth list --json" 'help set' 'nonsense' 'set a' 'pending'
    has "$output" "store           file"
    has "$output" '"helper":true'
    has "$output" 'usage: keychain-auth set'
    has "$output" 'there is no command "nonsense"'
    has "$output" 'set: too few operands'
    run -0 typed 'help'
    has "$output" "quotes work as in a shell"
    run -0 console '+\x04'
    run -0 typed '' '   ' '# nothing'
}

@test "names with blanks, quotes and colons are one word" {
    printf v | keychain-auth set 'a b' "it's:1"
    run -0 typed 'search '"'a b'" "delete 'a b' it\\\\'s:1" 'search "a b"'
    has "$output" "it's:1"
    run -0 keychain-auth search 'a b'
    is "$output" ""
}

@test "what is a shell's is refused" {
    run -0 typed 'list | cat' "set a 'b" 'console' 'trust-session'
    has "$output" "this is no shell"
    has "$output" "a quote isn't closed"
    has "$output" "this is the console already"
    has "$output" "run it there"
}

@test "Tab completes from the program's own tables" {
    run -0 console '+stat\t' '=status ' '+\r' '=uptime' '=auth> ' '+a\t' '=the record' \
        '+udit --fol\t' '=low ' '+\x03' '=auth> ' '+approve --\t' '=--read ' '=--ask ' '+\x03' \
        '=auth> ' '+pen\t' \
        '=ding ' '+\x03' '=auth> ' '+help appr\t' '=ove ' '+\r' '=usage: keychain-auth approve' \
        '=auth> ' '+\x04'
    # Every command of the table, and none but those and the console's own words.
    run -0 console '+\t' '=commands ' '=auth> ' '+exit\r'
    while IFS=$'\t' read -r command _; do
        has "$output" "  $command "
    done < <(keychain-auth commands)
}

@test "a path is completed as far as it goes" {
    mkdir "$BATS_TEST_TMPDIR/a place"
    touch "$BATS_TEST_TMPDIR/a place/program"
    run -0 console "+check $BATS_TEST_TMPDIR/a\\t" "=lace'" '+/pro\t' '=gram' '+\r' '=auth> ' \
        '+exit\r'
    has "$output" "a place/program"
}

@test "approve shows what it would do and asks" {
    put aws key value
    run -1 reader aws key
    id=$(jq -r '.pending[0].hash[0:16]' "$pending")
    run -0 console "+approve $id --read aws\\r" '=gets read aws' '=[y/N] ' '+n\r' \
        '=nothing was registered' '=auth> ' '+exit\r'
    run -1 reader aws key
    run -0 console '+approve \t' "=$id" "=$(command -v reader)" '=auth> ' "+${id:0:6}\\t" \
        "=$id " '+--read=aws\r' '=[y/N] ' '+y\r' '=auth> ' '+exit\r'
    run -0 reader aws key
    run -1 --separate-stderr session --no-terminal keychain-auth approve "$id" --ask
    [ "$output" = "" ]
}

@test "a chain is drawn before it is approved" {
    put aws key value
    run -1 session --no-terminal kcget aws key
    id=$(keychain-auth list-pending --json | jq -r '.[0].id[0:16]')
    run -0 console "+approve $id --read aws --with-chain\\r" '=gets the rights' '=[y/N] ' '+\r' \
        '=nothing was registered' '=auth> ' \
        "+approve $id --read aws --with-chain\\r" '=[y/N] ' '+yes\r' '=may now speak' '=auth> ' \
        '+exit\r'
}

@test "Ctrl-C ends what runs, or drops the line, and never the console" {
    run -0 console '+audit --follow\r' '=start' '+\x03' '=auth> ' '+half a li\x03' '=auth> ' \
        '+status\r' '=uptime' '=auth> ' '+audit --follow\r' '=start' '+\x1c' '=auth> ' '+exit\r'
    lacks "$output" "half a listatus"
    lacks "$output" "there is no command"
}

@test "following shows what happens meanwhile" {
    run -0 console '+audit --follow\r' '=start' '$echo value | keychain-auth set seen later' \
        '=later' '+\x03' '=auth> ' '+exit\r'
}

@test "a value is typed without being shown, and never remembered" {
    run -0 console '+set aws key\r' '=value: ' '+hidden-value\r' '=again: ' '+hidden-value\r' \
        '=auth> ' '+set aws key other-value\r' '=too many operands' '=auth> ' \
        '+pasted-secret\r' '=no command' '=auth> ' '+ list\r' '=auth> ' \
        '+search aws --attr pin=1234\r' '=auth> ' '+\x10' '=set aws key' '+\x03' '=auth> ' '+exit\r'
    lacks "$output" hidden-value
    is "$(grep -c other-value <<<"$output")" 1 "only where it was typed"
    allow reader --read aws
    run -0 reader aws key
    has "$output" hidden-value
    is "$(cat "$history")" $'set aws key\nexit'
    is "$(stat -c %a "$history")" 600
}

@test "the history lives on, and what was written wrongly isn't in it" {
    run -0 typed 'search one' 'list --nonsense'
    run -0 console '+\x10' '=exit' '+\x10' '=search one' '+\r' '=auth> ' '+exit\r'
    is "$(cat "$history")" $'search one\nexit\nsearch one\nexit'
    for ((i = 0; i < 1200; i++)); do echo "search $i"; done >"$history"
    run -0 typed
    is "$(wc -l <"$history")" 1001
    is "$(head -n 1 "$history")" "search 200"
}

@test "a history that others could read is neither read nor written" {
    mkdir -p "$XDG_DATA_HOME/keychain-auth"
    echo 'search planted' >"$history"
    chmod 0644 "$history"
    run -0 typed 'search one'
    has "$output" "nothing is kept in the history"
    is "$(cat "$history")" 'search planted'
    rm "$history"
    ln -s "$BATS_TEST_TMPDIR/elsewhere" "$history"
    run -0 typed 'search one'
    has "$output" "nothing is kept in the history"
    [ ! -e "$BATS_TEST_TMPDIR/elsewhere" ]
}

@test "several pasted lines are run one after the other, up to the first that fails" {
    export TERM=xterm
    run -0 console '+\x1b[200~search one\nkeychain-auth status\n\n# no\nlist\n\x1b[201~' '+\r' \
        '=> search one' '=> keychain-auth status' '=uptime' '=> list' '=kcget' '=auth> ' '+exit\r'
    lacks "$output" "weren't run"
    run -0 console '+\x1b[200~search one\nnonsense\nstatus\x1b[201~\r' '=> nonsense' \
        "=weren't run" '=auth> ' '+exit\r'
    lacks "$output" uptime
}

@test "a list fits the window, also when that changes" {
    long="services, or SERVICE/TARGET-GLOB, to read"
    run -0 console '!24,50' '+approve --\t' '=--read ' '=auth> ' '+\x03' '=auth> ' '+exit\r'
    lacks "$output" "$long"
    run -0 console '!24,50' '!24,200' '+approve --\t' '=--read ' '=auth> ' '+\x03' '=auth> ' \
        '+exit\r'
    has "$output" "$(keychain-auth commands approve | sed -n 's/^--read\t//p')"
}

# settled COMMAND: runs it in a shell that shows afterwards how the terminal is set.
settled() {
    person bash -c 'stty -a >"$0/before"; keychain-auth console; code=$?; stty -a >"$0/after"
        exit $code' "$BATS_TEST_TMPDIR" -- "$@"
}

@test "the terminal is as it was, however the console ends" {
    for way in '+exit\r' '+\x04'; do
        run -0 settled '=auth> ' "$way"
        is "$(cat "$BATS_TEST_TMPDIR/after")" "$(cat "$BATS_TEST_TMPDIR/before")"
    done
    run -0 settled '=auth> ' '+set a b\r' '=value: ' '+\x03' '=auth> ' '+exit\r'
    is "$(cat "$BATS_TEST_TMPDIR/after")" "$(cat "$BATS_TEST_TMPDIR/before")"
}

@test "who is asked to end does" {
    run -0 console '!TERM'
    run -0 console '+audit --follow\r' '=start' '!TERM'
    run -0 console '!HUP'
}

@test "Ctrl-Z stops it, and it goes on" {
    run -0 person bash --norc --noprofile -i -- '+PS1="ready"\\>; keychain-auth console\r' \
        '=auth> ' '+sta' '=sta' '+\x1a' '=Stopped' '=ready>' \
        '+stty -a | tr " " "\\n" | grep -x icanon\r' \
        '=\nicanon' '+fg\r' '=auth> sta' '+tus\r' '=uptime' '=auth> ' \
        '+audit --follow\r' '=start' '+\x1a' '=Stopped' '=ready>' '+fg\r' \
        '$printf v | keychain-auth set goes on' '=goes' '+\x03' '=auth> ' '+exit\r' \
        '=ready>' '+exit\r' # a line that is shown: it is in front again, bash no longer
}

@test "without a terminal there is no console" {
    run -2 keychain-auth console </dev/null
    has "$output" "there is no terminal"
    run -2 session --no-terminal keychain-auth console
    run -2 keychain-auth-console list
    run -0 keychain-auth-console --help
    run -0 keychain-auth-console --version
}

@test "a build without readline says so" {
    mkdir "$BATS_TEST_TMPDIR/bin"
    cp "$(command -v keychain-auth)" "$BATS_TEST_TMPDIR/bin"
    run -1 "$BATS_TEST_TMPDIR/bin/keychain-auth" console
    has "$output" "built without readline"
}
