package dev.kernite.models.checkpoint;

import dev.kernite.engine.DType;
import dev.kernite.engine.Engine;
import dev.kernite.engine.PackedMatrix;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.Linear.WeightLayout;
import dev.kernite.kernels.cpu.SystemPages;
import dev.kernite.models.ModelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Between tensors in files and tensors in an engine. */
public final class TensorFiles {
  private static final ValueLayout.OfLong FILE_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Values of an array whose bytes a segment can copy at once. */
  private static final int MOST_DOUBLES = Integer.MAX_VALUE / Double.BYTES;

  private static final ValueLayout.OfDouble FILE_DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private TensorFiles() {}

  /** A float tensor of a file as float32, in memory of its own. */
  public static Tensor floats(Engine engine, RawTensor raw) {
    Tensor t = engine.empty(DType.F32, Shape.of(raw.info().shape()));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(t.bytes(), Float.BYTES);
      Conversions.toFloat32(raw, host);
      t.copyFrom(host);
    }
    return t.named(raw.info().name());
  }

  /**
   * A matrix of a file, packed for products. The pages of the file that it was read from no longer
   * count as this process's memory.
   *
   * @param stored what to keep the values as
   */
  public static PackedMatrix packed(
      Engine engine, RawTensor raw, DType stored, WeightLayout layout) {
    long[] shape = raw.info().shape();
    boolean outIn = layout == WeightLayout.OUT_IN;
    long in = shape[outIn ? 1 : 0];
    long out = shape[outIn ? 0 : 1];
    String name = raw.info().name();
    DType as =
        switch (raw.info().dtype()) {
          case F32 -> DType.F32;
          case BF16 -> DType.BF16;
          case F16 -> DType.F16;
          default -> null;
        };
    try (Arena arena = Arena.ofConfined()) {
      if (as != null) {
        return PackedMatrix.of(engine, name, raw.data(), as, stored, in, out, layout);
      }
      MemorySegment host = arena.allocate(Float.BYTES * raw.info().elements(), Float.BYTES);
      Conversions.toFloat32(raw, host);
      return PackedMatrix.of(engine, name, host, DType.F32, stored, in, out, layout);
    } finally {
      SystemPages.release(raw.data());
    }
  }

  /** An integer tensor of a file as int32; values that do not fit are refused. */
  public static Tensor ints(Engine engine, RawTensor raw) {
    Tensor t = engine.empty(DType.I32, Shape.of(raw.info().shape()));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(t.bytes(), Integer.BYTES);
      Conversions.toInt32(raw, host);
      t.copyFrom(host);
    }
    return t.named(raw.info().name());
  }

  /** A tensor of booleans or integers as a mask. */
  public static Tensor mask(Engine engine, RawTensor raw) {
    Tensor t = engine.empty(DType.BOOL, Shape.of(raw.info().shape()));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(t.bytes(), 1);
      Conversions.toMask(raw, host);
      t.copyFrom(host);
    }
    return t.named(raw.info().name());
  }

  /**
   * A two-dimensional integer tensor as a mask: true where a value is not 0.
   *
   * @throws ModelException as {@link #rows}
   */
  public static boolean[][] mask(RawTensor raw) {
    int[][] values = rows(raw);
    boolean[][] mask = new boolean[values.length][values[0].length];
    for (int b = 0; b < values.length; b++) {
      for (int t = 0; t < values[b].length; t++) {
        mask[b][t] = values[b][t] != 0;
      }
    }
    return mask;
  }

  /**
   * A two-dimensional integer tensor as rows.
   *
   * @throws ModelException if it is not two-dimensional, or has no values, or too many for arrays
   */
  public static int[][] rows(RawTensor raw) {
    long[] shape = raw.info().shape();
    if (shape.length != 2) {
      throw new ModelException(raw.where() + ": needs shape [batch, time], not " + raw.info());
    }
    long values = raw.info().elements();
    if (values == 0 || values > Integer.MAX_VALUE) { // no value, yet it may claim 2^62 rows
      throw new ModelException(
          raw.where() + ": has " + values + " values; needs from 1 to " + Integer.MAX_VALUE);
    }
    int[][] rows = new int[Math.toIntExact(shape[0])][Math.toIntExact(shape[1])];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(raw.info().elements() * Integer.BYTES, Integer.BYTES);
      Conversions.toInt32(raw, host);
      for (int i = 0; i < rows.length; i++) {
        MemorySegment.copy(
            host,
            ValueLayout.JAVA_INT,
            (long) i * rows[i].length * Integer.BYTES,
            rows[i],
            0,
            rows[i].length);
      }
    }
    return rows;
  }

  /** A tensor of 64-bit integers. */
  public static long[] longs(RawTensor raw) {
    if (raw.info().dtype() != FileDtype.I64) {
      throw new ModelException(raw.where() + ": must be I64, is " + raw.info());
    }
    return raw.data().toArray(FILE_LONG);
  }

  /**
   * A float tensor as float64, exactly.
   *
   * @throws ModelException if it has too many values for an array, or is not of floats
   */
  public static double[] doubles(RawTensor raw) {
    if (raw.info().elements() > MOST_DOUBLES) {
      throw new ModelException(
          raw.where() + ": has more than " + MOST_DOUBLES + " values: " + raw.info());
    }
    if (raw.info().dtype() == FileDtype.F64) {
      return raw.data().toArray(FILE_DOUBLE);
    }
    double[] values = new double[Math.toIntExact(raw.info().elements())];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate((long) values.length * Float.BYTES, Float.BYTES);
      Conversions.toFloat32(raw, host);
      Arrays.setAll(values, i -> host.getAtIndex(ValueLayout.JAVA_FLOAT, i));
    }
    return values;
  }

  /** Adds 64-bit integers to a file being written. The values are copied. */
  public static void addLongs(
      SafetensorsWriter writer, String name, long[] values, Arena arena, long... shape) {
    MemorySegment bytes = arena.allocate(8L * values.length, 8);
    MemorySegment.copy(values, 0, bytes, FILE_LONG, 0, values.length);
    writer.tensor(name, FileDtype.I64, bytes, shape);
  }

  /** Adds a float32 tensor to a file being written, under any name. The values are copied. */
  public static void add(SafetensorsWriter writer, String name, Tensor tensor, Arena arena) {
    add(writer, name, tensor, FileDtype.F32, arena);
  }

  /**
   * Adds a float32 tensor to a file being written.
   *
   * @param dtype F32, F16 or BF16
   * @param arena holds a copy of the values until the file is written
   */
  public static void add(
      SafetensorsWriter writer, String name, Tensor tensor, FileDtype dtype, Arena arena) {
    MemorySegment host = arena.allocate(tensor.bytes(), Float.BYTES);
    tensor.copyTo(host);
    writer.floats(name, dtype, host, tensor.shape().toArray());
  }
}
