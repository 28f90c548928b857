package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.SHORT;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;

import dev.kernite.kernels.WeightType;

/** Floats as they are stored, to float32 (exact) and back (nearest, ties to even). */
final class StoredFloats {
  private static final int HALF = Short.SIZE;

  private StoredFloats() {}

  /** Reads one value. */
  static float get(WeightType type, long address) {
    return switch (type) {
      case FLOAT32 -> getFloat(address);
      case BFLOAT16 -> Float.intBitsToFloat(ALL.get(SHORT, address) << HALF);
      case FLOAT16 -> Float.float16ToFloat(ALL.get(SHORT, address));
    };
  }

  /** The 16 bits of a value in one of the two narrow types. */
  static short narrow(WeightType type, float value) {
    return type == WeightType.FLOAT16 ? Float.floatToFloat16(value) : toBfloat16(value);
  }

  private static short toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> HALF | 0x40); // the payload may lie below: keep it a NaN
    }
    return (short) (bits + 0x7fff + (bits >>> HALF & 1) >>> HALF);
  }

  /** Whether 16 bits are those of a finite float16. */
  static boolean finiteFloat16(short bits) {
    return (bits & 0x7c00) != 0x7c00;
  }
}
