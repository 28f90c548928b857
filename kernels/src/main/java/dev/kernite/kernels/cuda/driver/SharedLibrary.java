package dev.kernite.kernels.cuda.driver;

import dev.kernite.kernels.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;

/**
 * A shared library opened with {@code dlopen}. Unlike {@code SymbolLookup.libraryLookup} it can say
 * why a library could not be opened: not there, not readable, no library at all.
 */
final class SharedLibrary implements AutoCloseable {
  private static final boolean LINUX_X86_64 =
      System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")
          && System.getProperty("os.arch").equals("amd64");
  private static final int LAZY_AND_LOCAL = 1; // RTLD_LAZY of <dlfcn.h>

  private final String name;
  private final long handle;

  private SharedLibrary(String name, long handle) {
    this.name = name;
    this.handle = handle;
  }

  /**
   * Opens a library.
   *
   * @param name a path, or a name that the system's search path is asked for
   * @throws KernelException with the system's words if that fails
   */
  static SharedLibrary open(String name) {
    if (!LINUX_X86_64) {
      throw new KernelException(
          "CUDA runs on Linux on x86-64 only, this is "
              + System.getProperty("os.name")
              + " on "
              + System.getProperty("os.arch"));
    }
    try (Arena arena = Arena.ofConfined()) {
      long handle = (long) Calls.OPEN.invokeExact(arena.allocateFrom(name), LAZY_AND_LOCAL);
      if (handle == 0) {
        throw new KernelException(error());
      }
      return new SharedLibrary(name, handle);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The address of a function, if the library has it. */
  Optional<MemorySegment> find(String symbol) {
    try (Arena arena = Arena.ofConfined()) {
      long address = (long) Calls.SYMBOL.invokeExact(handle, arena.allocateFrom(symbol));
      return address == 0 ? Optional.empty() : Optional.of(MemorySegment.ofAddress(address));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * A function to call.
   *
   * @throws KernelException if the library does not have it
   */
  @SuppressWarnings("restricted")
  MethodHandle function(String symbol, FunctionDescriptor type) {
    MemorySegment address =
        find(symbol)
            .orElseThrow(
                () ->
                    new KernelException(
                        name + " has no function " + symbol + "; it is too old or broken"));
    return Linker.nativeLinker().downcallHandle(address, type);
  }

  @SuppressWarnings("restricted")
  private static String error() throws Throwable {
    MemorySegment text = (MemorySegment) Calls.ERROR.invokeExact();
    return text.address() == 0
        ? "no reason given"
        : text.reinterpret(Long.MAX_VALUE).getString(0).lines().findFirst().orElse("");
  }

  /** Lets the library go; it stays loaded while others hold it. */
  @Override
  public void close() {
    try {
      int _ = (int) Calls.CLOSE.invokeExact(handle);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** What to throw when a downcall threw: it throws nothing of its own. */
  static RuntimeException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException known ? known : new IllegalStateException(e);
  }

  /** The C library's functions for shared libraries. */
  private static final class Calls {
    static final MethodHandle OPEN =
        find(
            "dlopen",
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    static final MethodHandle SYMBOL =
        find(
            "dlsym",
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
    static final MethodHandle CLOSE =
        find("dlclose", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    static final MethodHandle ERROR = find("dlerror", FunctionDescriptor.of(ValueLayout.ADDRESS));

    @SuppressWarnings("restricted")
    private static MethodHandle find(String name, FunctionDescriptor type) {
      Linker linker = Linker.nativeLinker();
      return linker
          .defaultLookup()
          .find(name)
          .map(at -> linker.downcallHandle(at, type))
          .orElseThrow(() -> new KernelException("the C library has no function " + name));
    }
  }
}
