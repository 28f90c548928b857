package dev.kernite.models.checkpoint;

/**
 * A tensor without a byte moved: ONNX files hold matrices as [in, out] that models know as [out,
 * in].
 *
 * @param raw what lies in the file
 * @param transposed whether that is the transpose of the tensor that was asked for
 */
public record StoredTensor(RawTensor raw, boolean transposed) {
  /**
   * The shape of the tensor that was asked for.
   *
   * @return extents, outermost first
   */
  public long[] shape() {
    long[] shape = raw.info().shape();
    return transposed ? new long[] {shape[1], shape[0]} : shape;
  }
}
