#!/bin/sh
# Builds what is not Java: the CUDA images (nvcc) and the cuda-host library (g++). Called by Maven.
#
#   build.sh OUT [nvcc=auto|none|PATH] [cxx=auto|none|PATH]
#
# Neither compiler is required. What is missing is told in one line, the build goes on, and
# build.properties, a resource, tells the program what it has and why it lacks the rest.
set -u
main=$(cd "$(dirname "$0")/.." && pwd)
out=$1
nvcc=auto
cxx=auto
for option in "$@"; do
  case $option in
    nvcc=?*) nvcc=${option#nvcc=} ;;
    cxx=?*) cxx=${option#cxx=} ;;
  esac
done
resources=$out/resources/dev/kernite/kernels/cuda

find_nvcc() {
  for candidate in nvcc "${CUDA_HOME:-/nowhere}/bin/nvcc" /usr/local/cuda/bin/nvcc; do
    command -v "$candidate" && return
  done
}

# Sets images_reason if there can be no images, else leaves nvcc a command that works.
images_reason=
case $nvcc in
  none) images_reason="nvcc was switched off" ;;
  auto) nvcc=$(find_nvcc) ;;
esac
if [ -z "$images_reason" ]; then
  if [ -z "$nvcc" ]; then
    images_reason="no nvcc (looked on PATH, in CUDA_HOME and in /usr/local/cuda)"
  elif ! nvcc_version=$("$nvcc" --version 2>/dev/null | sed -n 's/.*V\([0-9][0-9.]*\)$/\1/p') ||
    [ -z "$nvcc_version" ]; then
    images_reason="'$nvcc' does not run"
  elif [ "${nvcc_version%%.*}" -lt 13 ]; then
    images_reason="nvcc $nvcc_version is too old (13.0 is the first that knows all targets)"
  elif ! nvcc_words=$("$nvcc" -E -x cu /dev/null 2>&1 >/dev/null); then
    # It takes the C++ compiler's preprocessor, and says so only when it compiles.
    images_reason="nvcc $nvcc_version does not compile here ($(echo "$nvcc_words" | head -n 1))"
  fi
fi

host_reason=
case $cxx in
  none) host_reason="the C++ compiler was switched off" ;;
  auto) cxx=g++ ;;
esac
if [ -z "$host_reason" ]; then
  if [ "$(uname -s) $(uname -m)" != "Linux x86_64" ]; then
    host_reason="the emulator needs Linux on x86-64"
  elif ! command -v "$cxx" >/dev/null; then
    host_reason="no $cxx"
  elif ! host_version=$("$cxx" -dumpfullversion 2>/dev/null) ||
    [ "${host_version%%.*}" -lt 12 ] 2>/dev/null; then
    host_reason="'$cxx' is no g++ of version 12 or newer"
  fi
fi

if ! command -v make >/dev/null; then
  images_reason=${images_reason:-"no make"}
  host_reason=${host_reason:-"no make"}
fi

[ -z "$images_reason" ] || echo "CUDA images are not built: $images_reason"
[ -z "$host_reason" ] || echo "cuda-host is not built: $host_reason"

mkdir -p "$resources"
targets=
images_built=none
host_built=none
if [ -z "$images_reason" ]; then
  targets=images
  images_built="nvcc $nvcc_version"
else
  find "$resources" \( -name '*.fatbin' -o -name '*.ptx.gz' -o -name kernels.txt \) -exec rm {} +
fi
if [ -z "$host_reason" ]; then
  targets="$targets host"
  host_built="g++ $host_version"
else
  rm -rf "$resources/host"
fi
if [ -n "$targets" ]; then
  # Two jobs: enough to halve the time, few enough for a small machine's memory. A make that calls
  # Maven must not hand its own job server and options down to this one.
  env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make --no-print-directory -s -j2 -f "$main/native/rules.mk" \
    MAIN="$main" OUT="$out" NVCC="$nvcc" CXX="$cxx" $targets || exit 1
fi

# Maven copies resources and never removes one: take away what is no longer built.
classes=$out/../classes/dev/kernite/kernels/cuda
if [ -d "$classes" ]; then
  (cd "$classes" && find . -name '*.fatbin' -o -name '*.ptx.gz' -o -name kernels.txt \
    -o -name 'libcuda.so.1') | while read -r file; do
    [ -e "$resources/$file" ] || rm "$classes/$file"
  done
fi

properties=$out/build.properties
cat >"$properties" <<END
# What the build made of the CUDA sources, and why not the rest. Read by the driver probe and doctor.
images=$images_built
images.reason=$images_reason
host=$host_built
host.reason=$host_reason
END
# An unchanged file keeps its time, so that Maven need not pack the jar again.
cmp -s "$properties" "$resources/build.properties" || cp "$properties" "$resources/build.properties"
