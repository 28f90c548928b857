package dev.kernite.kernels.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.kernite.kernels.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * Asks whether a driver library works here, without JCuda: JCuda cannot be unloaded, ends the
 * process where a function is missing, and says little. Each refusal is a reason of one line.
 */
public final class DriverProbe {
  /** What nvcc 13 compiles for; 13000 is CUDA 13.0. */
  private static final int OLDEST_CUDA = 13_000;

  private static final int OLDEST_CAPABILITY = 8; // sm_80
  private static final int COMPUTE_CAPABILITY_MAJOR = 75; // CU_DEVICE_ATTRIBUTE_...
  private static final int COMPUTE_CAPABILITY_MINOR = 76;
  private static final int LONGEST_NAME = 256;
  private static final int NO_DEVICE = 100; // CUDA_ERROR_NO_DEVICE
  private static final String NVIDIA = "libcuda.so.1";

  /** What the project calls through JCuda, which would end the process if one were missing. */
  private static final List<String> NEEDED =
      List.of(
          "cuDeviceGetAttribute",
          "cuDeviceGetName",
          "cuDeviceTotalMem_v2",
          "cuDevicePrimaryCtxRetain",
          "cuDevicePrimaryCtxRelease_v2",
          "cuCtxSetCurrent",
          "cuModuleLoadData",
          "cuModuleGetFunction",
          "cuModuleUnload",
          "cuFuncSetAttribute",
          "cuMemAllocAsync",
          "cuMemFreeAsync",
          "cuMemAllocHost_v2",
          "cuMemFreeHost",
          "cuMemGetInfo_v2",
          "cuMemcpyHtoDAsync_v2",
          "cuMemcpyDtoHAsync_v2",
          "cuMemcpyDtoDAsync_v2",
          "cuMemsetD8Async",
          "cuStreamCreate",
          "cuStreamSynchronize",
          "cuStreamDestroy_v2",
          "cuStreamBeginCapture_v2",
          "cuStreamEndCapture",
          "cuGraphInstantiateWithFlags",
          "cuGraphLaunch",
          "cuGraphDestroy",
          "cuGraphExecDestroy",
          "cuEventCreate",
          "cuEventRecord",
          "cuEventSynchronize",
          "cuEventElapsedTime",
          "cuEventDestroy_v2",
          "cuLaunchKernel");

  private DriverProbe() {}

  /**
   * Asks a driver library about its first device; nothing stays loaded.
   *
   * @return the device, in one line
   * @throws KernelException with the reason if it does not work here
   */
  public static String describe(Driver driver) {
    ProcessDriver.requireChoice(driver);
    try (SharedLibrary library = open(driver)) {
      return describe(library);
    }
  }

  /** Opens the library and initialises it; the caller closes it. */
  static SharedLibrary open(Driver driver) {
    SharedLibrary library = driver == Driver.CUDA ? openNvidia() : HostDriver.open();
    try {
      requireUsable(library);
      return library;
    } catch (RuntimeException e) {
      library.close();
      throw e;
    }
  }

  private static SharedLibrary openNvidia() {
    if (!BuildReport.hasImages()) {
      throw new KernelException("this build holds no CUDA kernels: " + BuildReport.noImages());
    }
    LibraryFile.find(NVIDIA).ifPresent(DriverProbe::requireWhole);
    try {
      return SharedLibrary.open(NVIDIA);
    } catch (KernelException e) {
      String why = e.getMessage();
      throw new KernelException(
          why.contains("No such file")
              ? "no NVIDIA driver (" + NVIDIA + " not found)"
              : "the NVIDIA driver's library cannot be loaded (" + why + ")");
    }
  }

  private static void requireWhole(Path library) {
    long missing = LibraryFile.missingBytes(library);
    if (missing > 0) {
      throw new KernelException(
          "the NVIDIA driver's library %s is cut off, it lacks %d bytes; install the driver again"
              .formatted(library, missing));
    }
  }

  private static void requireUsable(SharedLibrary library) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocate(JAVA_INT);
      int status =
          (int)
              library.function("cuInit", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).invokeExact(0);
      if (status == NO_DEVICE) {
        throw new KernelException("the driver finds no device");
      }
      require(library, "cuInit", status);
      require(library, "cuDriverGetVersion", ask(library, "cuDriverGetVersion", number));
      int version = number.get(JAVA_INT, 0);
      if (version < OLDEST_CUDA) {
        throw new KernelException(
            "the driver supports CUDA %s, these kernels need %s; install driver 580 or newer"
                .formatted(release(version), release(OLDEST_CUDA)));
      }
      require(library, "cuDeviceGetCount", ask(library, "cuDeviceGetCount", number));
      if (number.get(JAVA_INT, 0) == 0) {
        throw new KernelException("the driver finds no device");
      }
      if (attribute(library, COMPUTE_CAPABILITY_MAJOR, number) < OLDEST_CAPABILITY) {
        throw new KernelException(
            describe(library) + "; these kernels need " + OLDEST_CAPABILITY + ".0 or more");
      }
      for (String symbol : NEEDED) {
        if (library.find(symbol).isEmpty()) {
          throw new KernelException("the driver has no function " + symbol + "; it is broken");
        }
      }
    } catch (Throwable e) {
      throw SharedLibrary.unexpected(e);
    }
  }

  private static String describe(SharedLibrary library) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocate(JAVA_INT);
      MemorySegment name = arena.allocate(LONGEST_NAME);
      FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
      int status =
          (int) library.function("cuDeviceGetName", type).invokeExact(name, LONGEST_NAME - 1, 0);
      require(library, "cuDeviceGetName", status);
      return "%s, compute capability %d.%d"
          .formatted(
              name.getString(0),
              attribute(library, COMPUTE_CAPABILITY_MAJOR, number),
              attribute(library, COMPUTE_CAPABILITY_MINOR, number));
    } catch (Throwable e) {
      throw SharedLibrary.unexpected(e);
    }
  }

  private static int ask(SharedLibrary library, String function, MemorySegment result)
      throws Throwable {
    return (int)
        library.function(function, FunctionDescriptor.of(JAVA_INT, ADDRESS)).invokeExact(result);
  }

  private static int attribute(SharedLibrary library, int attribute, MemorySegment result)
      throws Throwable {
    String function = "cuDeviceGetAttribute";
    FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    int status = (int) library.function(function, type).invokeExact(result, attribute, 0);
    require(library, function, status);
    return result.get(JAVA_INT, 0);
  }

  private static void require(SharedLibrary library, String call, int status) {
    if (status != Faults.SUCCESS) {
      throw new KernelException(call + " failed: " + StatusText.of(library, status));
    }
  }

  /** A version as people write it: 13000 is 13.0. */
  static String release(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }
}
