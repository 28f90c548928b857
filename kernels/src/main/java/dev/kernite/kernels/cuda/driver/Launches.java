package dev.kernite.kernels.cuda.driver;

/**
 * The last launches of a context, to name when an error comes to light that belongs to an earlier
 * call: kernels run after their launch returned. Remembering one makes no garbage.
 */
final class Launches {
  private static final int KEPT = 4; // a power of two

  private final Kernel[] kernels = new Kernel[KEPT]; // null for a graph
  private final int[] sizes = new int[KEPT * 6];
  private long count;

  void add(Kernel kernel, int gridX, int gridY, int gridZ, int blockX, int blockY, int shared) {
    int slot = (int) count++ & (KEPT - 1);
    kernels[slot] = kernel;
    int at = slot * 6;
    sizes[at] = gridX;
    sizes[at + 1] = gridY;
    sizes[at + 2] = gridZ;
    sizes[at + 3] = blockX;
    sizes[at + 4] = blockY;
    sizes[at + 5] = shared;
  }

  /** A graph was launched, which stands for so many launches. */
  void addGraph(int launches) {
    int slot = (int) count++ & (KEPT - 1);
    kernels[slot] = null;
    sizes[slot * 6] = launches;
  }

  /** How many there were. */
  long count() {
    return count;
  }

  /** The launches remembered, the latest first; empty if there was none. */
  String describe() {
    StringBuilder text = new StringBuilder();
    for (long i = count - 1; i >= 0 && i >= count - KEPT; i--) {
      text.append(text.isEmpty() ? "" : ", before it ").append(describe((int) (i % KEPT)));
    }
    return text.toString();
  }

  /** The latest launch. */
  String latest() {
    return describe((int) ((count - 1) % KEPT));
  }

  private String describe(int slot) {
    int at = slot * 6;
    if (kernels[slot] == null) {
      return "a recorded graph of " + sizes[at] + " launches";
    }
    return kernels[slot].name()
        + " "
        + geometry(
            sizes[at], sizes[at + 1], sizes[at + 2], sizes[at + 3], sizes[at + 4], sizes[at + 5]);
  }

  /** Such as {@code (grid 12 x 1 x 1, block 256 x 1, 0 bytes shared)}. */
  static String geometry(
      long gridX, int gridY, int gridZ, int blockX, int blockY, int sharedBytes) {
    return "(grid %d x %d x %d, block %d x %d, %d bytes of dynamic shared memory)"
        .formatted(gridX, gridY, gridZ, blockX, blockY, sharedBytes);
  }
}
