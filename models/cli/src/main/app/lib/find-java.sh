# Finds a Java home of at least a given feature release. Sourced by the launcher, run by the Makefile.
#
#   find_java RELEASE PROGRAM   prints the first home that has bin/PROGRAM (java or javac); fails if there is none
#
# Looked at in this order: JAVA_HOME, the program on PATH, the usual folders of Linux, macOS and version managers.
# The release is read from the home's own `release` file, so no JVM is started.

java_release() { # HOME -> feature release, 0 if it is no Java home
  while IFS='=' read -r key value; do
    if [ "$key" = JAVA_VERSION ]; then
      value=${value#\"}
      value=${value%%[!0-9]*}
      echo "${value:-0}"
      return
    fi
  done 2>/dev/null <"$1/release"
  echo 0
}

java_on_path() { # PROGRAM -> the home it belongs to, through symbolic links
  program=$(command -v "$1") || return
  while [ -L "$program" ]; do
    link=$(readlink "$program")
    case $link in
      /*) program=$link ;;
      *) program=${program%/*}/$link ;;
    esac
  done
  echo "${program%/bin/*}"
}

find_java() {
  for home in \
    "$JAVA_HOME" \
    "$(java_on_path "$2")" \
    /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/java/* /opt/*jdk* /opt/*java* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.jabba/jdk/* \
    "$HOME"/.asdf/installs/java/* "$HOME"/.local/share/mise/installs/java/*; do
    [ -x "$home/bin/$2" ] && [ -r "$home/release" ] || continue
    if [ "$(java_release "$home")" -ge "$1" ]; then
      echo "$home"
      return
    fi
  done
  return 1
}
