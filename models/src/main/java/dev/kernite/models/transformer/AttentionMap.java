package dev.kernite.models.transformer;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where each head of each layer looks, as heat maps in one HTML file that needs nothing else. A
 * weight is shown to one part in 255.
 */
public final class AttentionMap {
  private static final String TEMPLATE = "attention-map.html";
  private static final String PLACE = "/*DATA*/";
  private static final int MOST_TOKENS = 512;

  private AttentionMap() {}

  /**
   * Draws the attention weights of a forward pass.
   *
   * @param title what the page is called
   * @param outputs what {@code forward} wrote, with {@code attentions.N} [batch, heads, time, time]
   * @param tokens of each sequence, without padding: that many rows and columns are shown
   * @param html file to write
   * @throws ModelException if there are no weights in the file, or a sequence has more than 512
   *     tokens
   */
  public static void write(String title, Path outputs, List<List<String>> tokens, Path html) {
    try (Safetensors file = Safetensors.open(outputs)) {
      List<RawTensor> layers = new ArrayList<>();
      while (file.contains("attentions." + layers.size())) {
        layers.add(file.tensor("attentions." + layers.size()));
      }
      if (layers.isEmpty()) {
        throw new ModelException(outputs + ": no attention weights; the model has no layers");
      }
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("title", title);
      data.put("heads", layers.getFirst().info().shape()[1]);
      List<Object> sequences = new ArrayList<>();
      for (int b = 0; b < tokens.size(); b++) {
        sequences.add(sequence(layers, b, tokens.get(b)));
      }
      data.put("sequences", sequences);
      // In a script element no "<" of a token may look like the element's end.
      String json = JsonMapper.shared().writeValueAsString(data).replace("<", "\\u003c");
      AtomicFiles.write(html, template().replace(PLACE, json));
    }
  }

  private static Map<String, Object> sequence(List<RawTensor> layers, int b, List<String> tokens) {
    if (tokens.size() > MOST_TOKENS) {
      throw new ModelException(
          "a map of %d tokens is too large to look at; give at most %d"
              .formatted(tokens.size(), MOST_TOKENS));
    }
    List<String> weights = new ArrayList<>();
    for (RawTensor layer : layers) {
      weights.add(Base64.getEncoder().encodeToString(bytes(layer, b, tokens.size())));
    }
    Map<String, Object> sequence = new LinkedHashMap<>();
    sequence.put("tokens", tokens);
    sequence.put("layers", weights);
    return sequence;
  }

  /** The weights among the first n tokens of a sequence, [heads][n][n], as parts of 255. */
  private static byte[] bytes(RawTensor layer, int b, int n) {
    long[] shape = layer.info().shape();
    int heads = Math.toIntExact(shape[1]);
    byte[] bytes = new byte[heads * n * n];
    for (int h = 0; h < heads; h++) {
      for (int q = 0; q < n; q++) {
        long row = ((b * shape[1] + h) * shape[2] + q) * shape[3];
        for (int k = 0; k < n; k++) {
          long at = (row + k) * Float.BYTES;
          float weight = layer.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
          bytes[(h * n + q) * n + k] = (byte) Math.round(255 * weight);
        }
      }
    }
    return bytes;
  }

  private static String template() {
    try (InputStream in = AttentionMap.class.getResourceAsStream(TEMPLATE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("the jar of the models is damaged: no " + TEMPLATE, e);
    }
  }
}
