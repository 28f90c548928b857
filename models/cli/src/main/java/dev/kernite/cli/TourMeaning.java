package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.bert.SentenceEncoder;
import dev.kernite.models.bert.SentenceIndex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** The part of the tour in which all-MiniLM-L6-v2 ranks sentences by meaning. */
final class TourMeaning {
  private static final List<String> SENTENCES =
      List.of(
          "The cat is asleep on the sofa.",
          "My kitten dozes in her basket.",
          "The stock market fell sharply today.",
          "Shares lost a tenth of their value.",
          "A chef prepares dinner for his guests.",
          "She is cooking soup in the kitchen.",
          "The train to the coast leaves at noon.",
          "Heavy rain flooded the valley.");

  private static final List<String> QUERIES =
      List.of("a pet taking a nap", "investors are losing money", "someone makes a meal");

  private static final int SHOWN = 3;

  /** How often the sentences are encoded for the rate, so that it is that of a running program. */
  private static final int COPIES = 64;

  private final Engine engine;
  private final Path folder;
  private final TourPage page;
  private final Interrupt interrupt;

  TourMeaning(Engine engine, Path folder, TourPage page, Interrupt interrupt) {
    this.engine = engine;
    this.folder = folder;
    this.page = page;
    this.interrupt = interrupt;
  }

  void rank() {
    page.part(
        "A BERT knows what sentences mean",
        "all-MiniLM-L6-v2, its published weights read from the ONNX file; cosine of the vectors");
    try (SentenceEncoder encoder = SentenceEncoder.load(engine, folder);
        SentenceIndex index = new SentenceIndex(encoder, SENTENCES)) {
      for (String query : QUERIES) {
        if (!interrupt.requested()) {
          show(query, index.search(query, SHOWN));
        }
      }
      if (!interrupt.requested()) {
        showRate(encoder);
      }
    }
  }

  private void show(String query, List<SentenceIndex.Hit> hits) {
    page.line("   " + query);
    List<JsonLine> found = new ArrayList<>();
    for (SentenceIndex.Hit hit : hits) {
      page.line(String.format(Locale.ROOT, "      %5.2f  %s", hit.score(), hit.text()));
      found.add(new JsonLine().put("text", hit.text()).put("score", hit.score()));
    }
    page.line("");
    page.result(new JsonLine().put("part", "meaning").put("query", query).put("hits", found));
  }

  private void showRate(SentenceEncoder encoder) {
    List<String> many = new ArrayList<>();
    Collections.nCopies(COPIES, SENTENCES).forEach(many::addAll);
    encoder.encode(many.subList(0, many.size() / 2)); // the first calls are slower
    long began = System.nanoTime();
    encoder.encode(many);
    double rate = many.size() / ((System.nanoTime() - began) / 1e9);
    page.line(String.format(Locale.ROOT, "   (%.0f sentences/s)", rate));
    page.result(new JsonLine().put("part", "meaning").put("sentences_per_second", rate));
  }
}
