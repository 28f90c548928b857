package dev.kernite.engine;

/** Element types of tensors. All arithmetic is in float32; the narrow floats are for storage. */
public enum DType {
  /** IEEE 754 binary32. */
  F32(4),
  /** bfloat16: the upper half of a float32. */
  BF16(2),
  /** IEEE 754 binary16. */
  F16(2),
  /** 32-bit integer: token ids, indices. */
  I32(4),
  /** One byte, 0 or 1: masks. */
  BOOL(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Whether values of this type have gradients. */
  public boolean isFloat() {
    return this == F32 || this == BF16 || this == F16;
  }
}
