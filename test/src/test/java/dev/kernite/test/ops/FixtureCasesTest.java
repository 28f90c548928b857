package dev.kernite.test.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Node;
import dev.kernite.engine.op.Catalogue;
import dev.kernite.engine.op.Input;
import dev.kernite.engine.op.Op;
import dev.kernite.test.devices.Device;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every case of {@code fixtures/ops} whose operation is in the catalogue, made from its JSON. */
@Tag("device")
@Tag("schedule")
final class FixtureCasesTest {
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * Two operations of PyTorch in one: {@link ResidualNormTest} has them give the bits of the two.
   */
  private static final Set<String> FUSED = Set.of("add_layer_norm", "add_rms_norm");

  /** Optimisers are no operations; the graph is several. */
  private static final Set<String> ELSEWHERE =
      Set.of("adam", "adamw", "sgd", "rmsprop", "adagrad", "clip_grad_norm", "graph");

  private static List<JsonNode> cases() {
    JsonNode all = JSON.readTree(FixtureFile.path("cases.json")).get("cases");
    return StreamSupport.stream(all.spliterator(), false).toList();
  }

  private static Set<String> names() {
    return Catalogue.entries().stream().map(Catalogue.Entry::name).collect(Collectors.toSet());
  }

  @Test
  void everyOperationHasAFixtureAndEveryFixtureAnOperation() {
    Set<String> fixtures = new TreeSet<>();
    cases().forEach(c -> fixtures.add(c.get("op").asString()));
    fixtures.removeAll(ELSEWHERE);
    Set<String> operations = new TreeSet<>(names());
    operations.removeAll(FUSED);
    assertEquals(fixtures, operations);
  }

  @TestFactory
  Stream<DynamicTest> matchesPyTorch() {
    Set<String> known = names();
    return cases().stream()
        .filter(c -> known.contains(c.get("op").asString()) && !c.has("composed"))
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.get("op").asString() + "/" + c.get("case").asString(), () -> check(c)));
  }

  private static void check(JsonNode c) {
    String operator = c.get("op").asString();
    try (FixtureFile file = new FixtureFile(operator)) {
      String prefix = c.get("case").asString() + ".";
      Map<String, Object> attributes =
          JSON.convertValue(
              c.get("attributes"), new TypeReference<LinkedHashMap<String, Object>>() {});
      Catalogue.Entry entry = Catalogue.find(operator, attributes);
      List<String> names =
          StreamSupport.stream(c.get("inputs").spliterator(), false)
              .map(JsonNode::asString)
              .toList();
      List<String> arguments = entry.isVariadic() ? names : arguments(entry, names, attributes);
      if (operator.equals("attention")) {
        attributes.put("weights", true);
      }
      Op op = Catalogue.create(entry, attributes);
      for (Device device : Device.tested()) {
        compare(device, file, prefix, op, arguments, tolerance(prefix));
      }
    }
  }

  /** The README's: relative error, looser for a long sum and a row far from 0. */
  private static double tolerance(String prefix) {
    return prefix.equals("big_k.") || prefix.equals("constant_tiny_and_offset_rows.") ? 1e-4 : 1e-5;
  }

  /** The fixture's name for each argument, null where one is absent. */
  private static List<String> arguments(
      Catalogue.Entry entry, List<String> names, Map<String, Object> attributes) {
    return entry.inputs().stream()
        .map(Input::value)
        .map(
            slot -> {
              Object referred = attributes.remove(slot);
              return referred != null ? (String) referred : names.contains(slot) ? slot : null;
            })
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static void compare(
      Device device,
      FixtureFile file,
      String prefix,
      Op op,
      List<String> arguments,
      double relative) {
    Engine engine = Engines.guarded(device);
    try (Scope _ = engine.scope()) {
      Map<String, Tensor> leaves = new HashMap<>();
      Tensor[] inputs = new Tensor[arguments.size()];
      for (int i = 0; i < inputs.length; i++) {
        String name = arguments.get(i);
        if (name != null) {
          inputs[i] = file.read(prefix + "in." + name).on(engine);
          if (file.contains(prefix + "grad." + name)) {
            leaves.put(name, inputs[i].requireGrad());
          }
        }
      }
      Node.Results results = Node.run(op, inputs);
      String label = device + " " + prefix;
      check(label + "out", file, prefix, "out", results.output(), relative);
      results
          .extras()
          .forEach((name, extra) -> check(label + name, file, prefix, name, extra, relative));
      assertTrue(file.contains(prefix + "grad_out"), "no upstream gradient");
      results.output().backward(file.read(prefix + "grad_out").on(engine));
      leaves.forEach(
          (name, leaf) ->
              check(label + "grad." + name, file, prefix, "grad." + name, leaf.grad(), relative));
    }
  }

  private static void check(
      String what, FixtureFile file, String prefix, String name, Tensor actual, double relative) {
    NdArray expected = file.read(prefix + "f64." + name);
    Close.check(what, expected, actual, relative, relative / 10);
  }
}
