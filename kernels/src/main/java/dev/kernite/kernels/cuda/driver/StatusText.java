package dev.kernite.kernels.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** What a driver says about a status code. */
final class StatusText {
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);

  private StatusText() {}

  /**
   * Name, number and the driver's words: {@code CUDA_ERROR_NO_DEVICE (100), no CUDA-capable...}.
   */
  static String of(SharedLibrary library, int status) {
    String name = ask(library, "cuGetErrorName", status);
    String text = ask(library, "cuGetErrorString", status);
    return (name.isEmpty() ? "CUDA error" : name)
        + " ("
        + status
        + ")"
        + (text.isEmpty() ? "" : ", " + text);
  }

  @SuppressWarnings("restricted")
  private static String ask(SharedLibrary library, String function, int status) {
    if (library.find(function).isEmpty()) {
      return "";
    }
    MethodHandle call = library.function(function, TYPE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(ValueLayout.ADDRESS);
      int told = (int) call.invokeExact(status, text.address());
      MemorySegment at = text.get(ValueLayout.ADDRESS, 0);
      return told != 0 || at.address() == 0 ? "" : at.reinterpret(Long.MAX_VALUE).getString(0);
    } catch (Throwable e) {
      throw SharedLibrary.unexpected(e);
    }
  }
}
