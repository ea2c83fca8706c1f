#!/bin/sh
# Installs a timmy-latency executable that lies here already: nothing is fetched, no root is needed.
set -u
unset BUN_OPTIONS BUN_BE_BUN CDPATH

usage='Usage: sh install.sh [--prefix DIR] FILE

Copies the executable FILE to DIR/bin/timmy-latency, in one step; DIR is ~/.local unless named.
Before, FILE is compared with the SHA256SUMS beside it, if there are any, and started once.

Exit codes: 0 installed; 1 FILE is damaged or not for this system; 2 wrong usage; 5 a file cannot
be read or written. Unless 0, nothing was installed.'

fail() {
  printf 'install.sh: %s\n' "$2" >&2
  exit "$1"
}

# Bytes of the file $1 as hexadecimal digits: $3 of them from offset $2.
bytes() {
  od -A n -t x1 -j "$2" -N "$3" "$1" 2>/dev/null | tr -d ' \n'
}

# What the file $1 is built for, by its header, in the words of `uname -sm`.
system_of() {
  case $(bytes "$1" 0 4) in
  7f454c46)
    case $(bytes "$1" 18 2) in
    3e00) echo 'Linux x86_64' ;;
    b700) echo 'Linux aarch64' ;;
    *) echo 'an unknown processor' ;;
    esac
    ;;
  cffaedfe)
    case $(bytes "$1" 4 4) in
    07000001) echo 'Darwin x86_64' ;;
    0c000001) echo 'Darwin arm64' ;;
    *) echo 'an unknown processor' ;;
    esac
    ;;
  4d5a*) echo 'Windows' ;;
  *) echo 'no system: it is not an executable' ;;
  esac
}

# The loader that the Linux executable $1 asks for: nothing, where it does not say so early.
loader_of() {
  dd if="$1" bs=4096 count=1 2>/dev/null | tr -c '[:graph:]' '\n' | grep '^/lib.*/ld-' | head -n 1
}

sha256() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum <"$1" | cut -d ' ' -f 1
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 <"$1" | cut -d ' ' -f 1
  fi
}

# The sum that the list $1 has for the name $2.
listed_sum() {
  while read -r sum name; do
    if [ "${name#\*}" = "$2" ]; then
      printf '%s\n' "$sum"
      break
    fi
  done <"$1"
}

prefix=
file=
while [ $# -gt 0 ]; do
  case $1 in
  -h | --help)
    printf '%s\n' "$usage"
    exit 0
    ;;
  --prefix)
    [ $# -ge 2 ] || fail 2 'Cannot use --prefix without a folder: write --prefix DIR'
    prefix=$2
    shift
    ;;
  --prefix=*) prefix=${1#--prefix=} ;;
  --)
    shift
    break
    ;;
  -*) fail 2 "Unknown option $1; sh install.sh --help lists what there is" ;;
  *) break ;;
  esac
  shift
done
[ $# -eq 1 ] || fail 2 'Cannot install without exactly one file: write sh install.sh [--prefix DIR] FILE'
file=$1
case $file in -*) file=./$file ;; esac
if [ -z "$prefix" ]; then
  [ -n "${HOME:-}" ] || fail 2 'Cannot find a place: HOME is not set; write --prefix DIR'
  prefix=$HOME/.local
fi
case $prefix in -*) prefix=./$prefix ;; esac

if [ ! -f "$file" ] || [ ! -r "$file" ]; then
  fail 5 "Cannot read $file: it is not there, or not a file that may be read"
fi
wanted_system=$(system_of "$file")
this_system=$(uname -sm)
if [ "$wanted_system" != "$this_system" ]; then
  fail 1 "Cannot install $file: it is for $wanted_system, this is $this_system"
fi
loader=$(loader_of "$file")
if [ -n "$loader" ] && [ ! -e "$loader" ]; then
  fail 1 "Cannot install $file: it needs $loader, which is not here; take the other C library's executable (glibc or musl)"
fi

mkdir -p "$prefix/bin" 2>/dev/null || fail 5 "Cannot make the folder $prefix/bin; choose another with --prefix DIR"
folder=$(cd "$prefix/bin" && pwd) || fail 5 "Cannot enter the folder $prefix/bin"
target=$folder/timmy-latency
[ ! -d "$target" ] || fail 5 "Cannot write $target: it is a folder"
copy=$(mktemp "$folder/.timmy-latency.XXXXXX" 2>/dev/null) ||
  fail 5 "Cannot write in $folder; choose another place with --prefix DIR"
trap 'rm -f "$copy"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
cp "$file" "$copy" 2>/dev/null || fail 5 "Cannot copy $file to $folder: is the disk full?"

# The copy is what is checked: the file itself may change meanwhile.
sums=$(dirname "$file")/SHA256SUMS
if [ -e "$sums" ]; then
  [ -r "$sums" ] || fail 5 "Cannot read $sums"
  wanted=$(listed_sum "$sums" "$(basename "$file")")
  [ -n "$wanted" ] || fail 1 "Cannot check $file: $sums does not list it"
  found=$(sha256 "$copy")
  [ -n "$found" ] || fail 5 "Cannot check $file: there is neither sha256sum nor shasum here"
  [ "$found" = "$wanted" ] || fail 1 "Cannot install $file: it is damaged, its SHA-256 is not the one in $sums"
  checked='as SHA256SUMS has it'
else
  checked='unchecked, as no SHA256SUMS lies beside it'
fi

chmod 755 "$copy" || fail 5 "Cannot make $copy executable"
version=$("$copy" --version 2>/dev/null) || version=
case $version in
'timmy-latency '*) ;;
*) fail 1 "Cannot install $file: it does not start here, or is not timmy-latency" ;;
esac
if [ -f "$target" ] && [ -x "$target" ] && cmp -s "$copy" "$target"; then
  printf '%s is already at %s (%s)\n' "$version" "$target" "$checked"
else
  mv -f "$copy" "$target" || fail 5 "Cannot write $target"
  printf 'Installed %s at %s (%s)\n' "$version" "$target" "$checked"
fi
case :${PATH:-}: in
*:"$folder":*) ;;
*) printf '%s is not on your PATH\n' "$folder" ;;
esac
