package dev.kernite.test.generation;

import dev.kernite.models.generation.DecodeSession;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * GPT-2 in float64, straight from its definition (Radford et al. 2019): no cache, no batching, no
 * engine. A model for the tests of generation, and a second opinion on the engine's.
 */
final class NaiveGpt2 {
  private final int width;
  private final int heads;
  private final int layers;
  private final int context;
  private final int vocab;
  private final double epsilon;
  private final Map<String, double[]> weights = new HashMap<>();

  NaiveGpt2(String folder) {
    JsonNode config = FixtureFile.json(folder + "/config.json");
    width = config.get("n_embd").asInt();
    heads = config.get("n_head").asInt();
    layers = config.get("n_layer").asInt();
    context = config.get("n_positions").asInt();
    vocab = config.get("vocab_size").asInt();
    epsilon = config.get("layer_norm_epsilon").asDouble();
    List<String> names = new ArrayList<>(List.of("wte.weight", "wpe.weight"));
    List<String> layerNames =
        List.of("ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj");
    for (String kind : List.of(".weight", ".bias")) {
      names.add("ln_f" + kind);
      for (int l = 0; l < layers; l++) {
        for (String name : layerNames) {
          names.add("h." + l + "." + name + kind);
        }
      }
    }
    try (FixtureFile file = new FixtureFile(folder + "/model.safetensors")) {
      names.forEach(name -> weights.put(name, file.values("transformer." + name)));
    }
  }

  int context() {
    return context;
  }

  /** ln p(tokens[t] | tokens before t) for t = 1 ... n - 1. */
  double[] logProbabilities(int[] tokens) {
    double[][] hidden = hidden(tokens);
    double[] result = new double[tokens.length - 1];
    for (int t = 0; t < result.length; t++) {
      double[] logits = logits(hidden[t]);
      double max = Arrays.stream(logits).max().orElseThrow();
      double sum = Arrays.stream(logits).map(x -> Math.exp(x - max)).sum();
      result[t] = logits[tokens[t + 1]] - max - Math.log(sum);
    }
    return result;
  }

  /** A session that computes everything anew at each step. */
  DecodeSession session() {
    return new Session();
  }

  /** Logits of the token after {@code hidden}, a final hidden state: the head is tied. */
  private double[] logits(double[] hidden) {
    double[] wte = weights.get("wte.weight");
    double[] logits = new double[vocab];
    for (int v = 0; v < vocab; v++) {
      for (int i = 0; i < width; i++) {
        logits[v] += hidden[i] * wte[v * width + i];
      }
    }
    return logits;
  }

  /** Final hidden states, [time][width]. */
  private double[][] hidden(int[] tokens) {
    double[][] x = new double[tokens.length][width];
    for (int t = 0; t < tokens.length; t++) {
      for (int i = 0; i < width; i++) {
        x[t][i] =
            weights.get("wte.weight")[tokens[t] * width + i]
                + weights.get("wpe.weight")[t * width + i];
      }
    }
    for (int l = 0; l < layers; l++) {
      String layer = "h." + l + ".";
      double[][] qkv = linear(norm(x, layer + "ln_1"), layer + "attn.c_attn");
      add(x, linear(attention(qkv), layer + "attn.c_proj"));
      double[][] inner = linear(norm(x, layer + "ln_2"), layer + "mlp.c_fc");
      for (double[] row : inner) {
        Arrays.setAll(row, i -> gelu(row[i]));
      }
      add(x, linear(inner, layer + "mlp.c_proj"));
    }
    return norm(x, "ln_f");
  }

  private double[][] attention(double[][] qkv) {
    int size = width / heads;
    double[][] out = new double[qkv.length][width];
    for (int h = 0; h < heads; h++) {
      int q = h * size;
      int k = width + q;
      int v = 2 * width + q;
      for (int t = 0; t < qkv.length; t++) {
        double[] weight = new double[t + 1];
        double sum = 0;
        for (int s = 0; s <= t; s++) {
          double dot = 0;
          for (int i = 0; i < size; i++) {
            dot += qkv[t][q + i] * qkv[s][k + i];
          }
          weight[s] = Math.exp(dot / Math.sqrt(size));
          sum += weight[s];
        }
        for (int s = 0; s <= t; s++) {
          for (int i = 0; i < size; i++) {
            out[t][q + i] += weight[s] / sum * qkv[s][v + i];
          }
        }
      }
    }
    return out;
  }

  private double[][] norm(double[][] x, String name) {
    double[] gain = weights.get(name + ".weight");
    double[] bias = weights.get(name + ".bias");
    double[][] y = new double[x.length][width];
    for (int t = 0; t < x.length; t++) {
      double mean = Arrays.stream(x[t]).average().orElseThrow();
      double variance =
          Arrays.stream(x[t]).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
      for (int i = 0; i < width; i++) {
        y[t][i] = (x[t][i] - mean) / Math.sqrt(variance + epsilon) * gain[i] + bias[i];
      }
    }
    return y;
  }

  /** x W + b, with W as [in][out]. */
  private double[][] linear(double[][] x, String name) {
    double[] weight = weights.get(name + ".weight");
    double[] bias = weights.get(name + ".bias");
    double[][] y = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      y[t] = bias.clone();
      for (int i = 0; i < x[t].length; i++) {
        for (int o = 0; o < bias.length; o++) {
          y[t][o] += x[t][i] * weight[i * bias.length + o];
        }
      }
    }
    return y;
  }

  private static void add(double[][] x, double[][] y) {
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < x[t].length; i++) {
        x[t][i] += y[t][i];
      }
    }
  }

  private static double gelu(double x) {
    return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  private final class Session implements DecodeSession {
    private final List<int[]> rows = new ArrayList<>();

    @Override
    public int vocabSize() {
      return vocab;
    }

    @Override
    public int maxPositions() {
      return context;
    }

    @Override
    public float[] prefill(int[][] ids, boolean[][] mask) {
      for (int r = 0; r < ids.length; r++) {
        int start = 0;
        while (!mask[r][start]) {
          start++;
        }
        rows.add(Arrays.copyOfRange(ids[r], start, ids[r].length));
      }
      return answer();
    }

    @Override
    public float[] step(int[] tokens) {
      for (int r = 0; r < tokens.length; r++) {
        int[] row = rows.get(r);
        int[] longer = Arrays.copyOf(row, row.length + 1);
        longer[row.length] = tokens[r];
        rows.set(r, longer);
      }
      return answer();
    }

    @Override
    public void select(int[] selected) {
      List<int[]> old = List.copyOf(rows);
      rows.clear();
      for (int r : selected) {
        rows.add(old.get(r));
      }
    }

    @Override
    public void close() {}

    private float[] answer() {
      float[] result = new float[rows.size() * vocab];
      for (int r = 0; r < rows.size(); r++) {
        double[][] hidden = hidden(rows.get(r));
        double[] logits = logits(hidden[hidden.length - 1]);
        for (int v = 0; v < vocab; v++) {
          result[r * vocab + v] = (float) logits[v];
        }
      }
      return result;
    }
  }
}
