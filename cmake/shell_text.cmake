# SPDX-License-Identifier: MIT
# The files that `keychain-auth shellenv` prints, as bytes in a C file (daemon/admin/shell_text.h).
# Written only when it changes; an edited shell file makes the build configure itself again.

set(text "/* Made by the build from shell/. */\n#include \"daemon/admin/shell_text.h\"\n")
foreach(name sh bash zsh fish)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
               ${CMAKE_SOURCE_DIR}/shell/kc.${name})
  file(READ ${CMAKE_SOURCE_DIR}/shell/kc.${name} bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND text "\nconst char shell_text_${name}[] = {${bytes}0};\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/shell_text.c CONTENT "${text}" @ONLY)
