# Sourced by the other scripts: what they need of the system, and how it gets there.

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
fail() { say "$*"; exit 1; }

# is_there PACKAGE: whether what a Debian package brings is there, wherever it came from.
is_there() {
    case $1 in
        libsqlite3-dev) pkg-config --exists sqlite3 ;;
        libssl-dev) pkg-config --exists libcrypto ;;
        zlib1g-dev) pkg-config --exists zlib ;;
        libarchive-dev) pkg-config --exists libarchive ;;
        libexpat1-dev) pkg-config --exists expat ;;
        python3-requests) python3 -c 'import requests' ;;
        python3-venv) python3 -c 'import ensurepip' ;;
        gdal-bin) command -v ogr2ogr ;;
        nginx-light) command -v nginx ;;
        xz-utils) command -v xz ;;
        p7zip-full) command -v 7z ;;
        apache2-utils) command -v htpasswd ;;
        *) command -v "$1" ;;
    esac >/dev/null 2>&1
}

# need PACKAGE…: installs those Debian packages that are missing.
need() {
    local package missing=() sudo=()
    PATH=$PATH:/usr/sbin:/sbin
    for package in "$@"; do is_there "$package" || missing+=("$package"); done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "please install ${missing[*]}, as Debian calls them; on Fedora 'dnf install'" \
        "sqlite-devel openssl-devel zlib-devel libarchive-devel expat-devel pkgconf-pkg-config …, on Arch 'pacman -S'" \
        "sqlite openssl zlib libarchive expat pkgconf …"
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "please run as root: apt-get install ${missing[*]}"
        sudo=(sudo)
    fi
    say "installing ${missing[*]} with ${sudo[*]:+sudo }apt-get"
    "${sudo[@]}" apt-get -q update
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}"
    for package in "${missing[@]}"; do
        is_there "$package" || fail "$package was installed, yet what it brings was not found on the path"
    done
}

# need_swift: ends with advice where there is no Swift, or one that is too old.
need_swift() {
    [ "$(uname -s)" = Linux ] || fail "Rookery runs on Linux; elsewhere use the container: see README.md"
    local version
    version=$({ swift --version 2>/dev/null || true; } | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p')
    if [ -z "$version" ] || [ "$(printf '%s\n' 6.2 "$version" | sort -V | head -1)" != 6.2 ]; then
        fail "Swift 6.2 or newer is needed${version:+, this is $version}. Get it at https://www.swift.org/install/linux/" \
            "(two commands, no root), or use the container, which needs none: see README.md"
    fi
}

# refuse_root ARGUMENT…: ends with the line that works where root runs a script in a checkout of another account, which
# could replace what root writes there, and could not change it.
refuse_root() {
    local owner variables
    local folder=$PWD give=''
    [ "$(id -u)" = 0 ] || return 0
    owner=$(stat -c %u .)
    # A folder above it will do too. In a container without root, those outside belong to the overflow account.
    local outside='' first inner count
    read -r first inner count </proc/self/uid_map
    [ "$first $inner $count" = '0 0 4294967295' ] || outside=$(cat /proc/sys/kernel/overflowuid)
    while [ "$owner" = 0 ] || [ "$owner" = "$outside" ]; do
        [ "$folder" != / ] || return 0
        folder=$(dirname "$folder")
        owner=$(stat -c %u "$folder")
        give="chown -hR $owner $(printf '%q' "$PWD") && "
    done
    owner=$(id -nu "$owner" 2>/dev/null) || owner="#$owner"
    variables=$(compgen -e | { grep '^ROOKERY_' || true; } | paste -sd, -)
    fail "$([ -z "$give" ] && echo 'this checkout' || echo "$folder") belongs to $owner; run this as that account:" \
        "${give}sudo -u $(printf '%q' "$owner")${variables:+ --preserve-env=$variables} $(printf '%q ' "$0" "$@")"
}

# build_release: builds the program, and sets ROOKERY to its path. It has Swift's libraries in it, so that it runs on a
# machine without Swift.
build_release() {
    say "building (this takes some minutes the first time)"
    swift build -c release --product rookery --static-swift-stdlib --explicit-target-dependency-import-check=error
    ROOKERY=$(swift build -c release --show-bin-path)/rookery
    export ROOKERY
}
