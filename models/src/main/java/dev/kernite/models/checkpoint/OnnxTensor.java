package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import dev.kernite.tokenizer.protobuf.ProtobufReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A TensorProto of onnx.proto: type, shape, name, and the values as raw bytes or as one of the
 * fields of numbers.
 */
final class OnnxTensor {
  /** By DataType of onnx.proto; null is what cannot be read: no type, strings, complex128, int4. */
  private static final FileDtype[] TYPES = {
    null, // UNDEFINED
    FileDtype.F32,
    FileDtype.U8,
    FileDtype.I8,
    FileDtype.U16,
    FileDtype.I16,
    FileDtype.I32,
    FileDtype.I64,
    null, // STRING
    FileDtype.BOOL,
    FileDtype.F16,
    FileDtype.F64,
    FileDtype.U32,
    FileDtype.U64,
    FileDtype.C64,
    null, // COMPLEX128
    FileDtype.BF16,
    FileDtype.F8_E4M3,
    FileDtype.F8_E4M3FNUZ,
    FileDtype.F8_E5M2,
    FileDtype.F8_E5M2FNUZ,
  };

  private static final int EXTERNAL = 1;

  private final ProtobufReader in;
  private final Path file;
  private final MemorySegment mapped;
  private final Arena arena;

  private String name = "";
  private long type;
  private long[] shape = new long[4];
  private int rank;
  private boolean external;
  private ByteBuffer bytes; // the values as the type's own bytes
  private ByteBuffer varints; // the values as varints

  private OnnxTensor(ProtobufReader in, Path file, MemorySegment mapped, Arena arena) {
    this.in = in;
    this.file = file;
    this.mapped = mapped;
    this.arena = arena;
  }

  /**
   * Reads a tensor.
   *
   * @param mapped the whole file, into which the tensor's data point
   * @param arena for values that are not stored as they are used
   */
  static RawTensor read(ProtobufReader in, Path file, MemorySegment mapped, Arena arena) {
    OnnxTensor tensor = new OnnxTensor(in, file, mapped, arena);
    tensor.readFields();
    return tensor.raw();
  }

  private void readFields() {
    while (in.next()) {
      switch (in.field()) {
        case 1 -> readExtents();
        case 2 -> type = in.integer();
        case 4, 9, 10 -> bytes = in.bytes(); // float_data, raw_data, double_data
        case 5, 7, 11 -> varints = in.bytes(); // int32_data, int64_data, uint64_data
        case 8 -> name = in.string();
        case 13 -> {
          in.skip(); // external_data: where; the next says whether it counts
        }
        case 14 -> external = in.integer() == EXTERNAL;
        default -> in.skip();
      }
    }
  }

  /** Written one by one by most, packed by some. */
  private void readExtents() {
    if (in.isVarint()) {
      addExtent(in.integer());
      return;
    }
    ProtobufReader packed = in.message("dims");
    while (packed.hasMore()) {
      addExtent(packed.packed());
    }
  }

  private void addExtent(long extent) {
    if (rank == TensorInfo.MAX_RANK) {
      throw in.error("more than " + rank + " dimensions");
    }
    if (rank == shape.length) {
      shape = Arrays.copyOf(shape, 2 * rank);
    }
    shape[rank++] = extent;
  }

  private RawTensor raw() {
    String who = "tensor " + Describe.name(name);
    if (external) {
      throw new ModelException(
          file
              + ": "
              + who
              + " lies in another file, which is not supported; use one .onnx file"
              + " with all weights, or model.safetensors");
    }
    FileDtype dtype = type < 0 || type >= TYPES.length ? null : TYPES[(int) type];
    if (dtype == null) {
      throw in.error(who + " has the element type " + type + " of ONNX, which is not supported");
    }
    TensorInfo info;
    try {
      info = TensorInfo.of(name, dtype, Arrays.copyOf(shape, rank));
    } catch (ModelException e) {
      throw new ModelException(file + ": " + e.getMessage(), e);
    }
    return new RawTensor(file, info, bytes == null && varints != null ? decoded(info) : view(info));
  }

  private MemorySegment view(TensorInfo info) {
    long stored = bytes == null ? 0 : bytes.remaining();
    if (stored != info.byteSize()) {
      throw in.error(
          "tensor %s takes %d bytes, but %d are stored".formatted(info, info.byteSize(), stored));
    }
    if (stored == 0) {
      return mapped.asSlice(0, 0);
    }
    long offset = MemorySegment.ofBuffer(bytes).address() - mapped.address();
    return mapped.asSlice(offset, stored);
  }

  /** Integers, booleans and the bits of 16-bit floats may be stored as varints. */
  private MemorySegment decoded(TensorInfo info) {
    if (info.elements() > varints.remaining()) { // a number takes at least a byte
      throw in.error(
          "tensor %s has %d elements, but %d bytes are stored"
              .formatted(info, info.elements(), varints.remaining()));
    }
    ProtobufReader numbers = new ProtobufReader(varints, file.toString(), ModelException::new);
    int width = info.dtype().bits() / 8;
    MemorySegment values = arena.allocate(info.byteSize(), Long.BYTES);
    ByteBuffer one = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long at = 0; at < info.byteSize(); at += width) {
      one.putLong(0, numbers.packed());
      MemorySegment.copy(one.array(), 0, values, ValueLayout.JAVA_BYTE, at, width);
    }
    if (numbers.hasMore()) {
      throw in.error("tensor " + info + " has more values stored than elements");
    }
    return values.asReadOnly();
  }
}
