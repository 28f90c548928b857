package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.gpt2.Gpt2Forward;
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
    Gpt2Files.Use use = grads ? Gpt2Files.Use.TRAINING : Gpt2Files.Use.INFERENCE;
    try (Engine engine = globals.openEngine();
        Gpt2 loaded = Gpt2Files.load(engine, ModelFolder.of(model), use)) {
      Gpt2Forward.run(loaded, inputs, outputs, grads, train);
    }
    return ExitCode.OK;
  }
}
