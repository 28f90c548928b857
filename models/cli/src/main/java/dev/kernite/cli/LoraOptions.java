package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.lora.LoraAdapter;
import dev.kernite.models.lora.LoraConfig;
import dev.kernite.models.weights.Use;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Whether {@code train} has a low-rank adapter learn in the model's place, and which. */
final class LoraOptions {
  private static final List<String> GPT2 = List.of("c_attn");
  private static final List<String> T5 = List.of("q", "v");

  @Option(
      names = "--lora-rank",
      paramLabel = "R",
      description = {
        "Train a LoRA adapter of this rank in place of the model, which stays as it is.",
        "--out gets the adapter alone; see 'generate --adapter' and 'merge'."
      })
  private Integer rank;

  @Option(
      names = "--lora-alpha",
      paramLabel = "A",
      description = "The adapter's part is scaled by A / R (default: R).")
  private Double alpha;

  @Option(
      names = "--lora-dropout",
      paramLabel = "P",
      description = "Dropout probability of the adapter's input (default: 0).")
  private Float dropout;

  @Option(
      names = "--lora-targets",
      split = ",",
      paramLabel = "NAME",
      description = "Layers to adapt, as c_attn,c_proj,c_fc (default: c_attn; T5 q,v).")
  private List<String> targets;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "Go on training this LoRA adapter, in PEFT's layout.")
  private Path adapter;

  /** Fails if an adapter is asked for where none can be trained. */
  void requireNone(TaskName task) {
    if (isAsked()) {
      throw new CommandException("LoRA adapters are for --task causal-lm and seq2seq, not " + task);
    }
  }

  private boolean isAsked() {
    boolean described = alpha != null || dropout != null || targets != null;
    if (adapter != null && (described || rank != null)) {
      throw new CommandException("--adapter brings a rank, alpha, dropout and targets of its own");
    }
    if (described && rank == null) {
      throw new CommandException(
          "--lora-alpha, --lora-dropout and --lora-targets need --lora-rank");
    }
    return rank != null || adapter != null;
  }

  /**
   * The adapter to train, or null if none is asked for.
   *
   * @param model as the command line names it
   */
  LoraTraining training(Engine engine, String model, ModelStart start, TaskName task) {
    if (!isAsked()) {
      return null;
    }
    if (task != TaskName.CAUSAL_LM && task != TaskName.SEQ2SEQ) {
      requireNone(task);
    }
    if (start.fresh()) {
      throw new CommandException(
          start.folder() + ": has no weights; a LoRA adapter is for a trained model");
    }
    LoraAdapter learns =
        adapter == null
            ? LoraAdapter.fresh(engine, config(task))
            : LoraAdapter.read(engine, adapter, Use.FROZEN);
    return new LoraTraining(learns, model, start.folder(), task);
  }

  private LoraConfig config(TaskName task) {
    return new LoraConfig(
        rank,
        alpha == null ? rank : alpha,
        dropout == null ? 0 : dropout,
        targets != null ? targets : task == TaskName.SEQ2SEQ ? T5 : GPT2,
        false);
  }
}
