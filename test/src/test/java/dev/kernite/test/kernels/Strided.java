package dev.kernite.test.kernels;

import java.util.Arrays;
import java.util.Collections;
import java.util.Random;

/** Drawn shapes and strides, and the plain index arithmetic they stand for. */
final class Strided {
  private Strided() {}

  /** A shape of up to four axes; sometimes with an axis of length 0 or 1. */
  static long[] shape(Random random) {
    long[] sizes = new long[random.nextInt(5)];
    for (int i = 0; i < sizes.length; i++) {
      int kind = random.nextInt(12);
      sizes[i] = kind == 0 ? 1 : kind == 1 ? random.nextInt(2) : 1 + random.nextInt(9);
    }
    if (sizes.length > 0 && random.nextInt(3) == 0) {
      sizes[sizes.length - 1] = 1L + random.nextInt(70);
    }
    return sizes;
  }

  /** Strides of a dense array. */
  static long[] dense(long[] sizes) {
    long[] strides = new long[sizes.length];
    long step = 1;
    for (int i = sizes.length - 1; i >= 0; i--) {
      strides[i] = step;
      step *= sizes[i];
    }
    return strides;
  }

  /** Strides of a dense array of these sizes with its axes stored in a random order. */
  static long[] permuted(Random random, long[] sizes) {
    Integer[] order = new Integer[sizes.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    Collections.shuffle(Arrays.asList(order), random);
    long[] strides = new long[sizes.length];
    long step = 1;
    for (int i = order.length - 1; i >= 0; i--) {
      strides[order[i]] = step;
      step *= sizes[order[i]];
    }
    return strides;
  }

  /** Dense strides with each axis repeated (0) with a chance of one in three. */
  static long[] repeated(Random random, long[] sizes) {
    long[] kept = sizes.clone();
    boolean[] zero = new boolean[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      zero[i] = random.nextInt(3) == 0;
      kept[i] = zero[i] ? 1 : sizes[i];
    }
    long[] strides = random.nextBoolean() ? dense(kept) : permuted(random, kept);
    for (int i = 0; i < sizes.length; i++) {
      strides[i] = zero[i] ? 0 : strides[i];
    }
    return strides;
  }

  /** Number of elements. */
  static int count(long[] sizes) {
    long count = 1;
    for (long size : sizes) {
      count *= size;
    }
    return Math.toIntExact(count);
  }

  /** Elements that an array with these (non-negative) strides spans. */
  static int span(long[] sizes, long[] strides) {
    if (count(sizes) == 0) {
      return 0;
    }
    long last = 0;
    for (int i = 0; i < sizes.length; i++) {
      last += (sizes[i] - 1) * strides[i];
    }
    return Math.toIntExact(last + 1);
  }

  /** Offset of the element with this row-major number. */
  static int offset(long number, long[] sizes, long[] strides) {
    long offset = 0;
    long rest = number;
    for (int i = sizes.length - 1; i >= 0; i--) {
      offset += rest % sizes[i] * strides[i];
      rest /= sizes[i];
    }
    return Math.toIntExact(offset);
  }
}
