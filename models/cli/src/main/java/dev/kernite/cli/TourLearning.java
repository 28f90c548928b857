package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.Generator;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.gpt2.Gpt2Inputs;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.weights.Use;
import dev.kernite.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The part of the tour in which the model learns: forward, backward and AdamW, before one's eyes.
 */
final class TourLearning {
  /** William Blake, The Tyger (1794). */
  private static final String VERSE =
      "Tyger Tyger, burning bright, In the forests of the night; What immortal hand or eye, "
          + "Could frame thy fearful symmetry?";

  private static final String BEGINNING = "Tyger Tyger,";
  private static final int STEPS = 20;
  private static final int SHOWN_EVERY = 4;
  private static final double LEARNING_RATE = 5e-4;

  private final Engine engine;
  private final Path folder;
  private final TourPage page;
  private final Interrupt interrupt;

  TourLearning(Engine engine, Path folder, TourPage page, Interrupt interrupt) {
    this.engine = engine;
    this.folder = folder;
    this.page = page;
    this.interrupt = interrupt;
  }

  void learnVerse() {
    page.part("It learns", STEPS + " steps of AdamW on a verse it has never seen (William Blake)");
    Tokenizer tokenizer = Tokenizer.load(folder);
    int[][] verse = {tokenizer.encodeToIds(VERSE, false)};
    try (Gpt2 model = Gpt2Files.load(engine, folder, Use.TRAINING)) {
      page.line("   before: " + continued(model, tokenizer, verse[0].length));
      List<Double> losses = new ArrayList<>();
      try (Adam adam = new Adam(ParameterGroup.all(model.parameters(), 0), Adam.Options.ADAMW)) {
        for (int step = 1; step <= STEPS && !interrupt.requested(); step++) {
          double loss = step(model, verse, adam);
          losses.add(loss);
          if (step == 1 || step % SHOWN_EVERY == 0) {
            String bar = "#".repeat((int) Math.round(8 * loss));
            page.line(String.format(Locale.ROOT, "   step %2d  loss %.3f  %s", step, loss, bar));
          }
        }
      }
      String after = continued(model, tokenizer, verse[0].length);
      page.line("   after:  " + after);
      page.result(new JsonLine().put("part", "learning").put("losses", losses).put("text", after));
    }
  }

  private double step(Gpt2 model, int[][] verse, Adam adam) {
    try (Scope scope = engine.scope()) {
      Tensor hidden = model.hidden(Gpt2Inputs.of(verse), false, Probe.NONE);
      Tensor loss = scope.keep(model.loss(model.logits(hidden), verse));
      loss.backward();
      adam.step(LEARNING_RATE, 1);
      model.parameters().values().forEach(Tensor::clearGrad);
      double value = loss.item();
      loss.close();
      return value;
    }
  }

  /** The model's own greedy continuation of the verse's beginning. */
  private static String continued(Gpt2 model, Tokenizer tokenizer, int length) {
    int[] start = tokenizer.encodeToIds(BEGINNING, false);
    GenerationConfig options =
        GenerationConfig.builder().sample(false).maxNewTokens(length - start.length).build();
    try (DecodeSession session = model.session()) {
      int[] ids =
          new Generator(session)
              .generate(options, new int[][] {start})
              .sequences()
              .getFirst()
              .ids();
      return tokenizer.decode(Arrays.copyOf(ids, Math.min(ids.length, length)), true);
    }
  }
}
