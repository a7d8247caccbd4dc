# SPDX-License-Identifier: MIT
# Source packages of Debian, for suites that need what a program's source has and its package
# doesn't. The archive is the one that this machine's apt uses; its lists aren't touched.
# shellcheck shell=bash

# give_up REASON: the suite is skipped with it.
give_up() {
    echo "$1" >&2
    exit 1
}

need() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || give_up "$tool is missing"
    done
}

# archives: "URI RELEASE SIGNED-BY" of each, as apt has them.
archives() {
    apt-get indextargets 2>/dev/null | awk '
        function flush() {
            if (of["Created-By"] == "Packages" && of["Origin"] == "Debian" &&
                of["Component"] == "main") {
                print of["Repo-URI"], of["Release"], of["Signed-By"]
            }
            split("", of)
        }
        /^$/ { flush(); next }
        { name = $1; sub(/:$/, "", name); $1 = ""; sub(/^ /, ""); of[name] = $0 }
        END { flush() }
    ' | sort -u
}

# write_sources [RELEASE]: lists of source packages; with RELEASE only of that one, from where the
# system's own release comes from.
write_sources() {
    local uri release key seen=
    while read -r uri release key; do
        if [ -n "${1-}" ]; then
            [[ $release != *-* && -z $seen ]] || continue
            seen=yes
            release=$1
        fi
        echo "deb-src ${key:+[signed-by=$key]} $uri $release main"
    done < <(archives)
}

# download_source PACKAGE[=VERSION] [RELEASE]: its archives, into the current directory.
download_source() {
    local options
    mkdir -p lists/partial cache
    write_sources "${2-}" >sources.list
    [ -s sources.list ] || give_up "apt knows no archive of Debian"
    options=(-q -o "Dir::Etc::sourcelist=$PWD/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State::lists=$PWD/lists" -o "Dir::Cache=$PWD/cache"
        -o APT::Sandbox::User=root -o Acquire::http::Timeout=20 -o Acquire::Retries=0)
    timeout 200 apt-get "${options[@]}" -o APT::Update::Error-Mode=any update >&2 ||
        give_up "Debian's archive doesn't answer"
    timeout 200 apt-get "${options[@]}" source --download-only "$1" >&2 ||
        give_up "the source of $1 is not to be had"
    rm -rf lists cache
}
