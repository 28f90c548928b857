package dev.kernite.test.bert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernite.engine.Engine;
import dev.kernite.models.BundledModel;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertFiles;
import dev.kernite.models.bert.BertForward;
import dev.kernite.models.bert.SentenceEncoder;
import dev.kernite.models.bert.SentenceIndex;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.OnnxFile;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorInfo;
import dev.kernite.models.weights.Use;
import dev.kernite.test.devices.Device;
import dev.kernite.test.models.Reference;
import dev.kernite.tokenizer.Encoding;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A published encoder against what ONNX Runtime 1.29.0 and Hugging Face transformers 4.27.4 gave
 * for it: fixtures/real-bert.
 */
record PublishedEncoder(BundledModel model, String fixture) {
  static final PublishedEncoder MINILM =
      new PublishedEncoder(BundledModel.MINILM, "all-minilm-l6-v2");
  static final PublishedEncoder BGE_SMALL =
      new PublishedEncoder(BundledModel.BGE_SMALL, "bge-small-en-v1.5");

  private static final int SENTENCES = 20;
  private static final int BATCH = 8;
  private static final double STATES = 1e-4;
  private static final double VECTORS = 1e-5;

  /** Skips where the weights are not: those of bge-small come with the slow tests only. */
  void requireArtifact() {
    assumeTrue(model.isOnClassPath(), () -> model.artifact() + " is not on the class path");
  }

  private Path file(String name) {
    try {
      String path = "/fixtures/real-bert/" + fixture + "/" + name;
      return Path.of(PublishedEncoder.class.getResource(path).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<JsonNode> sentences() throws IOException {
    List<JsonNode> lines =
        Files.readAllLines(file("sentences.jsonl")).stream()
            .map(JsonMapper.shared()::readTree)
            .toList();
    assertEquals(SENTENCES, lines.size());
    return lines;
  }

  private List<String> texts() throws IOException {
    return sentences().stream().map(line -> line.get("text").stringValue()).toList();
  }

  /** Every initializer has the name and the shape of its parameter. */
  void checkNames() throws IOException {
    JsonNode map = JsonMapper.shared().readTree(Files.readString(file("onnx_weight_map.json")));
    Map<String, String> expected = new HashMap<>();
    for (JsonNode weight : map.get("weights")) {
      JsonNode s = weight.get("shape");
      boolean turned = weight.get("transpose").booleanValue();
      String shape = turned ? "[" + s.get(1) + "," + s.get(0) + "]" : s.toString();
      expected.put(weight.get("hf_name").stringValue(), shape);
    }
    Map<String, String> found = new HashMap<>();
    try (OnnxFile onnx = OnnxFile.open(model.folder().resolve("model.onnx"))) {
      for (TensorInfo info : onnx.tensors()) {
        found.put(info.name(), Arrays.toString(info.shape()).replace(" ", ""));
      }
    }
    assertFalse(expected.isEmpty());
    assertEquals(expected, found);
  }

  /** Texts are cut into the reference's tokens. */
  void checkTokens() throws IOException {
    try (Engine engine = Engine.open();
        SentenceEncoder encoder = SentenceEncoder.load(engine, model.folder())) {
      List<Encoding> all = encoder.tokens(texts());
      for (int i = 0; i < all.size(); i++) {
        JsonNode line = sentences().get(i);
        JsonMapper json = JsonMapper.shared();
        assertArrayEquals(json.convertValue(line.get("ids"), int[].class), all.get(i).ids());
        List<?> tokens = json.convertValue(line.get("tokens"), List.class);
        assertEquals(tokens, all.get(i).tokens());
      }
    }
  }

  /** The hidden states of single sentences, for one of them after each layer. */
  void checkStates(Device device, Path temp) {
    try (Safetensors expected = Safetensors.open(file("expected.safetensors"));
        Engine engine = device.engine(2);
        Bert bert = BertFiles.load(engine, model.folder(), Use.INFERENCE)) {
      int checked = 0;
      for (int n = 0; n < SENTENCES; n++) {
        if (!expected.contains(n + ".last_hidden_state")) {
          continue;
        }
        Path out = temp.resolve("out.safetensors");
        BertForward.run(bert, inputs(expected.tensor(n + ".input_ids"), temp), out, false, false);
        try (Safetensors got = Safetensors.open(out)) {
          for (TensorInfo info : expected.tensors()) {
            String name = info.name().substring(info.name().indexOf('.') + 1);
            if (info.name().startsWith(n + ".") && name.contains("hidden_state")) {
              RawTensor want = expected.tensor(info.name());
              Reference.requireClose(fixture + " " + n, got, want, name, STATES, 0, i -> true);
              checked++;
            }
          }
        }
      }
      assertTrue(checked > 15, () -> "too little to check");
    }
  }

  private static Path inputs(RawTensor ids, Path temp) {
    Path in = temp.resolve("in.safetensors");
    long[] shape = {1, ids.info().elements()};
    new SafetensorsWriter().tensor("input_ids", FileDtype.I64, ids.data(), shape).write(in);
    return in;
  }

  /** Vectors of single sentences and of a batch with padding, and the angles between them. */
  void checkVectors(Device device) throws IOException {
    try (Safetensors expected = Safetensors.open(file("expected.safetensors"));
        Engine engine = device.engine(2);
        SentenceEncoder encoder = SentenceEncoder.load(engine, model.folder())) {
      float[][] vectors = new float[SENTENCES][];
      for (int i = 0; i < SENTENCES; i++) {
        vectors[i] = encoder.encode(texts().subList(i, i + 1))[0];
      }
      requireClose("embeddings", vectors, expected.tensor("embeddings"));
      float[][] batch = encoder.encode(texts().subList(0, BATCH));
      requireClose("batch", batch, expected.tensor("batch.embeddings"));
      float[][] cosines = new float[SENTENCES][SENTENCES];
      for (int i = 0; i < SENTENCES; i++) {
        for (int j = 0; j < SENTENCES; j++) {
          cosines[i][j] = (float) SentenceIndex.cosine(vectors[i], vectors[j]);
        }
      }
      requireClose("cosines", cosines, expected.tensor("cosine_similarity"));
    }
  }

  private static void requireClose(String what, float[][] got, RawTensor want) {
    assertArrayEquals(new long[] {got.length, got[0].length}, want.info().shape());
    for (int i = 0; i < got.length; i++) {
      for (int j = 0; j < got[i].length; j++) {
        long at = Float.BYTES * ((long) i * got[i].length + j);
        double w = want.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
        String where = what + "[" + i + "][" + j + "] is " + got[i][j] + ", reference " + w;
        assertTrue(Math.abs(got[i][j] - w) <= VECTORS, where);
      }
    }
  }
}
