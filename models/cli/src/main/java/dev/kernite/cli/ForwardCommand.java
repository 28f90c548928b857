package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.bert.BertFiles;
import dev.kernite.models.bert.BertForward;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.checkpoint.ScratchFolder;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.gpt2.Gpt2Forward;
import dev.kernite.models.t5.T5;
import dev.kernite.models.t5.T5Config;
import dev.kernite.models.t5.T5Files;
import dev.kernite.models.t5.T5Forward;
import dev.kernite.models.transformer.AttentionMap;
import dev.kernite.models.weights.Use;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code forward}: runs a model once, from a file of inputs to a file of all it computes. */
@Command(
    name = "forward",
    description = "Run a model once; write hidden states, attentions, logits, loss, gradients.")
final class ForwardCommand implements Callable<Integer> {
  private final Globals globals;

  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "M", description = "The model.")
  private String model;

  @Mixin private final AdapterOption adapter = new AdapterOption();

  @Option(
      names = "--inputs",
      paramLabel = "FILE",
      description = "Safetensors file with input_ids and other inputs.")
  private Path inputs;

  @Option(
      names = "--text",
      paramLabel = "T",
      description = "A text instead, cut into tokens as the model wants them.")
  private String text;

  @Option(names = "--outputs", paramLabel = "FILE", description = "Safetensors file to write.")
  private Path outputs;

  @Option(
      names = "--attention-map",
      paramLabel = "HTML",
      description = "Page to write that shows where each head of each layer looks.")
  private Path attentionMap;

  @Option(
      names = "--grads",
      description = "Write the gradient of the loss for each parameter too, or of the adapter's.")
  private boolean grads;

  @Option(names = "--train", description = "Run in training mode: dropout acts.")
  private boolean train;

  ForwardCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() throws IOException {
    if ((inputs == null) == (text == null)) {
      throw new ParameterException(spec.commandLine(), "give --inputs or --text");
    }
    if (outputs == null && attentionMap == null) {
      throw new ParameterException(spec.commandLine(), "give --outputs, --attention-map or both");
    }
    Path folder = ModelFolder.of(model, globals);
    try (ScratchFolder scratch = ScratchFolder.create("kernite-forward")) {
      Path in = inputs == null ? ForwardText.write(folder, text, scratch.path()) : inputs;
      Path out = outputs == null ? scratch.path().resolve("outputs.safetensors") : outputs;
      run(folder, in, out);
      if (attentionMap != null) {
        String title = "Attention of " + model;
        AttentionMap.write(title, out, ForwardText.tokens(folder, in), attentionMap);
      }
    }
    return ExitCode.OK;
  }

  private void requireNoAdapter() {
    if (adapter.folder() != null) {
      throw new CommandException("--adapter is for models that write text, not for " + model);
    }
  }

  private void run(Path folder, Path in, Path out) {
    Use use = !grads ? Use.INFERENCE : adapter.folder() == null ? Use.TRAINING : Use.FROZEN;
    try (Engine engine = globals.openEngine()) {
      JsonConfig config = JsonConfig.read(folder.resolve("config.json"));
      if (T5Config.knows(config)) {
        try (T5 loaded = T5Files.load(engine, folder, use, adapter.folder())) {
          T5Forward.run(loaded, in, out, grads, train);
        }
      } else if (BertConfig.knows(config)) {
        requireNoAdapter();
        try (Bert loaded = BertFiles.load(engine, folder, use)) {
          BertForward.run(loaded, in, out, grads, train);
        }
      } else {
        try (Gpt2 loaded = Gpt2Files.load(engine, folder, use, adapter.folder())) {
          Gpt2Forward.run(loaded, in, out, grads, train);
        }
      }
    }
  }
}
