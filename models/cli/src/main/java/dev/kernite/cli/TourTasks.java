package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.TextModel;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.GenerationConfigBuilder;
import dev.kernite.models.generation.Generator;
import dev.kernite.models.generation.TaskParameters;
import java.nio.file.Path;
import java.util.List;

/** The part of the tour in which the bundled T5 turns one text into another. */
final class TourTasks {
  private record Request(String task, String text) {}

  private static final List<Request> REQUESTS =
      List.of(
          new Request("translation_words_to_digits", "forty-two thousand six hundred seven"),
          new Request("translation_digits_to_words", "271828"),
          new Request("translation_date_to_iso", "Sunday 22 November 2026"));

  private final Engine engine;
  private final Path folder;
  private final TourPage page;

  TourTasks(Engine engine, Path folder, TourPage page) {
    this.engine = engine;
    this.folder = folder;
    this.page = page;
  }

  void answer() {
    page.part(
        "A T5 answers",
        "trained from nothing by `kernite train --task seq2seq`; it never saw these");
    try (TextModel model = TextModel.load(engine, folder)) {
      for (Request request : REQUESTS) {
        answer(model, request);
      }
    }
  }

  private void answer(TextModel model, Request request) {
    TaskParameters task = model.task(request.task()).orElseThrow();
    GenerationConfigBuilder options = model.options();
    task.applyTo(options);
    String read = task.prefix() + request.text();
    int[][] prompt = {model.prompt(read)};
    String written;
    try (DecodeSession session = model.session(prompt)) {
      int[] ids =
          new Generator(session)
              .generate(options.build(), model.starts(prompt))
              .sequences()
              .getFirst()
              .ids();
      written = model.tokenizer().decode(ids, true);
    }
    page.line("   %-46s -> %s".formatted(read, written));
    page.result(new JsonLine().put("part", "tasks").put("text", read).put("translation", written));
  }
}
