package dev.kernite.test.primitives;

import dev.kernite.kernels.cuda.driver.Context;
import dev.kernite.kernels.cuda.driver.Driver;
import java.lang.foreign.MemorySegment;

/** Runs primitives on a device. */
final class PrimitiveRunner implements AutoCloseable {
  private final Context context;

  /** Opens the GPU, or the device that plays one. */
  PrimitiveRunner(Driver driver) {
    context = Context.open(driver);
  }

  /** The words that a primitive writes there. */
  int[] run(Primitive primitive) {
    int[] in = primitive.input();
    int[] out = new int[primitive.expected().size()];
    long from = context.heap().allocate(4L * in.length).orElseThrow();
    long to = context.heap().allocate(4L * out.length).orElseThrow();
    context.transfers().copyIn(MemorySegment.ofArray(in), from);
    context
        .kernels()
        .kernel(primitive.image(), "primitive_" + primitive.name())
        .arg(from)
        .arg(to)
        .launch(primitive.blocks(), primitive.threads());
    context.transfers().copyOut(to, MemorySegment.ofArray(out));
    context.heap().free(from);
    context.heap().free(to);
    return out;
  }

  /** The device, to be named in a dump. */
  Context context() {
    return context;
  }

  @Override
  public void close() {
    context.close();
  }
}
