package dev.kernite.models.lora;

import static dev.kernite.engine.Functional.add;
import static dev.kernite.engine.Functional.matmul;
import static dev.kernite.engine.Functional.mul;
import static dev.kernite.engine.Functional.transpose;

import dev.kernite.engine.DenseMatrix;
import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.Linear.WeightLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** W + scale * B A, in the place of W. */
final class Merging {
  private Merging() {}

  static void into(DenseMatrix matrix, LoraAdapter.Layer correction, Tensor scale) {
    Engine engine = matrix.weight().engine();
    engine.noGrad(
        () -> {
          try (Scope _ = engine.scope();
              Arena arena = Arena.ofConfined()) {
            Tensor product = matmul(correction.up(), correction.down());
            if (matrix.layout() == WeightLayout.IN_OUT) {
              product = transpose(product, 0, 1);
            }
            Tensor sum = add(matrix.weight(), mul(product, scale));
            MemorySegment values = arena.allocate(sum.bytes(), Float.BYTES);
            sum.copyTo(values);
            matrix.weight().copyFrom(values);
          }
        });
  }
}
