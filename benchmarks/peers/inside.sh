#!/bin/sh
# Runs a command inside the folder of setup-pytorch.sh, with /proc, /dev and /sys, and this folder under /peers (read-only).
# The mounts live in a namespace of their own: nothing stays mounted. Usage, as root: inside.sh FOLDER COMMAND [ARGUMENT...]
set -eu

fail() { printf 'inside: %s\n' "$1" >&2; exit 2; }

[ $# -ge 2 ] || fail "usage: inside.sh FOLDER COMMAND [ARGUMENT...] ($# arguments given)."
folder=$1
[ -x "$folder/bin/sh" ] || fail "$folder holds no Debian (no bin/sh): run setup-pytorch.sh $folder first."
[ "$(id -u)" -eq 0 ] || fail "this must run as root (uid 0, found $(id -u)): chroot needs it. Run it with sudo."
mkdir -p "$folder/peers"
here=$(cd "$(dirname "$0")" && pwd)
shift

# shellcheck disable=SC2016 # expanded by the shell inside the namespace
exec unshare --mount sh -c '
    set -eu
    folder=$1; here=$2; shift 2
    for part in proc dev sys; do
        mount --rbind "/$part" "$folder/$part"
    done
    mount --bind "$here" "$folder/peers"
    mount -o remount,bind,ro "$folder/peers"
    exec chroot "$folder" "$@"
' inside "$folder" "$here" "$@"
