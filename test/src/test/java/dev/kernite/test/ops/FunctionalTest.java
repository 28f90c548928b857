package dev.kernite.test.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Functional;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.test.devices.Device;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each function of {@link Functional} on inputs whose result is known by heart. */
@Tag("device")
final class FunctionalTest {
  private static final float E = (float) Math.E;

  private final Engine engine = Engines.guarded(Device.any());
  private final Map<String, Case> cases = new LinkedHashMap<>();

  /** A call and what it must give. */
  private record Case(Supplier<Tensor> call, Shape shape, double[] expected) {}

  private Tensor t(double... values) {
    return NdArray.row(values).on(engine);
  }

  /** [[1, 2, 3], [4, 5, 6]]. */
  private Tensor m() {
    return t(1, 2, 3, 4, 5, 6).reshape(2, 3);
  }

  private Tensor ids(int... values) {
    return engine.tensor(values, Shape.of(values.length));
  }

  private void row(String name, Supplier<Tensor> call, double... expected) {
    cases.put(name, new Case(call, Shape.of(expected.length), expected));
  }

  private void shaped(String name, Supplier<Tensor> call, Shape shape, double... expected) {
    cases.put(name, new Case(call, shape, expected));
  }

  private void scalar(String name, Supplier<Tensor> call, double expected) {
    shaped(name, call, Shape.SCALAR, expected);
  }

  FunctionalTest() {
    elementary();
    activations();
    layers();
    images();
    reductions();
    shapes();
  }

  private void elementary() {
    row("exp", () -> Functional.exp(t(0, 1)), 1, E);
    row("log", () -> Functional.log(t(1, E)), 0, 1);
    row("sqrt", () -> Functional.sqrt(t(4, 9)), 2, 3);
    row("rsqrt", () -> Functional.rsqrt(t(4, 0.25)), 0.5, 2);
    row("reciprocal", () -> Functional.reciprocal(t(4, -0.5)), 0.25, -2);
    row("square", () -> Functional.square(t(3, -4)), 9, 16);
    row("abs", () -> Functional.abs(t(3, -4)), 3, 4);
    row("neg", () -> Functional.neg(t(3, -4)), -3, 4);
    row("sin", () -> Functional.sin(t(0, Math.PI / 2)), 0, 1);
    row("cos", () -> Functional.cos(t(0, Math.PI)), 1, -1);
    row("erf", () -> Functional.erf(t(0, 1)), 0, 0.8427007929);
    row("clamp", () -> Functional.clamp(t(-2, 0.5, 3), -1, 1), -1, 0.5, 1);
    row("add", () -> Functional.add(t(1, 2), t(10, 20)), 11, 22);
    row("sub", () -> Functional.sub(t(1, 2), t(10, 20)), -9, -18);
    row("mul", () -> Functional.mul(t(1, 2), t(10, 20)), 10, 40);
    row("div", () -> Functional.div(t(1, 2), t(10, 4)), 0.1, 0.5);
    row("maximum", () -> Functional.maximum(t(1, 5), t(3, 4)), 3, 5);
    row("minimum", () -> Functional.minimum(t(1, 5), t(3, 4)), 1, 4);
    row("pow", () -> Functional.pow(t(2, 3), t(3, 2)), 8, 9);
    row("add number", () -> Functional.add(t(1, 2), 10), 11, 12);
    row("mul number", () -> Functional.mul(t(1, 2), 10), 10, 20);
  }

  private void activations() {
    row("relu", () -> Functional.relu(t(-2, 3)), 0, 3);
    row("leakyRelu", () -> Functional.leakyRelu(t(-2, 3), 0.5f), -1, 3);
    row("elu", () -> Functional.elu(t(-1, 3), 2), 2 * (1 / Math.E - 1), 3);
    row("silu", () -> Functional.silu(t(0, 1)), 0, 0.7310585786);
    row("sigmoid", () -> Functional.sigmoid(t(0, 1)), 0.5, 0.7310585786);
    row("logSigmoid", () -> Functional.logSigmoid(t(0)), -Math.log(2));
    row("tanh", () -> Functional.tanh(t(0, 1)), 0, 0.7615941560);
    row("geluErf", () -> Functional.geluErf(t(0, 1)), 0, 0.8413447461);
    row("geluTanh", () -> Functional.geluTanh(t(0, 1)), 0, 0.8411919906);
    row("softplus", () -> Functional.softplus(t(0, 30)), Math.log(2), 30);
    row("softmax", () -> Functional.softmax(t(0, Math.log(3)), 0), 0.25, 0.75);
    row("logSoftmax", () -> Functional.logSoftmax(t(0, 0), -1), -Math.log(2), -Math.log(2));
    scalar("logsumexp", () -> Functional.logsumexp(t(0, 0), 0), Math.log(2));
  }

