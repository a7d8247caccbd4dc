/* SPDX-License-Identifier: MIT */
/*
 * How much memory a process that mostly waits holds on to. Nothing here changes what a program
 * does; where the system has nothing of the kind the functions do nothing.
 */
#ifndef PLATFORM_MEMORY_H
#define PLATFORM_MEMORY_H

/* Before the first thread: what is large goes back to the system as soon as it is freed, and
 * threads share what is small instead of hoarding it each for itself (mallopt(3)). */
void memory_bound(void);

/* Gives back what is free, and the pages of programs and libraries that were only read: starting
 * goes through code that waiting never sees again. What is still needed is mapped anew where it is
 * touched, from the system's cache. Any thread. */
void memory_settle(void);

#endif
