package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.bert.TextClassifier;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code classify}: tells the class of each text. */
@Command(name = "classify", description = "Tell the class of texts with a fine-tuned encoder.")
final class ClassifyCommand implements Callable<Integer> {
  private final Globals globals;

  @Option(names = "--model", required = true, paramLabel = "M", description = "The model.")
  private String model;

  @Parameters(arity = "1..*", paramLabel = "TEXT", description = "The texts.")
  private List<String> texts;

  ClassifyCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() {
    try (Engine engine = globals.openEngine();
        TextClassifier classifier = TextClassifier.load(engine, ModelFolder.of(model, globals))) {
      List<TextClassifier.Result> results = classifier.classify(texts);
      for (int i = 0; i < results.size(); i++) {
        print(texts.get(i), results.get(i));
      }
    }
    return ExitCode.OK;
  }

  private void print(String text, TextClassifier.Result result) {
    if (globals.json()) {
      JsonLine scores = new JsonLine();
      result.scores().forEach(scores::put);
      new JsonLine()
          .put("text", text)
          .put("label", result.label())
          .put("scores", scores)
          .print(globals.out());
      return;
    }
    globals
        .out()
        .printf(
            Locale.ROOT,
            "%-16s %.4f  %s%n",
            result.label(),
            result.scores().get(result.label()),
            text);
  }
}
