#!/bin/sh
# Makes a self-contained image: the program with a Java runtime of its own, and what checks it on a GPU.
#
#   image.sh JDK APP CHECK BENCH IMAGE
#
#   JDK    home of the JDK whose runtime is linked
#   APP    the program as `make build` lays it
#   CHECK  folder with test-classes/ and lib/ (the test module's target)
#   BENCH  the benchmarks' jar, without what it needs: of that the image has what gpu-bench uses
#   IMAGE  folder to make; IMAGE.tar.xz is made beside it
set -eu
jdk=$1 app=$2 check=$3 bench=$4 image=$5
here=$(cd "$(dirname "$0")" && pwd)
most=$((28 * 1024 * 1024)) # bytes, compressed: it travels to machines by slow ways

rm -rf "$image" "$image.tar.xz"
mkdir -p "$image/check" "$image/bench"
image=$(cd "$image" && pwd)

# Uncompressed, since the archive compresses better. Without java.desktop, which doubles the size: curves are then
# written as CSV and not drawn.
"$jdk/bin/jlink" --output "$image/runtime" --compress zip-0 --strip-debug --no-header-files --no-man-pages \
  --add-modules java.base,java.logging,java.management,java.net.http,java.xml,jdk.management,jdk.unsupported,jdk.incubator.vector \
  --add-options="--add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED" 2>&1 |
  grep -v 'Using incubator modules' >&2 || true
[ -x "$image/runtime/bin/java" ]

cp -R "$app/bin" "$app/lib" "$image" # the bundled models stay behind: they are as large as the runtime
cp "$here"/bin/* "$image/bin"
cp -R "$check/test-classes" "$image/check/classes"
cp "$check"/lib/*.jar "$image/check"
cp "$bench" "$image/bench"
# These try the emulator, the tokenizers, and models that are not in the image: no GPU.
rm -rf "$image/check/classes/planted-bugs" "$image"/check/classes/fixtures/tokenizers \
  "$image"/check/classes/fixtures/real-bert

# Jars are stored, since the archive compresses better. Of JCuda's native libraries only the driver's is used; the
# others are ten times its size.
work=$image.work
for jar in "$image"/lib/*.jar "$image"/check/*.jar "$image"/bench/*.jar; do
  rm -rf "$work" && mkdir "$work"
  (cd "$work" && "$jdk/bin/jar" -xf "$jar")
  [ ! -d "$work/lib" ] || find "$work/lib" -name 'lib*.so' ! -name 'libJCudaDriver-*' -delete
  (cd "$work" && "$jdk/bin/jar" --create --file "$jar" --no-compress --manifest META-INF/MANIFEST.MF .)
done
rm -rf "$work"

tar -C "$(dirname "$image")" --sort=name --owner=0 --group=0 -cf - "$(basename "$image")" | xz -9 -T0 >"$image.tar.xz"
size=$(wc -c <"$image.tar.xz")
echo "$image.tar.xz: $((size / 1024)) KiB"
[ "$size" -le "$most" ] || {
  echo "error: the image has $size bytes, more than $most" >&2
  exit 1
}
