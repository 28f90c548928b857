package dev.kernite.kernels;

/** How the values of packed weights are stored. All arithmetic on them is in float32. */
public enum WeightType {
  /** IEEE 754 binary32. */
  FLOAT32(4),
  /** bfloat16: the upper half of a float32. */
  BFLOAT16(2),
  /** IEEE 754 binary16; finite values only. */
  FLOAT16(2);

  private final int bytes;

  WeightType(int bytes) {
    this.bytes = bytes;
  }

  /** Size of one value in bytes. */
  public int bytes() {
    return bytes;
  }
}
