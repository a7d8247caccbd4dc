# SPDX-License-Identifier: MIT
# Everything to where the GNU directories say.

install(TARGETS keychain-auth kcget git-credential-keychain-auth
        aws-credential-keychain-auth RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(READLINE_FOUND)
  install(TARGETS keychain-auth-console RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(TARGETS kc LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES libkc/keychain-auth.h platform/kc_error.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/keychain-auth)

if(LIBSECRET_FOUND)
  install(TARGETS keychain-auth-desktop
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/keychain-auth)
  install(TARGETS kc-shim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(TARGETS kcshim LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(TARGETS kcshim-server LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/keychain-auth)
endif()

# The file finds its prefix from where it lies, so that `cmake --install --prefix` may move it.
file(RELATIVE_PATH KC_PREFIX_FROM_PKGCONFIG /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(libkc/libkc.pc.in libkc.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/libkc.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

include(CMakePackageConfigHelpers)
set(KC_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/libkc)
configure_package_config_file(cmake/libkc-config.cmake.in ${CMAKE_BINARY_DIR}/libkc-config.cmake
                              INSTALL_DESTINATION ${KC_PACKAGE_DIR})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/libkc-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/libkc-config.cmake ${CMAKE_BINARY_DIR}/libkc-config-version.cmake
        DESTINATION ${KC_PACKAGE_DIR})

set(KC_SYSTEMD_USER_DIR lib/systemd/user CACHE STRING
    "Where the units go, below the prefix; for a prefix of one's own: share/systemd/user")
foreach(unit keychain-auth.service keychain-auth.socket)
  configure_file(daemon/service/${unit}.in ${unit} @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/${unit} DESTINATION ${KC_SYSTEMD_USER_DIR})
endforeach()

file(GLOB manuals CONFIGURE_DEPENDS docs/man/*.[1-8])
foreach(manual IN LISTS manuals)
  string(REGEX MATCH "[1-8]$" section ${manual})
  install(FILES ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

# bash and fish look for a file by the name of the command, zsh reads the names in the file.
foreach(program keychain-auth kcget kcenv)
  install(FILES completions/keychain-auth.bash RENAME ${program}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES completions/keychain-auth.fish RENAME ${program}.fish
          DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endforeach()
install(FILES completions/keychain-auth.zsh RENAME _keychain-auth
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
set(completed git-credential-keychain-auth aws-credential-keychain-auth)
if(LIBSECRET_FOUND)
  list(APPEND completed kc-shim)
endif()
foreach(program ${completed})
  install(FILES completions/${program}.bash RENAME ${program}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES completions/${program}.fish
          DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
  install(FILES completions/${program}.zsh RENAME _${program}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
endforeach()

# The function of shellenv is completed as what it runs.
if(LIBSECRET_FOUND)
  install(FILES completions/kc-shim.bash RENAME kcshim
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES completions/kc-shim.fish RENAME kcshim.fish
          DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()

# What was installed, from the prefix on, for scripts/install --uninstall.
install(CODE "
  set(list \"\")
  foreach(file IN LISTS CMAKE_INSTALL_MANIFEST_FILES)
    string(REPLACE \"\${CMAKE_INSTALL_PREFIX}/\" \"\" file \"\${file}\")
    string(APPEND list \"\${file}\\n\")
  endforeach()
  string(APPEND list \"${CMAKE_INSTALL_DATADIR}/keychain-auth/installed\\n\")
  set(place \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/keychain-auth\")
  file(WRITE \"\${place}/installed\" \"\${list}\")")
