package dev.kernite.kernels.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * The driver's functions that are called without JCuda: those on the path of every operation, where
 * a call through JCuda costs microseconds and garbage (a launch: 13 ns here, 3.6 us there), and one
 * that JCuda 12.6.0 lacks. Handles and addresses are plain {@code long}s. The class is initialised
 * after the process has chosen its driver library.
 */
final class DriverCalls {
  private static final int MAX_DYNAMIC_SHARED_SIZE_BYTES = 8; // CU_FUNC_ATTRIBUTE_...

  private static final MethodHandle LAUNCH =
      function(
          "cuLaunchKernel",
          FunctionDescriptor.of(
              JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
              JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle COPY =
      function(
          "cuMemcpyDtoDAsync_v2",
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle COPY_IN =
      function(
          "cuMemcpyHtoDAsync_v2",
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle COPY_OUT =
      function(
          "cuMemcpyDtoHAsync_v2",
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle FILL =
      function(
          "cuMemsetD8Async",
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_BYTE, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle SET_ATTRIBUTE =
      function(
          "cuFuncSetAttribute", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));

  /** Since CUDA 12.4; null before. */
  private static final MethodHandle PARAMETER =
      ProcessDriver.library().find("cuFuncGetParamInfo").isEmpty()
          ? null
          : function(
              "cuFuncGetParamInfo",
              FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

  private DriverCalls() {}

  private static MethodHandle function(String name, FunctionDescriptor type) {
    return ProcessDriver.library().function(name, type);
  }

  /** Launches on a stream; {@code pointers} is the array of the arguments' addresses. */
  static int launch(
      long function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int sharedBytes,
      long stream,
      long pointers) {
    try {
      return (int)
          LAUNCH.invokeExact(
              function, gridX, gridY, gridZ, blockX, blockY, 1, sharedBytes, stream, pointers, 0L);
    } catch (Throwable e) {
      throw SharedLibrary.unexpected(e);
    }
  }

  /** Copies within the device. */
  static int copy(long target, long source, long bytes, long stream) {
    try {
      return (int) COPY.invokeExact(target, source, bytes, stream);
    } catch (Throwable e) {
      throw SharedLibrary.unexpected(e);
    }
  }

  /** Copies from pinned host memory. */
  static int copyIn(long target, long source, long bytes, long stream) {
    try {
      return (int) COPY_IN.invokeExact(target, source, bytes, stream);
    } catch (Throwable e) {
      throw SharedLibrary.unexpected(e);
    }
  }

  /** Copies to pinned host memory. */
  static int copyOut(long target, long source, long bytes, long stream) {
    try {
      return (int) COPY_OUT.invokeExact(target, source, bytes, stream);
    } catch (Throwable e) {
      throw SharedLibrary.unexpected(e);
    }
  }

  /** Writes zeros. */
  static int zero(long target, long bytes, long stream) {
    try {
      return (int) FILL.invokeExact(target, (byte) 0, bytes, stream);
    } catch (Throwable e) {
      throw SharedLibrary.unexpected(e);
    }
  }

  /** Raises the limit of a function's dynamic shared memory. */
  static int allowShared(long function, int bytes) {
    try {
      return (int) SET_ATTRIBUTE.invokeExact(function, MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes);
    } catch (Throwable e) {
      throw SharedLibrary.unexpected(e);
    }
  }

  /** Sizes in bytes of a function's parameters, or null where the driver does not tell. */
  static int[] parameterSizes(long function) {
    if (PARAMETER == null) {
      return null;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment told = arena.allocate(JAVA_LONG, 2); // offset and size
      int[] sizes = new int[0];
      while ((int)
              PARAMETER.invokeExact(
                  function, (long) sizes.length, told.address(), told.address() + Long.BYTES)
          == Faults.SUCCESS) {
        sizes = Arrays.copyOf(sizes, sizes.length + 1);
        sizes[sizes.length - 1] = Math.toIntExact(told.getAtIndex(JAVA_LONG, 1));
      }
      return sizes;
    } catch (Throwable e) {
      throw SharedLibrary.unexpected(e);
    }
  }
}
