package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.bert.BertFiles;
import dev.kernite.models.bert.BertForward;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.gpt2.Gpt2Forward;
import dev.kernite.models.weights.Use;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code forward}: runs a model once, from a file of inputs to a file of all it computes. */
@Command(
    name = "forward",
    description = "Run a model once; write hidden states, attentions, logits, loss, gradients.")
final class ForwardCommand implements Callable<Integer> {
  private final Globals globals;

  @Option(names = "--model", required = true, paramLabel = "M", description = "The model.")
  private String model;

  @Option(
      names = "--inputs",
      required = true,
      paramLabel = "FILE",
      description = "Safetensors file with input_ids and other inputs.")
  private Path inputs;

  @Option(
      names = "--outputs",
      required = true,
      paramLabel = "FILE",
      description = "Safetensors file to write.")
  private Path outputs;

  @Option(names = "--grads", description = "Write the gradient of the loss for each parameter too.")
  private boolean grads;

  @Option(names = "--train", description = "Run in training mode: dropout acts.")
  private boolean train;

  ForwardCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() {
    Use use = grads ? Use.TRAINING : Use.INFERENCE;
    Path folder = ModelFolder.of(model);
    try (Engine engine = globals.openEngine()) {
      if (BertConfig.knows(JsonConfig.read(folder.resolve("config.json")))) {
        try (Bert loaded = BertFiles.load(engine, folder, use)) {
          BertForward.run(loaded, inputs, outputs, grads, train);
        }
      } else {
        try (Gpt2 loaded = Gpt2Files.load(engine, folder, use)) {
          Gpt2Forward.run(loaded, inputs, outputs, grads, train);
        }
      }
    }
    return ExitCode.OK;
  }
}
