package dev.kernite.models.lora;

import dev.kernite.models.ModelException;
import java.util.List;

/**
 * Which layers of a model are adapted, and how (Hu et al. 2021).
 *
 * @param rank of the corrections
 * @param alpha a correction is scaled by alpha / rank
 * @param dropout probability, of what a correction is computed from
 * @param targets names of layers: the last part of their path, such as {@code c_attn}, or more of
 *     it
 * @param stabilised whether alpha is divided by the root of the rank instead (Kalajdzievski 2023)
 */
public record LoraConfig(
    int rank, double alpha, float dropout, List<String> targets, boolean stabilised) {
  /** Checks the ranges. */
  public LoraConfig {
    targets = List.copyOf(targets);
    if (rank < 1) {
      throw new ModelException("a LoRA adapter's rank must be at least 1, not " + rank);
    }
    if (!(alpha > 0 && Double.isFinite(alpha))) {
      throw new ModelException("a LoRA adapter's alpha must be above 0, not " + alpha);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new ModelException(
          "a LoRA adapter's dropout must be from 0 to below 1, not " + dropout);
    }
    if (targets.isEmpty()) {
      throw new ModelException("a LoRA adapter needs layers to adapt");
    }
  }

  /** What a correction is multiplied with. */
  double scale() {
    return alpha / (stabilised ? Math.sqrt(rank) : rank);
  }

  /** Whether this names a layer. */
  static boolean names(String target, String layer) {
    return layer.equals(target) || layer.endsWith("." + target);
  }
}
