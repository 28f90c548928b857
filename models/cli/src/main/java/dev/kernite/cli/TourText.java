package dev.kernite.cli;

import dev.kernite.models.TextModel;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.GeneratedSequence;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.GenerationResult;
import dev.kernite.models.generation.Generator;
import dev.kernite.tokenizer.StreamingDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The part of the tour in which the bundled GPT-2 writes. */
final class TourText {
  private static final List<String> PROMPTS =
      List.of("Once upon a time there was a little girl who", "\"My dear Watson,\" said Holmes,");
  private static final String NEXT = "The old man took off his";
  private static final int NEW_TOKENS = 90;
  private static final int SHOWN = 6;

  private final TextModel model;
  private final TourPage page;
  private final Interrupt interrupt;

  TourText(TextModel model, TourPage page, Interrupt interrupt) {
    this.model = model;
    this.page = page;
    this.interrupt = interrupt;
  }

  void tellStories() {
    page.part(
        "A GPT-2 writes",
        "trained from nothing by `kernite train` on fifteen old novels; sampled with top-p 0.9");
    for (int i = 0; i < PROMPTS.size() && !interrupt.requested(); i++) {
      tell(PROMPTS.get(i), i + 1);
    }
  }

  private void tell(String prompt, long seed) {
    GenerationConfig options =
        model.options().maxNewTokens(NEW_TOKENS).topP(0.9).temperature(0.7).seed(seed).build();
    int[] ids = model.tokenizer().encodeToIds(prompt, false);
    StreamingDecoder stream = model.tokenizer().streamingDecoder(true);
    long began = System.nanoTime();
    page.stream("   " + prompt);
    GenerationResult result;
    try (DecodeSession session = model.session()) {
      result =
          new Generator(session)
              .cancelWhen(interrupt::requested)
              .listener((sequence, token) -> page.stream(stream.push(token)))
              .generate(options, new int[][] {ids});
    }
    page.stream(stream.flush());
    double rate = result.newTokens() / ((System.nanoTime() - began) / 1e9);
    page.line("");
    page.line(String.format(Locale.ROOT, "   (%.0f tokens/s)%n", rate));
    GeneratedSequence s = result.sequences().getFirst();
    page.result(
        new JsonLine()
            .put("part", "text")
            .put("prompt", prompt)
            .put("text", model.tokenizer().decode(s.ids(), true))
            .put("tokens_per_second", rate));
  }

  /** The likeliest next tokens after a prompt, with their probabilities. */
  void showWhatComesNext() {
    if (interrupt.requested()) {
      return;
    }
    page.part("What it does at each step", "probabilities of the next token after: " + NEXT);
    int[] ids = model.tokenizer().encodeToIds(NEXT, false);
    boolean[] real = new boolean[ids.length];
    Arrays.fill(real, true);
    double[] p;
    try (DecodeSession session = model.session()) {
      p = probabilities(session.prefill(new int[][] {ids}, new boolean[][] {real}));
    }
    List<Integer> best =
        IntStream.range(0, p.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer token) -> -p[token]))
            .limit(SHOWN)
            .toList();
    List<JsonLine> candidates = new ArrayList<>();
    for (int token : best) {
      String text = model.tokenizer().decode(new int[] {token}, false);
      String bar = "#".repeat((int) Math.round(60 * p[token]));
      page.line(
          String.format(Locale.ROOT, "   %-12s %5.1f%%  %s", text.strip(), 100 * p[token], bar));
      candidates.add(new JsonLine().put("id", token).put("token", text).put("p", p[token]));
    }
    page.result(
        new JsonLine().put("part", "next").put("prompt", NEXT).put("candidates", candidates));
  }

  private static double[] probabilities(float[] logits) {
    double max = Double.NEGATIVE_INFINITY;
    for (float x : logits) {
      max = Math.max(max, x);
    }
    double[] p = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.exp(logits[i] - max);
      sum += p[i];
    }
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
    return p;
  }
}
