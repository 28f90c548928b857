package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.Slice;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.ArrayList;
import java.util.List;

/** Positions as Python's slices name them, one after the other. */
public final class SliceOracle implements Oracle<Slice> {
  @Override
  public NdArray forward(Slice op, List<NdArray> in) {
    NdArray x = in.getFirst();
    List<List<Long>> taken = new ArrayList<>();
    for (int i = 0; i < x.shape().rank(); i++) {
      taken.add(
          positions(at(op.starts(), i), at(op.stops(), i), at(op.steps(), i), x.shape().dim(i)));
    }
    return NdArray.generate(
        Shape.of(taken.stream().mapToLong(List::size).toArray()),
        at -> {
          long[] from = new long[at.length];
          for (int i = 0; i < at.length; i++) {
            from[i] = taken.get(i).get((int) at[i]);
          }
          return x.at(from);
        });
  }

  private static Long at(List<Long> list, int i) {
    return i < list.size() ? list.get(i) : null;
  }

  /** Walks from the start by the step and keeps what lies on the axis before the stop. */
  private static List<Long> positions(Long start, Long stop, Long by, long n) {
    long step = by == null ? 1 : by;
    long from = start == null ? (step > 0 ? 0 : n - 1) : start < 0 ? start + n : start;
    long end = stop == null ? (step > 0 ? n : -1) : stop < 0 ? stop + n : stop;
    if (step > 0) {
      from = Math.max(from, 0);
    } else {
      from = Math.min(from, n - 1);
    }
    List<Long> taken = new ArrayList<>();
    for (long i = from; step > 0 ? i < end : i > end; i += step) {
      if (i >= 0 && i < n) {
        taken.add(i);
      } else if (step > 0 ? i >= n : i < 0) {
        break;
      }
    }
    return taken;
  }

  @Override
  public double units(Slice op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("window", of(l(1, 2), l(3, 4), l()), NdArray.random(1, 5, 6)),
        Sample.ordinary(
            "every second", of(l(0, 1), l(null, null), l(1, 2)), NdArray.random(1, 4, 7)),
        Sample.ordinary("from the end", of(l(-3, -4), l(-1, null), l()), NdArray.random(1, 5, 6)),
        Sample.ordinary("first axis alone", of(l(1), l(2), l()), NdArray.random(1, 3, 2, 4)),
        Sample.ordinary(
            "backwards", of(l(null, 4), l(null, 0), l(-1, -2)), NdArray.random(1, 3, 6)),
        Sample.edge("all", of(l(), l(), l()), NdArray.random(1, 3, 5)),
        Sample.edge("past both ends", of(l(-99), l(99), l()), NdArray.random(1, 5)),
        Sample.edge("backwards past both ends", of(l(99), l(-99), l(-1)), NdArray.random(1, 5)),
        Sample.edge("stop before start", of(l(3), l(1), l()), NdArray.random(1, 5)),
        Sample.edge("step beyond the axis", of(l(1), l(), l(9)), NdArray.random(1, 5)),
        Sample.edge("of nothing", of(l(0, 1), l(), l()), NdArray.random(1, 0, 3)),
        Sample.edge("backwards through nothing", of(l(), l(), l(-1)), NdArray.random(1, 0)),
        Sample.large(of(l(1, null), l(-1, null), l(1, 2)), NdArray.random(1, 271, 519)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("more axes than there are", of(l(0, 0), l(), l()), NdArray.random(1, 2)),
        Refusal.ofAttributes("step 0", () -> of(l(), l(), l(0))));
  }

  private static Slice of(List<Long> starts, List<Long> stops, List<Long> steps) {
    return new Slice(starts, stops, steps);
  }

  private static List<Long> l(Integer... values) {
    List<Long> list = new ArrayList<>();
    for (Integer v : values) {
      list.add(v == null ? null : v.longValue());
    }
    return list;
  }
}
