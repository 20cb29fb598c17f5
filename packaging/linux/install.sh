#!/bin/sh
# Installs PT2K from the folder that this script is in: for you alone, or as root for everybody.
#
#   ./install.sh [--prefix DIR]              installs (default: ~/.local, as root /usr/local)
#   ./install.sh --uninstall [--prefix DIR]  takes away what it installed; your own files and settings stay
#
# Without installing, ./pt2k-gui and ./pt2k run from here as well.
set -eu

say() { printf '%s\n' "$*"; }
fail() { say "$*" >&2; exit 2; }

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if [ "$(id -u)" = 0 ]; then prefix=/usr/local; else prefix=${HOME:?}/.local; fi
action=install
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) [ $# -gt 1 ] || fail "--prefix needs a folder."; prefix=$2; shift ;;
        --uninstall) action=uninstall ;;
        -h | --help) sed -n '2,7s/^#//p' "$0"; exit 0 ;;
        *) fail "Unknown argument: $1. Try --help." ;;
    esac
    shift
done
case $prefix in /*) ;; *) prefix=$(pwd)/$prefix ;; esac
home=$prefix/lib/pt2k
share=$prefix/share
list=$home/installed-files

refresh() {
    if command -v update-desktop-database >/dev/null; then update-desktop-database -q "$share/applications" || :; fi
    if command -v update-mime-database >/dev/null; then update-mime-database "$share/mime" >/dev/null 2>&1 || :; fi
    if command -v gtk-update-icon-cache >/dev/null; then gtk-update-icon-cache -q -t -f "$share/icons/hicolor" 2>/dev/null || :; fi
}

remove() {
    while IFS= read -r file; do rm -f -- "$prefix/$file"; done <"$list"
    # Folders that this left empty go too; those that hold something else stay.
    while IFS= read -r file; do
        folder=$(dirname -- "$file")
        while [ "$folder" != . ] && rmdir -- "$prefix/$folder" 2>/dev/null; do folder=$(dirname -- "$folder"); done
    done <"$list"
    rm -rf -- "$home"
    rmdir -- "$prefix/lib" "$share" 2>/dev/null || :
}

if [ "$action" = uninstall ]; then
    [ -f "$list" ] || fail "PT2K is not installed below $prefix."
    remove
    refresh
    say "PT2K was removed from $prefix. Settings and sessions in your home folder were left alone."
    exit 0
fi

if [ ! -x "$here/pt2k-gui" ] || [ ! -d "$here/share" ]; then fail "This script belongs beside pt2k-gui, in the unpacked folder."; fi
case $here/ in "$home"/*) fail "This is the installed copy already." ;; esac
if [ -f "$list" ]; then
    say "Replacing the version that is installed below $prefix ..."
    remove
elif [ -e "$home" ]; then
    fail "$home is there already and was not made by this script."
fi
mkdir -p -- "$home" "$prefix/bin"
say "Copying to $home ..."
cp -R -- "$here/_internal" "$here/pt2k" "$here/pt2k-gui" "$home/"
cp -- "$here/install.sh" "$home/"
(cd "$here/share" && find . -type f) | sed 's|^\./||' | sort >"$home/shared-files"
: >"$list"
while IFS= read -r file; do
    mkdir -p -- "$share/$(dirname -- "$file")"
    cp -- "$here/share/$file" "$share/$file"
    say "share/$file" >>"$list"
done <"$home/shared-files"
rm -- "$home/shared-files"
# The menu entry starts this very copy, whatever the search path is.
entry=$share/applications/pt2k.desktop
sed -e "s|^Exec=pt2k-gui|Exec=\"$prefix/bin/pt2k-gui\"|" -e "s|^TryExec=.*|TryExec=$prefix/bin/pt2k-gui|" "$entry" >"$entry.new"
mv -- "$entry.new" "$entry"
for name in pt2k pt2k-gui; do
    ln -sf "../lib/pt2k/$name" "$prefix/bin/$name"
    say "bin/$name" >>"$list"
done
refresh
say "PT2K is installed. Start it from the menu, or with: $prefix/bin/pt2k-gui"
case :$PATH: in *":$prefix/bin:"*) ;; *) say "$prefix/bin is not on your PATH; the menu entry works all the same." ;; esac
say "To remove it: $home/install.sh --uninstall --prefix $prefix"
