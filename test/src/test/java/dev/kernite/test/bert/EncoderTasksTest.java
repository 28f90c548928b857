package dev.kernite.test.bert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.models.ModelException;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertFiles;
import dev.kernite.models.bert.BertInputs;
import dev.kernite.models.bert.MaskFiller;
import dev.kernite.models.bert.TextClassifier;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.weights.Use;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels and masked words, against the model's own logits worked out step by step. */
class EncoderTasksTest {
  @TempDir private Path folder;

  private static double[] softmax(float[] logits, int from, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Math.exp(logits[from + i]);
    }
    double[] p = new double[n];
    for (int i = 0; i < n; i++) {
      p[i] = Math.exp(logits[from + i]) / sum;
    }
    return p;
  }

  @Test
  void masksAreFilledWithTheMostProbableTokens() throws IOException {
    TinyBert.in(folder, "bert", 320);
    try (Engine engine = Engine.open();
        MaskFiller filler = MaskFiller.load(engine, folder);
        Bert model = BertFiles.load(engine, folder, Use.INFERENCE)) {
      List<MaskFiller.Mask> masks = filler.fill("the [MASK] runs on the <mask>.", 4);
      Encoding text = Tokenizer.load(folder).encode("the [MASK] runs on the [MASK].");
      int[][] ids = {text.ids()};
      float[] logits =
          engine.noGrad(
              () ->
                  model
                      .vocabularyLogits(model.hidden(BertInputs.of(ids), false, Probe.NONE))
                      .toFloats());
      assertEquals(List.of(2, 6), masks.stream().map(MaskFiller.Mask::position).toList());
      for (MaskFiller.Mask mask : masks) {
        double[] p = softmax(logits, mask.position() * 320, 320);
        double last = 1;
        for (MaskFiller.Candidate c : mask.candidates()) {
          assertEquals(p[c.id()], c.score(), 1e-6);
          assertTrue(c.score() <= last, "in order");
          last = c.score();
        }
        double least = last;
        long better = java.util.Arrays.stream(p).filter(x -> x > least + 1e-9).count();
        assertEquals(3, better, "only the three before it are more probable");
      }
      ModelException e = assertThrows(ModelException.class, () -> filler.fill("the cat", 1));
      assertTrue(e.getMessage().contains("[MASK]"), e.getMessage());
    }
  }

  @Test
  void aTextGetsTheLabelOfTheHighestLogit() throws IOException {
    TinyBert.in(folder, "bert-classifier", 120);
    Path config = folder.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("LABEL_1", "fine"));
    List<String> texts = List.of("the cat sleeps", "a dog", "the dogs runs fast on the mat.");
    try (Engine engine = Engine.open();
        TextClassifier classifier = TextClassifier.load(engine, folder);
        Bert model = BertFiles.load(engine, folder, Use.INFERENCE)) {
      List<TextClassifier.Result> results = classifier.classify(texts);
      for (int i = 0; i < texts.size(); i++) {
        int[][] ids = {Tokenizer.load(folder).encode(texts.get(i)).ids()};
        float[] logits =
            engine.noGrad(
                () ->
                    model
                        .classLogits(model.hidden(BertInputs.of(ids), false, Probe.NONE), false)
                        .toFloats());
        double[] p = softmax(logits, 0, 3);
        List<String> labels = List.of("LABEL_0", "fine", "LABEL_2");
        double best = results.get(i).scores().get(results.get(i).label());
        for (int c = 0; c < 3; c++) {
          assertEquals(p[c], results.get(i).scores().get(labels.get(c)), 1e-6);
          assertTrue(best >= p[c] - 1e-6);
        }
      }
    }
  }

  @Test
  void aModelWithoutTheHeadIsRefused() throws IOException {
    TinyBert.in(folder, "bert", 320);
    try (Engine engine = Engine.open()) {
      ModelException e =
          assertThrows(ModelException.class, () -> TextClassifier.load(engine, folder));
      assertTrue(e.getMessage().contains("no classifier"), e.getMessage());
      assertEquals(0, engine.backend().memory().bytesInUse());
    }
  }
}
