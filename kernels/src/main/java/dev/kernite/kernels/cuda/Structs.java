package dev.kernite.kernels.cuda;

import java.lang.foreign.MemorySegment;

/** Structs that kernels take by value. */
final class Structs {
  private Structs() {}

  /** A struct of 64-bit members. */
  static MemorySegment of(long... members) {
    return MemorySegment.ofArray(members);
  }

  /** A struct of 32-bit members. */
  static MemorySegment of(int... members) {
    return MemorySegment.ofArray(members);
  }

  /** A struct of float32 members. */
  static MemorySegment of(float... members) {
    return MemorySegment.ofArray(members);
  }
}
