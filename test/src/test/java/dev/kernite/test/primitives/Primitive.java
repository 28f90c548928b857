package dev.kernite.test.primitives;

/**
 * One kernel of {@code kernels/src/main/cuda/primitives}, what it is given and what it must make of
 * it.
 *
 * @param image the file it is in
 * @param name its name without {@code primitive_}
 * @param blocks of the launch
 * @param threads of a block
 * @param input words given
 * @param expected words written, as NVIDIA's manuals have them
 */
record Primitive(
    String image, String name, int blocks, int threads, int[] input, Expected expected) {
  @Override
  public String toString() {
    return name;
  }
}
