package dev.kernite.test.ops;

import static org.junit.jupiter.api.Assertions.fail;

import dev.kernite.engine.op.Catalogue;
import dev.kernite.engine.op.Op;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Finds the oracle of each operation by its name. */
final class Oracles {
  private static final Map<Class<?>, List<Sample>> SAMPLES = new ConcurrentHashMap<>();

  private Oracles() {}

  /** The oracle of an entry; an operation without one fails the test that asks, by name. */
  static Oracle<?> of(Catalogue.Entry entry) {
    return of(entry.type(), entry.label());
  }

  private static Oracle<?> of(Class<? extends Op> type, String label) {
    String name = Oracles.class.getPackageName() + ".oracles." + type.getSimpleName() + "Oracle";
    try {
      return (Oracle<?>) Class.forName(name).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      return fail("operation " + label + " has no oracle: write " + name, e);
    }
  }

  /** The samples of an entry; made once, they are large. */
  static List<Sample> samples(Catalogue.Entry entry) {
    return SAMPLES.computeIfAbsent(entry.type(), _ -> of(entry).samples());
  }

  /** The truth for a sample. */
  static NdArray forward(Sample s) {
    return forward(s, s.inputs());
  }

  /** The truth for a sample's operation on other inputs. */
  static NdArray forward(Sample s, List<NdArray> inputs) {
    return untyped(s).forward(s.op(), inputs);
  }

  /** What errors are relative to. */
  static NdArray magnitude(Sample s) {
    return untyped(s).magnitude(s.op(), s.inputs());
  }

  /** How large errors may be. */
  static double units(Sample s) {
    return untyped(s).units(s.op(), s.inputs());
  }

  @SuppressWarnings("unchecked") // the oracle was found by the operation's class
  private static Oracle<Op> untyped(Sample s) {
    return (Oracle<Op>) of(s.op().getClass(), s.op().label());
  }
}
