package dev.kernite.test.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.Catalogue;
import dev.kernite.engine.op.Input;
import dev.kernite.engine.op.Op;
import dev.kernite.test.devices.Device;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** Every operation refuses what it cannot do, with an error that names it. */
final class RefusalTest {
  private static final Engine ENGINE = Engines.guarded(Device.any());

  /** What a test does with an operation, one of its samples and the sample's tensors. */
  @FunctionalInterface
  private interface Check {
    void check(Catalogue.Entry entry, Op op, Tensor[] inputs);
  }

  /** One test an operation, with a fresh scope and the tensors of its first sample. */
  private static Stream<DynamicTest> each(Check check) {
    return Catalogue.entries().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.label(),
                    () -> {
                      Sample s = Oracles.samples(entry).getFirst();
                      try (Scope _ = ENGINE.scope()) {
                        check.check(entry, s.op(), Runs.tensors(ENGINE, s.inputs(), Set.of()));
                      }
                    }));
  }

  private static void refused(String label, String part, Executable call) {
    String message = assertThrows(EngineException.class, call).getMessage();
    assertTrue(message.startsWith(label), "'" + message + "' does not begin with " + label);
    assertTrue(message.contains(part), "'" + message + "' does not say " + part);
  }

  private static Tensor[] with(Tensor[] inputs, int i, Tensor other) {
    Tensor[] changed = inputs.clone();
    changed[i] = other;
    return changed;
  }

  private static String nameOf(Catalogue.Entry entry, int i) {
    return entry.isVariadic() ? "#" + i : entry.inputs().get(i).value();
  }

  @TestFactory
  Stream<DynamicTest> inputsThatDoNotFit() {
    return Catalogue.entries().stream()
        .flatMap(
            entry ->
                Oracles.of(entry).refusals().stream()
                    .map(
                        r ->
                            DynamicTest.dynamicTest(
                                entry.label() + ": " + r.why(), () -> isRefused(entry, r))));
  }

  private static void isRefused(Catalogue.Entry entry, Refusal r) {
    long before = ENGINE.backend().memory().bytesInUse();
    try (Scope _ = ENGINE.scope()) {
      Tensor[] inputs = Runs.tensors(ENGINE, r.inputs(), Set.of());
      refused(labelOf(entry), "", () -> r.op().get().apply(inputs));
    }
    assertEquals(before, ENGINE.backend().memory().bytesInUse(), "bytes left");
  }

  private static String labelOf(Catalogue.Entry entry) {
    return entry.member().isEmpty() ? entry.name() : entry.member();
  }

  @TestFactory
  Stream<DynamicTest> missingInput() {
    return each(
        (entry, op, inputs) -> {
          for (int i = 0; i < inputs.length; i++) {
            Input declared = entry.inputs().get(entry.isVariadic() ? 0 : i);
            Tensor[] without = with(inputs, i, null);
            if (!declared.optional()) {
              refused(op.label(), "'" + nameOf(entry, i) + "' is missing", () -> op.apply(without));
            }
          }
          refused(op.label(), "", () -> op.apply());
        });
  }

  @TestFactory
  Stream<DynamicTest> oneInputTooMany() {
    return each(
        (entry, op, inputs) -> {
          if (!entry.isVariadic()) {
            Tensor[] more = Arrays.copyOf(inputs, entry.inputs().size() + 1);
            more[more.length - 1] = ENGINE.scalar(1);
            refused(op.label(), "takes " + entry.inputs().size(), () -> op.apply(more));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> inputOfAnotherType() {
    return each(
        (entry, op, inputs) -> {
          for (int i = 0; i < inputs.length; i++) {
            Input declared = entry.inputs().get(entry.isVariadic() ? 0 : i);
            Shape shape = inputs[i] == null ? Shape.of(1) : inputs[i].shape();
            int n = Math.toIntExact(shape.size());
            Tensor wrong =
                switch (declared.kind()) {
                  case FLOAT, MASK, MASK_OR_FLOAT -> ENGINE.tensor(new int[n], shape);
                  case INDEX, INDEX_OR_FLOAT -> ENGINE.tensor(new boolean[n], shape);
                };
            Tensor[] changed = with(inputs, i, wrong);
            refused(
                op.label(),
                "'" + nameOf(entry, i) + "' is " + wrong.dtype(),
                () -> op.apply(changed));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> stridedView() {
    return each(
        (entry, op, inputs) -> {
          for (int i = 0; i < inputs.length; i++) {
            Input declared = entry.inputs().get(entry.isVariadic() ? 0 : i);
            if (inputs[i] == null || declared.strided()) {
              continue;
            }
            Tensor dense =
                switch (declared.kind()) {
                  case FLOAT, MASK_OR_FLOAT, INDEX_OR_FLOAT -> ENGINE.zeros(Shape.of(2, 3));
                  case INDEX -> ENGINE.tensor(new int[6], Shape.of(2, 3));
                  case MASK -> ENGINE.tensor(new boolean[6], Shape.of(2, 3));
                };
            Tensor[] changed = with(inputs, i, dense.transposed(0, 1));
            refused(op.label(), "needs a dense tensor", () -> op.apply(changed));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> closedInput() {
    return each(
        (entry, op, inputs) -> {
          inputs[0].named("what is gone").close();
          String message = assertThrows(EngineException.class, () -> op.apply(inputs)).getMessage();
          assertTrue(message.contains("'what is gone' was closed"), message);
        });
  }

  @TestFactory
  Stream<DynamicTest> inputsOfTwoEngines() {
    return each(
        (entry, op, inputs) -> {
          Engine other = Engines.plain(Device.any(), 1);
          try (Scope _ = other.scope()) {
            for (int i = 1; i < inputs.length; i++) {
              if (inputs[i] != null) {
                Tensor stranger = other.empty(inputs[i].dtype(), inputs[i].shape());
                Tensor[] changed = with(inputs, i, stranger);
                refused(op.label(), "another engine", () -> op.apply(changed));
              }
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> inputWithoutGradientThatWantsOne() {
    return each(
        (entry, op, inputs) -> {
          for (int i = 0; i < inputs.length; i++) {
            Input declared = entry.inputs().get(entry.isVariadic() ? 0 : i);
            if (!declared.gradient() && inputs[i] != null && inputs[i].dtype().isFloat()) {
              inputs[i].requireGrad();
              refused(op.label(), "has no gradient", () -> op.apply(inputs));
              ENGINE.noGrad(() -> op.apply(inputs));
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> unknownAttribute() {
    return each(
        (entry, _, _) ->
            refused(
                entry.label(),
                "unknown attributes [no_such]; known are",
                () -> Catalogue.create(entry, Map.of("no_such", 1))));
  }

  @TestFactory
  Stream<DynamicTest> attributeOfAnotherType() {
    return each(
        (entry, _, _) -> {
          for (Catalogue.Attribute a : entry.attributes()) {
            refused(
                entry.label() + ": " + a.name(),
                "must be " + a.type(),
                () -> Catalogue.create(entry, Map.of(a.name(), "nonsense")));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> listWithNothingInAnElement() {
    return each(
        (entry, _, _) -> {
          for (Catalogue.Attribute a : entry.attributes()) {
            if (a.type().startsWith("a list") && !entry.label().equals("shape.slice")) {
              refused(
                  entry.label() + ": " + a.name(),
                  "must be a list",
                  () -> Catalogue.create(entry, Map.of(a.name(), Collections.singletonList(null))));
            }
          }
        });
  }

  @Test
  void unknownOperation() {
    String message =
        assertThrows(EngineException.class, () -> Catalogue.find("soft_max", Map.of()))
            .getMessage();
    assertTrue(message.contains("no operation 'soft_max'"), message);
    assertTrue(message.contains("softmax"), message);
  }

  @Test
  void unknownMember() {
    String message =
        assertThrows(EngineException.class, () -> Catalogue.find("reduce", Map.of("op", "median")))
            .getMessage();
    assertTrue(message.contains("'median'"), message);
    assertTrue(message.contains("cumsum") && message.contains("prod"), message);
  }

  @Test
  void missingMember() {
    String message =
        assertThrows(EngineException.class, () -> Catalogue.find("shape", Map.of())).getMessage();
    assertTrue(message.contains("op is missing") && message.contains("permute"), message);
  }
}
