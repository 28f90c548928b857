package dev.kernite.bench.peers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A shared library, loaded for the rest of the process, and its functions. */
@SuppressWarnings("restricted")
final class NativeLibrary {
  private static final Linker LINKER = Linker.nativeLinker();

  /** Where the loader looks by itself, and where CUDA toolkits are installed. */
  private static final List<String> SYSTEM_FOLDERS =
      List.of("", "/usr/local/cuda/lib64/", "/usr/local/cuda/targets/x86_64-linux/lib/");

  private final Path file;
  private final SymbolLookup symbols;

  private NativeLibrary(Path file, SymbolLookup symbols) {
    this.file = file;
    this.symbols = symbols;
  }

  /**
   * Loads a library, and by its run path the libraries beside it.
   *
   * @param folder searched for the file, with the folders in it
   * @throws PeerException if it is not there or cannot be loaded
   */
  static NativeLibrary load(Path folder, String name) {
    if (!Files.isDirectory(folder)) {
      throw new PeerException("there is no folder " + folder + "; 'make bench' fetches it");
    }
    try (Stream<Path> files = Files.walk(folder)) {
      Path file =
          files
              .filter(path -> path.endsWith(name))
              .findFirst()
              .orElseThrow(() -> new PeerException("no " + name + " in " + folder));
      return new NativeLibrary(file, SymbolLookup.libraryLookup(file, Arena.global()));
    } catch (IOException | IllegalArgumentException e) {
      throw new PeerException(name + " cannot be loaded: " + e.getMessage());
    }
  }

  /**
   * Loads a library of the system.
   *
   * @param names of the file, the first that can be loaded is taken
   * @throws PeerException if there is none
   */
  static NativeLibrary installed(String... names) {
    for (String name : names) {
      for (String folder : SYSTEM_FOLDERS) {
        try {
          SymbolLookup symbols = SymbolLookup.libraryLookup(folder + name, Arena.global());
          return new NativeLibrary(Path.of(name), symbols);
        } catch (IllegalArgumentException e) {
          // the next may be there
        }
      }
    }
    throw new PeerException(
        "no %s is installed; LD_LIBRARY_PATH may name its folder"
            .formatted(String.join(" or ", names)));
  }

  /** A function without a result. */
  MethodHandle procedure(String symbol, MemoryLayout... arguments) {
    return handle(symbol, FunctionDescriptor.ofVoid(arguments));
  }

  /** A function with a result. */
  MethodHandle function(String symbol, MemoryLayout result, MemoryLayout... arguments) {
    return handle(symbol, FunctionDescriptor.of(result, arguments));
  }

  private MethodHandle handle(String symbol, FunctionDescriptor type) {
    return symbols
        .find(symbol)
        .map(address -> LINKER.downcallHandle(address, type))
        .orElseThrow(() -> new PeerException(file + " has no function " + symbol));
  }
}
