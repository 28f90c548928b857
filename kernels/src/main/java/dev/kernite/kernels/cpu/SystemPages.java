package dev.kernite.kernels.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.function.Function;

/**
 * What the operating system does with memory pages, as far as it can be asked: on Linux, huge pages
 * for large blocks (fewer address translations, and prefetching that runs on for 2 MiB instead of 4
 * KiB) and the release of mapped file pages that are no longer needed. Elsewhere the calls do
 * nothing, and memory comes from the JVM.
 */
public final class SystemPages {
  /** Size of a huge page. */
  static final long HUGE = 2 << 20;

  private static final long PAGE = 4096;

  // The values of Linux on x86-64 and AArch64, from <sys/mman.h>.
  private static final int READ_AND_WRITE = 0x1 | 0x2; // PROT_READ | PROT_WRITE
  private static final int PRIVATE_ANONYMOUS = 0x02 | 0x20; // MAP_PRIVATE | MAP_ANONYMOUS
  private static final int DONT_NEED = 4; // MADV_DONTNEED
  private static final int HUGE_PAGE = 14; // MADV_HUGEPAGE

  private SystemPages() {}

  /**
   * Gives a part of a mapped file back: it stays in the system's cache and is read again when
   * touched, but no longer counts as this process's memory. Memory that is not mapped from a file
   * is left alone: it would lose its contents.
   *
   * @param mapped a part of a read-only mapping of a file
   */
  public static void release(MemorySegment mapped) {
    if (!mapped.isMapped()) {
      return;
    }
    long start = mapped.address() / PAGE * PAGE;
    long end = (mapped.address() + mapped.byteSize() + PAGE - 1) / PAGE * PAGE;
    advise(start, end - start, DONT_NEED);
  }

  /** Whether {@link #allocate} puts off finding pages for a large block until they are touched. */
  static boolean areLazy() {
    return Calls.MMAP != null;
  }

  /**
   * Gives the whole pages of a part of such a block back to the system: its contents are lost, its
   * addresses stay usable.
   */
  static void discard(long address, long bytes) {
    long start = (address + PAGE - 1) / PAGE * PAGE;
    advise(start, (address + bytes) / PAGE * PAGE - start, DONT_NEED);
  }

  /**
   * Memory for a large block, not yet backed by pages where the system can put that off.
   *
   * @param bytes size
   * @param arena frees it when closed
   * @return memory, aligned to huge pages if they are to be had; its contents are undefined
   * @throws OutOfMemoryError if the system has none
   */
  static MemorySegment allocate(long bytes, Arena arena) {
    if (Calls.MMAP == null || bytes < HUGE) {
      return arena.allocate(bytes, 64);
    }
    long mapped = bytes + HUGE;
    long base = map(mapped);
    if (base == -1) {
      throw new OutOfMemoryError("mmap of " + mapped + " bytes failed");
    }
    long start = (base + HUGE - 1) / HUGE * HUGE;
    advise(start, (bytes + PAGE - 1) / PAGE * PAGE, HUGE_PAGE);
    return owned(start, bytes, arena, base, mapped);
  }

  @SuppressWarnings("restricted")
  private static MemorySegment owned(long start, long bytes, Arena arena, long base, long mapped) {
    return MemorySegment.ofAddress(start).reinterpret(bytes, arena, _ -> unmap(base, mapped));
  }

  private static long map(long bytes) {
    return call(
        () -> (long) Calls.MMAP.invokeExact(0L, bytes, READ_AND_WRITE, PRIVATE_ANONYMOUS, -1, 0L));
  }

  private static void unmap(long address, long bytes) {
    call(() -> (int) Calls.MUNMAP.invokeExact(address, bytes));
  }

  /** Advice that the system may ignore, and so do we. */
  private static void advise(long address, long bytes, int advice) {
    if (Calls.MADVISE != null && bytes > 0) {
      call(() -> (int) Calls.MADVISE.invokeExact(address, bytes, advice));
    }
  }

  @FunctionalInterface
  private interface SystemCall<T> {
    T run() throws Throwable;
  }

  private static <T> T call(SystemCall<T> body) {
    try {
      return body.run();
    } catch (Error | RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e); // a downcall throws nothing of its own
    }
  }

  /** The C library's functions, null where they are not Linux's. */
  private static final class Calls {
    static final MethodHandle MMAP =
        find(
            "mmap",
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG));
    static final MethodHandle MUNMAP =
        find(
            "munmap",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    static final MethodHandle MADVISE =
        find(
            "madvise",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));

    @SuppressWarnings("restricted")
    private static MethodHandle find(String name, FunctionDescriptor type) {
      if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
        return null;
      }
      try {
        Linker linker = Linker.nativeLinker();
        Function<MemorySegment, MethodHandle> link = at -> linker.downcallHandle(at, type);
        return linker.defaultLookup().find(name).map(link).orElse(null);
      } catch (IllegalCallerException | UnsupportedOperationException e) {
        return null; // native access denied, or no linker: the JVM's memory will do
      }
    }
  }
}
