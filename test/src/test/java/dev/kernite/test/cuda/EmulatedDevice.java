package dev.kernite.test.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A library of emulated kernels, called as its C functions: beside the engine's driver package, so
 * that a test of the emulator tests nothing else.
 */
final class EmulatedDevice {
  @SuppressWarnings("restricted")
  private static final AddressLayout TEXT =
      ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(Long.MAX_VALUE, JAVA_BYTE));

  private final SymbolLookup library;

  @SuppressWarnings("restricted")
  EmulatedDevice(Path file) {
    library = SymbolLookup.libraryLookup(file, Arena.global());
    require(call("cuInit", FunctionDescriptor.of(JAVA_INT, JAVA_INT), 0));
  }

  boolean has(String function) {
    return library.find(function).isPresent();
  }

  /** Sets how the device behaves: see settings.cpp. */
  int set(String key, String value) {
    try (Arena arena = Arena.ofConfined()) {
      return call(
          "kernite_host_set",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS),
          arena.allocateFrom(key),
          arena.allocateFrom(value));
    }
  }

  /** A new context: frees all memory and forgets failures. */
  void reset() {
    require(call("cuDevicePrimaryCtxReset_v2", FunctionDescriptor.of(JAVA_INT, JAVA_INT), 0));
  }

  /** Memory for so many floats; uninitialised. */
  long allocate(int floats) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(JAVA_LONG);
      require(
          call(
              "cuMemAlloc_v2",
              FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG),
              address,
              4L * floats));
      return address.get(JAVA_LONG, 0);
    }
  }

  /** Memory that holds these values. */
  long copyOf(float[] values) {
    long address = allocate(values.length);
    write(address, values);
    return address;
  }

  void write(long address, float[] values) {
    try (Arena arena = Arena.ofConfined()) {
      require(
          call(
              "cuMemcpyHtoD_v2",
              FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, JAVA_LONG),
              address,
              arena.allocateFrom(JAVA_FLOAT, values),
              4L * values.length));
    }
  }

  float[] read(long address, int floats) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = arena.allocate(JAVA_FLOAT, floats);
      require(
          call(
              "cuMemcpyDtoH_v2",
              FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG),
              values,
              address,
              4L * floats));
      return values.toArray(JAVA_FLOAT);
    }
  }

  void free(long address) {
    require(call("cuMemFree_v2", FunctionDescriptor.of(JAVA_INT, JAVA_LONG), address));
  }

  /** The status of waiting for everything: the first failure's, if there was one. */
  int synchronize() {
    return call("cuCtxSynchronize", FunctionDescriptor.of(JAVA_INT));
  }

  /** Handle of a kernel. */
  long function(String kernel) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(JAVA_LONG);
      MemorySegment image = arena.allocate(64); // zeros: the library has the kernels itself
      require(loadModule(handle, image));
      require(getFunction(handle, handle.get(JAVA_LONG, 0), kernel));
      return handle.get(JAVA_LONG, 0);
    }
  }

  int loadModule(MemorySegment handle, MemorySegment image) {
    return call(
        "cuModuleLoadData", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS), handle, image);
  }

  int getFunction(MemorySegment handle, long module, String kernel) {
    try (Arena arena = Arena.ofConfined()) {
      return call(
          "cuModuleGetFunction",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS),
          handle,
          module,
          arena.allocateFrom(kernel));
    }
  }

  /** Arguments (x, y, n), as a launch takes them: an array of addresses. */
  static MemorySegment arguments(Arena arena, long x, long y, int n) {
    MemorySegment arguments = arena.allocate(ADDRESS, 3);
    arguments.setAtIndex(ADDRESS, 0, arena.allocateFrom(JAVA_LONG, x));
    arguments.setAtIndex(ADDRESS, 1, arena.allocateFrom(JAVA_LONG, y));
    arguments.setAtIndex(ADDRESS, 2, arena.allocateFrom(JAVA_INT, n));
    return arguments;
  }

  /** Launches a kernel of arguments (x, y, n) on a stream (0: the default one); the status. */
  int launch(
      long function, int grid, int block, int sharedBytes, long stream, long x, long y, int n) {
    try (Arena arena = Arena.ofConfined()) {
      return call(
          "cuLaunchKernel",
          FunctionDescriptor.of(
              JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
              JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS),
          function,
          grid,
          1,
          1,
          block,
          1,
          1,
          sharedBytes,
          stream,
          arguments(arena, x, y, n),
          MemorySegment.NULL);
    }
  }

  /** Launches a kernel of arguments (x, y, n); the failure's words, or nothing. */
  Optional<String> launch(
      String kernel, int grid, int block, int sharedBytes, long x, long y, int n) {
    int status = launch(function(kernel), grid, block, sharedBytes, 0, x, y, n);
    return status == 0 ? Optional.empty() : Optional.of(words(status));
  }

  /** What the library says of a status. */
  String words(int status) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(ADDRESS);
      require(
          call(
              "cuGetErrorString",
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS),
              status,
              text));
      return text.get(TEXT, 0).getString(0);
    }
  }

  void require(int status) {
    if (status != 0) {
      throw new AssertionError("status " + status + ": " + words(status));
    }
  }

  /** Calls a function of the library that returns a status. */
  @SuppressWarnings("restricted")
  int call(String function, FunctionDescriptor type, Object... arguments) {
    MethodHandle handle =
        Linker.nativeLinker().downcallHandle(library.find(function).orElseThrow(), type);
    try {
      return (int) handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new AssertionError(function, e);
    }
  }
}