  private void layers() {
    row("matmul", () -> Functional.matmul(m(), t(1, 0, 2)), 7, 16);
    row("linear", () -> Functional.linear(t(1, 0, 2), m(), t(100, 200)), 107, 216);
    row("linearInOut", () -> Functional.linearInOut(t(1, 2), m(), t(1, 2, 3)), 10, 14, 18);
    shaped("embedding", () -> Functional.embedding(m(), ids(1)), Shape.of(1, 3), 4, 5, 6);
    row("layerNorm", () -> Functional.layerNorm(t(1, 3), t(2, 2), t(5, 5), 0), 3, 7);
    row("rmsNorm", () -> Functional.rmsNorm(t(1, 7), t(5, 5), 0), 1, 7);
    row(
        "addLayerNorm",
        () -> Functional.addLayerNorm(t(1, 2), t(4, 7), t(2, 2), t(1, 1), 0).normal(),
        -1,
        3);
    row("addRmsNorm", () -> Functional.addRmsNorm(t(2, 3), t(-1, 4), t(5, 5), 0).normal(), 1, 7);
    row("dropout", () -> Functional.dropout(t(1, 2), 0), 1, 2);
    shaped(
        "attention",
        () -> {
          Tensor q = t(0, 0).reshape(1, 2, 1, 1); // even weights over what is seen
          Tensor k = t(0, 0, 0, 0).reshape(1, 2, 2, 1);
          Tensor v = t(1, 3, 10, 30).reshape(1, 2, 2, 1);
          return Functional.attention(q, k, v, null, true);
        },
        Shape.of(1, 1, 2),
        2,
        20);
    Supplier<Tensor> logits = () -> t(0, Math.log(3)).reshape(1, 2);
    scalar("crossEntropy", () -> Functional.crossEntropy(logits.get(), ids(0)), Math.log(4));
    scalar("bce", () -> Functional.bce(t(0.25), t(1)), Math.log(4));
    scalar("bceWithLogits", () -> Functional.bceWithLogits(t(0), t(1)), Math.log(2));
    scalar("mse", () -> Functional.mse(t(1, 2), t(3, 6)), 10);
    scalar("l1", () -> Functional.l1(t(1, 2), t(3, 6)), 3);
    scalar("smoothL1", () -> Functional.smoothL1(t(1, 2), t(3, 6), 1), 2.5);
    Supplier<Tensor> halves = () -> t(-Math.log(2), -Math.log(2)).reshape(1, 2);
    scalar("klDiv", () -> Functional.klDiv(halves.get(), t(1, 0).reshape(1, 2)), Math.log(2));
  }

  private void images() {
    Supplier<Tensor> pair = () -> t(1, 2).reshape(1, 1, 1, 2);
    Supplier<Tensor> square = () -> t(1, 5, 3, 4).reshape(1, 1, 2, 2);
    shaped(
        "conv1d",
        () -> Functional.conv1d(t(1, 2, 3).reshape(1, 1, 3), t(1, 10).reshape(1, 1, 2), null, 1, 0),
        Shape.of(1, 1, 2),
        21,
        32);
    Supplier<Tensor> diagonal = () -> t(1, 0, 0, 1).reshape(1, 1, 2, 2);
    shaped(
        "conv2d",
        () -> Functional.conv2d(m().reshape(1, 1, 2, 3), diagonal.get(), t(0.5), 1, 0),
        Shape.of(1, 1, 1, 2),
        6.5,
        8.5);
    Supplier<Tensor> taps = () -> t(1, 10).reshape(1, 1, 1, 2);
    shaped(
        "convTranspose2d",
        () -> Functional.convTranspose2d(pair.get(), taps.get(), null, 1, 0),
        Shape.of(1, 1, 1, 3),
        1,
        12,
        20);
    Shape one = Shape.of(1, 1, 1, 1);
    shaped("maxPool2d", () -> Functional.maxPool2d(square.get(), 2), one, 5);
    shaped("avgPool2d", () -> Functional.avgPool2d(square.get(), 2), one, 3.25);
    shaped(
        "upsampleNearest",
        () -> Functional.upsampleNearest(pair.get(), 2),
        Shape.of(1, 1, 2, 4),
        1,
        1,
        2,
        2,
        1,
        1,
        2,
        2);
    shaped(
        "batchNorm",
        () -> Functional.batchNorm(t(1, 3).reshape(2, 1), null, null, 3),
        Shape.of(2, 1),
        -0.5,
        0.5);
  }

