# SPDX-License-Identifier: MIT
# Warnings for every build; hardening for optimised ones; sanitizers where asked for.

add_compile_options(-Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
                    -Wvla -Wformat=2 -Wundef)
if(KC_WERROR)
  add_compile_options(-Werror)
endif()

include(CheckPIESupported)
check_pie_supported()

if(KC_SANITIZE)
  add_compile_options(-fsanitize=${KC_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${KC_SANITIZE})
else()
  add_compile_options(-fstack-protector-strong -fstack-clash-protection
                      $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE>
                      $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|amd64")
    add_compile_options(-fcf-protection=full)
  endif()
  add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed)
endif()

if(KC_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
