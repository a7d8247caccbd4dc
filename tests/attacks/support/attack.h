/* SPDX-License-Identifier: MIT */
/*
 * What the attack programs share: a raw connection to the daemon, the few lines of the protocol
 * that they need, a victim to run, and the daemon's SIGSTOP, which makes a race a certainty.
 * Shares no code with our client on purpose. Whatever goes wrong ends the program: an attack
 * has nothing to clean up but its children, and those end with it.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define ATTACK_LINE_MAX   8192
#define ATTACK_NONCE_SIZE 33

/* Ends with "skip: why": the kernel, or a privilege that the attacker may lack, isn't there. */
_Noreturn void attack_skip(const char *why);

/* Ends with what went wrong, and errno: the attack itself is broken. */
_Noreturn void attack_die(const char *what);

/* A new connection to the daemon; not closed on exec. Or in two steps: the peer is who connects,
 * whoever made the socket. */
int attack_connect(void);
int attack_socket(void);
void attack_connect_on(int wire);

/* Writes the line and its newline. */
void attack_send(int wire, const char *line);

/* One line without its newline; "" when the daemon hung up. Dies after 5 s without an answer. */
void attack_receive(int wire, char line[ATTACK_LINE_MAX]);

/* The same over any descriptor, with another deadline; false when that has passed. */
bool attack_receive_within(int wire, int timeout_ms, char line[ATTACK_LINE_MAX]);

/* The nonce in an answer; false when there is none. */
bool attack_nonce_of(const char *line, char nonce[ATTACK_NONCE_SIZE]);

/* Says HELLO and returns the nonce; reports (and ends) when the answer isn't one. */
void attack_hello(int wire, char nonce[ATTACK_NONCE_SIZE]);

/* "read aws prize" with the nonce, or without one (NULL). */
void attack_read_request(const char *nonce, char line[ATTACK_LINE_MAX]);

/* The word behind "reason" in an answer: "released" when it carries a value, "hung_up" when it
 * is empty, "none" when it has neither. */
void attack_reason_of(const char *line, char *reason, size_t size);

/* Prints the answer (with the value, if there is one) and "reason: …", and ends. */
_Noreturn void attack_report(const char *line);

/* HELLO, the request, the report. */
_Noreturn void attack_ask(int wire);

/* A variable of our environment that `run` sets, e.g. ATTACK_VICTIM; dies without it. */
const char *attack_variable(const char *name);

/* The path of a file beside the attack programs; static, until the next call. */
const char *attack_path(const char *name);

/* Stops the daemon and returns when it has stopped; lets it go on. */
void attack_stop_daemon(void);
void attack_continue_daemon(void);

/* Waits, at most 5 s, until the process runs the victim's image. */
void attack_await_victim(pid_t pid);

/* Executes the victim with these commands (NULL ends) in this process, and goes on in a child,
 * with all that is open, as soon as that has happened; returns the victim's pid. It lives as long
 * as the child does. */
pid_t attack_become_victim(const char *const *commands);

/* What makes victim_may_tell() say yes, as machine code; skips where we don't know it. */
const unsigned char *attack_yes_code(size_t *ret_length);

struct attack_child {
    pid_t pid;
    int orders;  /* its standard input */
    int answers; /* its standard output */
};

/* Runs a program (arguments[0] is its path, NULL ends) between two pipes; ends with us. */
struct attack_child attack_start(const char *const *arguments);

/* Forks a child that connects `wire`, does `first` (may be NULL) and then becomes the victim with
 * these commands (NULL ends); returns when it has. Ends with us. */
struct attack_child attack_start_peer(int wire, void (*first)(int wire),
                                      const char *const *commands);

/* Prints what the child prints, up to its "reason: …" or its end, and ends. */
_Noreturn void attack_echo(const struct attack_child *child);

/* Kills it and waits for its end. */
void attack_end(const struct attack_child *child);

/* The next line that it prints, or "" when it has closed its output. */
void attack_hear(const struct attack_child *child, char line[ATTACK_LINE_MAX]);
void attack_order(const struct attack_child *child, const char *line);

/* fork(2); the child ends when we do. */
pid_t attack_fork(void);

#endif
