/* SPDX-License-Identifier: MIT */
/* The files of shell/ as text, with their NUL each: made by the build (cmake/shell_text.cmake). */
#ifndef SHELL_TEXT_H
#define SHELL_TEXT_H

extern const char shell_text_sh[];
extern const char shell_text_bash[];
extern const char shell_text_zsh[];
extern const char shell_text_fish[];

#endif
