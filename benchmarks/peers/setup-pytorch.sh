#!/bin/sh
# Makes FOLDER a small Debian trixie with PyTorch 2.6, NumPy, OpenBLAS (without it both fall back to the slow reference BLAS), and g++ and
# headers, which torch.compile needs. Nothing outside FOLDER changes.
# A finished base in FOLDER is used as it is, and what is installed already is not installed again: run it again to go on.
# Usage, as root: benchmarks/peers/setup-pytorch.sh FOLDER
# The mirror is that of this machine's apt sources; the environment variable DEBIAN_MIRROR names another. About 2 GB.
set -eu

packages="python3-torch python3-numpy libopenblas0-openmp g++ python3-dev python3-setuptools libtorch-dev"

fail() { printf 'setup-pytorch: %s\n' "$1" >&2; exit "${2:-3}"; }

[ $# -eq 1 ] || fail "usage: setup-pytorch.sh FOLDER ($# arguments given)." 1
folder=$1
here=$(cd "$(dirname "$0")" && pwd)

[ "$(id -u)" -eq 0 ] || fail "this must run as root (uid 0, found $(id -u)): debootstrap makes device files and chroots. Run it with sudo." 2
command -v unshare > /dev/null || fail "unshare is missing: apt-get install util-linux" 2

# The first archive of the machine's own apt sources whose address ends in /debian, in either format of the sources.
mirror() {
    if [ -n "${DEBIAN_MIRROR:-}" ]; then
        printf '%s\n' "$DEBIAN_MIRROR"
    elif command -v apt-get > /dev/null; then
        # shellcheck disable=SC2016 # $(REPO_URI) is apt's own notation.
        apt-get indextargets --format '$(REPO_URI)' 2> /dev/null | grep -E '/debian/?$' | head -n 1
    fi
}

# debootstrap removes FOLDER/debootstrap with its last step.
if [ -e "$folder/etc/os-release" ] && [ ! -e "$folder/debootstrap" ]; then
    codename=$(sed -n 's/^VERSION_CODENAME=//p' "$folder/etc/os-release")
    [ "$codename" = trixie ] || fail "$folder holds Debian '$codename', wanted 'trixie': name another folder." 2
    echo "setup-pytorch: $folder holds a finished trixie base." >&2
else
    command -v debootstrap > /dev/null || fail "debootstrap is missing: apt-get install debootstrap" 2
    archive=$(mirror)
    [ -n "$archive" ] || fail "no address ending in /debian in this machine's apt sources: set DEBIAN_MIRROR to a Debian mirror." 2
    if [ -e "$folder" ] && [ ! -e "$folder/debootstrap" ] && [ -n "$(ls -A "$folder")" ]; then
        fail "$folder is not empty and holds no Debian: name an empty or a new folder." 2
    fi
    mkdir -p "$folder"
    debootstrap --variant=minbase --include=ca-certificates trixie "$folder" "$archive" >&2 \
        || fail "debootstrap failed (status $?): $folder/debootstrap/debootstrap.log says why. Delete $folder before the next try."
fi

# Proxies are settings of the machine's apt, which the folder's apt does not see.
proxies=
for scheme in http https; do
    proxy=
    if command -v apt-config > /dev/null; then
        eval "$(apt-config shell proxy "Acquire::$scheme::Proxy")"
    fi
    [ -z "$proxy" ] || proxies="$proxies -o Acquire::$scheme::Proxy=$proxy"
done

if [ -n "$(ls -A "$folder/etc/apt/sources.list.d" 2> /dev/null)" ] || grep -q '^deb' "$folder/etc/apt/sources.list" 2> /dev/null; then
    :
else
    echo "deb $(mirror) trixie main" > "$folder/etc/apt/sources.list"
fi
cp -L /etc/resolv.conf "$folder/etc/resolv.conf" 2> /dev/null || true

inside() { sh "$here/inside.sh" "$folder" "$@"; }

# shellcheck disable=SC2016 # ${Status} is dpkg's notation.
is_installed() { inside dpkg-query -W -f '${Status}\n' "$1" 2> /dev/null | grep -q '^install ok installed$'; }

missing=
for package in $packages; do
    is_installed "$package" || missing="$missing $package"
done
if [ -n "$missing" ]; then
    echo "setup-pytorch: installing$missing" >&2
    # shellcheck disable=SC2086 # lists of words
    {
        inside apt-get $proxies update >&2 || fail "apt-get update failed in $folder (above): look at $folder/etc/apt/sources.list."
        inside env DEBIAN_FRONTEND=noninteractive apt-get $proxies install --yes --no-install-recommends $missing >&2 \
            || fail "apt-get install failed in $folder (above): free disk space or repair the mirror, then run this again."
        inside apt-get clean
    }
fi

version=$(inside python3 -c 'import torch; print(torch.__version__)') || fail "PyTorch does not start in $folder (above)."
case $version in
    2.6.*) ;;
    *) fail "PyTorch $version is in $folder, wanted 2.6.x: measurements name that version." 2 ;;
esac
inside python3 -c '
import numpy, torch
print("setup-pytorch: PyTorch", torch.__version__, "NumPy", numpy.__version__, "oneDNN", torch.backends.mkldnn.is_available())'
