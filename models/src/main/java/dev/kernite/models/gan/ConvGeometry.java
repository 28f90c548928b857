package dev.kernite.models.gan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Strides and paddings that fit kernels and images. A generator begins at 1 x 1 and ends at the
 * images' size; a discriminator goes the other way. Of the usual ways to use a kernel the first
 * that fits is taken, in this order: at the 1 x 1 end stride 1 without padding; elsewhere double or
 * halve the size (kernel 4: stride 2, padding 1), keep it, and last stride 1 without padding.
 */
final class ConvGeometry {
  private static final int MOST_LAYERS = 12;

  private ConvGeometry() {}

  /** How one convolution moves over its image. */
  record Step(int stride, int padding, int outputPadding) {
    private static final Step VALID = new Step(1, 0, 0);

    long enlarged(long size, int kernel) {
      return (size - 1) * stride - 2L * padding + kernel + outputPadding;
    }

    long shrunk(long size, int kernel) {
      long room = size + 2L * padding - kernel;
      return room < 0 ? 0 : room / stride + 1;
    }
  }

  /** Transposed convolutions from 1 x 1 to height x width, by kernel. */
  static Optional<List<Step>> enlarging(List<Integer> kernels, long height, long width) {
    return search(kernels, 0, 1, 1, height, width, true);
  }

  /** Convolutions from height x width to 1 x 1, by kernel. */
  static Optional<List<Step>> shrinking(List<Integer> kernels, long height, long width) {
    return search(kernels, 0, height, width, 1, 1, false);
  }

  private static Optional<List<Step>> search(
      List<Integer> kernels, int at, long h, long w, long toH, long toW, boolean enlarge) {
    if (at == kernels.size()) {
      return h == toH && w == toW ? Optional.of(new ArrayList<>()) : Optional.empty();
    }
    if (h < 1 || w < 1 || kernels.size() > MOST_LAYERS || (enlarge && (h > toH || w > toW))) {
      return Optional.empty();
    }
    int kernel = kernels.get(at);
    boolean end = enlarge ? at == 0 : at == kernels.size() - 1;
    for (Step step : usual(kernel, end, enlarge)) {
      long nextH = enlarge ? step.enlarged(h, kernel) : step.shrunk(h, kernel);
      long nextW = enlarge ? step.enlarged(w, kernel) : step.shrunk(w, kernel);
      Optional<List<Step>> rest = search(kernels, at + 1, nextH, nextW, toH, toW, enlarge);
      if (rest.isPresent()) {
        rest.get().addFirst(step);
        return rest;
      }
    }
    return Optional.empty();
  }

  private static List<Step> usual(int kernel, boolean end, boolean enlarge) {
    List<Step> steps = new ArrayList<>();
    if (end) {
      steps.add(Step.VALID);
    }
    int half = (kernel - 1) / 2;
    if (kernel % 2 == 0) {
      steps.add(new Step(2, half, 0));
    } else {
      steps.add(new Step(2, half, enlarge ? 1 : 0));
      steps.add(new Step(1, half, 0));
      if (enlarge) {
        steps.add(new Step(2, half, 0));
      }
    }
    if (!end) {
      steps.add(Step.VALID);
    }
    return steps;
  }
}
