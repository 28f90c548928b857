#!/bin/sh
# Builds the planted bugs into libraries of their own: build.sh PROJECT cxx=auto|none|COMMAND
# Without g++ or make there are none, and the tests that need them are skipped with that reason.
set -u
project=$1
cxx=${2#cxx=}
[ "$cxx" = auto ] && cxx=g++
main=$project/../kernels/src/main
libraries=$project/target/test-classes/planted-bugs
if [ "$(uname -s) $(uname -m)" != "Linux x86_64" ] || ! command -v "$cxx" >/dev/null ||
  ! command -v make >/dev/null; then
  rm -rf "$libraries"
  exit 0
fi
env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make --no-print-directory -s -j2 -f "$main/native/rules.mk" \
  MAIN="$(cd "$main" && pwd)" CXX="$cxx" CUDA="$project/src/test/cuda" OUT="$project/target/native" \
  RUNTIME_OUT="$(cd "$project/.." && pwd)/kernels/target/native" LIBRARIES="$libraries" \
  SONAME=libplanted-bugs.so host
