#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every header compiles alone, and the public one in C++ too.
set -euo pipefail
. "$(dirname "$0")/lint.bash"

flags=(-I. -Iplatform -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only)
# Where libsecret isn't installed, the headers that show GLib can't be looked at.
if libsecret=$(pkg-config --cflags libsecret-1 2>/dev/null); then
    read -ra libsecret <<<"$libsecret"
    flags+=("${libsecret[@]/#-I/-isystem}")
    unseen=
else
    unseen=" daemon/store/libsecret_internal.h libkcshim/server_internal.h"
    unseen+=" libkcshim/server_items.h "
fi

check() {
    local header
    while read -r header; do
        [[ $unseen != *" $header "* ]] || continue
        echo "#include \"$header\"" |
            cc -std=c11 "${flags[@]}" -x c - >/dev/null 2>&1 ||
            echo "$header doesn't compile alone"
    done < <(sources '*.h')
    if [ -f libkc/keychain-auth.h ] && command -v c++ >/dev/null; then
        echo '#include "libkc/keychain-auth.h"' |
            c++ "${flags[@]}" -x c++ - >/dev/null 2>&1 ||
            echo "libkc/keychain-auth.h isn't C++"
    fi
}

need cc
sample libkc/needy.h <<<'size_t needy(void);'
sample libkc/keychain-auth.h <<<'int kc(int class);'
must_find "libkc/needy.h doesn't" "isn't C++"
report
