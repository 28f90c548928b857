package dev.kernite.models.data;

import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import dev.kernite.models.ModelException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The first bytes of an {@link IdxFile}.
 *
 * @param name what the file is called in errors
 * @param bytes length of the header
 * @param shape what it claims
 */
record IdxHeader(String name, long bytes, Shape shape) {
  private static final int UNSIGNED_BYTE = 0x08;

  /** Reads it, and nothing after it. */
  static IdxHeader read(String name, InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    try {
      int zeros = data.readUnsignedShort();
      int type = data.readUnsignedByte();
      int rank = data.readUnsignedByte();
      if (zeros != 0) {
        throw new ModelException(
            name + ": is no IDX file: it must begin with two bytes of zero, or be gzipped");
      }
      if (type != UNSIGNED_BYTE) {
        throw new ModelException(
            "%s: holds %s; only unsigned bytes (0x08) are read".formatted(name, typeName(type)));
      }
      if (rank == 0) {
        throw new ModelException(name + ": has no extents; an IDX file has one at least");
      }
      long[] extents = new long[rank];
      for (int axis = 0; axis < rank; axis++) {
        extents[axis] = Integer.toUnsignedLong(data.readInt());
      }
      return new IdxHeader(name, 4L + 4 * rank, Shape.of(extents));
    } catch (EOFException e) {
      throw new ModelException(name + ": ends within its IDX header; fetch it again", e);
    } catch (EngineException e) {
      throw new ModelException(name + ": is no IDX file: " + e.getMessage(), e);
    }
  }

  private static String typeName(int type) {
    return switch (type) {
      case 0x09 -> "signed bytes (0x09)";
      case 0x0B -> "16-bit integers (0x0B)";
      case 0x0C -> "32-bit integers (0x0C)";
      case 0x0D -> "32-bit floats (0x0D)";
      case 0x0E -> "64-bit floats (0x0E)";
      default -> "elements of the unknown type 0x%02X".formatted(type);
    };
  }

  /**
   * Fails unless the file holds what the header claims.
   *
   * @param found bytes after the header; where there are more than claimed, one more is enough
   */
  void requireElements(long found) {
    if (found != shape.size()) {
      throw new ModelException(
          "%s: its header says %s, %d bytes, but it holds %s; fetch it again"
              .formatted(
                  name, shape, shape.size(), found < shape.size() ? "only " + found : "more"));
    }
  }
}
