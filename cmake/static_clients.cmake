# SPDX-License-Identifier: MIT
# The programs that are started once for each secret, kcget and the adapters, are linked without
# shared libraries where that is possible: the dynamic loader takes a quarter of such a run
# (docs/decisions/0011-static-clients.md). They stay position-independent.
include(CheckCSourceCompiles)

find_library(JANSSON_ARCHIVE libjansson.a HINTS ${JANSSON_LIBRARY_DIRS})
if(JANSSON_ARCHIVE)
  block()
    unset(CMAKE_POSITION_INDEPENDENT_CODE) # its -pie would undo -static-pie
    set(CMAKE_REQUIRED_INCLUDES ${JANSSON_INCLUDE_DIRS})
    set(CMAKE_REQUIRED_FLAGS -fPIE)
    set(CMAKE_REQUIRED_LINK_OPTIONS -static-pie)
    set(CMAKE_REQUIRED_LIBRARIES ${JANSSON_ARCHIVE})
    check_c_source_compiles("#include <jansson.h>
                             int main(void) { json_decref(json_object()); return 0; }"
                            KC_LINKS_STATIC_PIE)
  endblock()
endif()

if(KC_STATIC_CLIENTS STREQUAL "AUTO")
  set(KC_CLIENTS_ARE_STATIC OFF)
  # A sanitizer's runtime is a shared library.
  if(KC_LINKS_STATIC_PIE AND NOT KC_SANITIZE)
    set(KC_CLIENTS_ARE_STATIC ON)
  endif()
else()
  set(KC_CLIENTS_ARE_STATIC ${KC_STATIC_CLIENTS})
endif()
if(KC_CLIENTS_ARE_STATIC AND KC_SANITIZE)
  message(FATAL_ERROR "KC_STATIC_CLIENTS and KC_SANITIZE exclude each other")
elseif(KC_CLIENTS_ARE_STATIC AND NOT KC_LINKS_STATIC_PIE)
  message(FATAL_ERROR "KC_STATIC_CLIENTS needs libc.a, libjansson.a and -static-pie")
endif()

# For a static client the archive, for everything else the shared library.
set(KC_JANSSON PkgConfig::JANSSON)
if(KC_CLIENTS_ARE_STATIC)
  set(KC_JANSSON
      $<IF:$<BOOL:$<TARGET_PROPERTY:KC_IS_STATIC>>,${JANSSON_ARCHIVE},PkgConfig::JANSSON>)
endif()

# kc_add_client(NAME SOURCE...)
function(kc_add_client name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE kc_static)
  if(KC_CLIENTS_ARE_STATIC)
    set_target_properties(${name} PROPERTIES KC_IS_STATIC ON)
    set_property(TARGET ${name} PROPERTY POSITION_INDEPENDENT_CODE) # as above
    target_compile_options(${name} PRIVATE -fPIE)
    target_link_options(${name} PRIVATE -static-pie)
    if(KC_WERROR)
      # glibc says so of a call that would load a library after all.
      target_link_options(${name} PRIVATE -Wl,--fatal-warnings)
    endif()
  endif()
endfunction()
