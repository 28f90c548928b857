package dev.kernite.kernels.cuda.driver;

import dev.kernite.kernels.KernelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;

/**
 * The driver library of this project, {@code src/main/host}: a {@code libcuda.so.1} whose device is
 * the CPU. It is a resource; its settings are the system properties {@code kernite.cuda.host.*}:
 * {@code build} (fast or check), and those of {@code kernite_host_set}.
 */
final class HostDriver {
  private static final String FOLDER = "/dev/kernite/kernels/cuda/host/";
  private static final String FILE = "libcuda.so.1";
  private static final String PROPERTY = "kernite.cuda.host.";
  private static final List<String> SETTINGS =
      List.of("schedule", "async", "streams", "launches", "memory", "align", "fail");

  private static Path extracted;

  private HostDriver() {}

  /** Opens the library and passes the settings on. */
  static SharedLibrary open() {
    String file = file().toString();
    SharedLibrary library;
    try {
      library = SharedLibrary.open(file);
    } catch (KernelException e) {
      throw new KernelException(
          "the driver library that runs kernels on the CPU cannot be loaded ("
              + e.getMessage()
              + "); if the temporary folder forbids programs, name another with"
              + " -Djava.io.tmpdir=DIR");
    }
    for (String key : SETTINGS) {
      String value = System.getProperty(PROPERTY + key);
      if (value != null) {
        set(library, key, value);
      }
    }
    return library;
  }

  /** Whether the library checks every memory access of a kernel. */
  static boolean checks() {
    return build().equals("check");
  }

  private static String build() {
    String build = System.getProperty(PROPERTY + "build", "fast");
    if (!build.equals("fast") && !build.equals("check")) {
      throw new KernelException("-D" + PROPERTY + "build is fast or check, not " + build);
    }
    return build;
  }

  /** The library as a file, which stays until the process ends: error messages read its lines. */
  private static synchronized Path file() {
    if (extracted != null) {
      return extracted;
    }
    try (InputStream in = HostDriver.class.getResourceAsStream(FOLDER + build() + "/" + FILE)) {
      if (in == null) {
        throw new KernelException(
            "this build holds no library that runs kernels on the CPU: " + BuildReport.noHost());
      }
      PrivateFolder folder = PrivateFolder.create();
      folder.closeAtExit();
      extracted = folder.extract(in, FILE);
      return extracted;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void set(SharedLibrary library, String key, String value) {
    MethodHandle call =
        library.function(
            "kernite_host_set",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      int status = (int) call.invokeExact(arena.allocateFrom(key), arena.allocateFrom(value));
      if (status != 0) {
        throw new KernelException("-D" + PROPERTY + key + "=" + value + " is not understood");
      }
    } catch (Throwable e) {
      throw SharedLibrary.unexpected(e);
    }
  }
}