  private void reductions() {
    row("sum", () -> Functional.sum(m(), 1), 6, 15);
    scalar("mean", () -> Functional.mean(m()), 3.5);
    row("var", () -> Functional.var(m(), 1), 1, 1);
    row("std", () -> Functional.std(m(), 0), Math.sqrt(4.5), Math.sqrt(4.5), Math.sqrt(4.5));
    row("max", () -> Functional.max(m(), 0), 4, 5, 6);
    row("min", () -> Functional.min(m(), 0), 1, 2, 3);
    scalar("prod", () -> Functional.prod(m(), 0, 1), 720);
    scalar("norm", () -> Functional.norm(t(3, 4)), 5);
    row("cumsum", () -> Functional.cumsum(t(1, 2, 3), 0), 1, 3, 6);
  }

  private void shapes() {
    Shape wide = Shape.of(2, 3);
    Shape tall = Shape.of(3, 2);
    shaped("transpose", () -> Functional.transpose(m(), 0, 1), tall, 1, 4, 2, 5, 3, 6);
    shaped("permute", () -> Functional.permute(m(), 1, 0), tall, 1, 4, 2, 5, 3, 6);
    shaped("flip", () -> Functional.flip(m(), 0), wide, 4, 5, 6, 1, 2, 3);
    shaped(
        "slice",
        () -> Functional.slice(m(), new long[] {1, 0}, new long[] {2, -1}),
        Shape.of(1, 2),
        4,
        5);
    row("gather", () -> Functional.gather(t(10, 20, 30), ids(2, 0), 0), 30, 10);
    shaped("indexSelect", () -> Functional.indexSelect(m(), ids(2), 1), Shape.of(2, 1), 3, 6);
    Supplier<Tensor> mask = () -> engine.tensor(new boolean[] {true, false}, Shape.of(2));
    row("maskedFill", () -> Functional.maskedFill(t(1, 2), mask.get(), 9), 9, 2);
    row("where", () -> Functional.where(mask.get(), t(1, 2), t(3, 4)), 1, 4);
    shaped("tril", () -> Functional.tril(m(), 0), wide, 1, 0, 0, 4, 5, 0);
    row("pad", () -> Functional.pad(t(1), 7, new long[] {1, 2}), 7, 1, 7, 7);
    row("concat", () -> Functional.concat(0, t(1), t(2, 3)), 1, 2, 3);
    shaped("stack", () -> Functional.stack(1, t(1, 2), t(3, 4)), Shape.of(2, 2), 1, 3, 2, 4);
  }

  @TestFactory
  Stream<DynamicTest> givesTheKnownResult() {
    return cases.entrySet().stream()
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.getKey(),
                    () -> {
                      try (Scope _ = engine.scope()) {
                        Case c = e.getValue();
                        NdArray expected = new NdArray(NdArray.Kind.FLOAT, c.shape(), c.expected());
                        Close.check(e.getKey(), expected, c.call().get(), 1e-6, 1e-6);
                      }
                    }));
  }

  @Test
  void everyFunctionHasACase() {
    TreeSet<String> functions =
        Arrays.stream(Functional.class.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .map(method -> method.getName())
            .collect(Collectors.toCollection(TreeSet::new));
    cases.keySet().forEach(functions::remove);
    assertEquals(new TreeSet<>(), functions);
  }
}
