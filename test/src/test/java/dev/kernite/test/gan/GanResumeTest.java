package dev.kernite.test.gan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.Mnist;
import dev.kernite.models.data.PixelScale;
import dev.kernite.models.data.Selection;
import dev.kernite.models.gan.Condition;
import dev.kernite.models.gan.DrawnData;
import dev.kernite.models.gan.EnlargementJudge;
import dev.kernite.models.gan.Gan;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanData;
import dev.kernite.models.gan.GanJudge;
import dev.kernite.models.gan.GanListener;
import dev.kernite.models.gan.GanLoss;
import dev.kernite.models.gan.GanRecipe;
import dev.kernite.models.gan.GanRun;
import dev.kernite.models.gan.GanStep;
import dev.kernite.models.gan.GanTrainer;
import dev.kernite.models.sequential.Layer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A GAN's run that was broken off anywhere ends with every file as if it had not been. */
final class GanResumeTest {
  private static final int STEPS = 13;
  private static final int SAMPLES = 20;

  /** Ends a run from inside, as a crash would. */
  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @TempDir private Path folder;
  private String preset = "mlp";
  private long steps = STEPS;

  /** Small networks with dropout, which draws from the engine's stream, in the preset's manner. */
  private GanConfig config() {
    GanConfig like = GanConfig.preset(preset);
    if (like.condition() instanceof Condition.Reduced) {
      return enlarging(like);
    }
    long told = like.condition() instanceof Condition.Classes c ? c.count() : 0;
    List<Layer> generator =
        Stream.<Layer>of(
                new Layer.Linear(5 + told, 12, true),
                new Layer.Relu(),
                new Layer.Linear(12, 784, true),
                new Layer.Tanh())
            .toList();
    List<Layer> discriminator =
        List.of(
            new Layer.Linear(784 + told, 12, true),
            new Layer.LeakyRelu(0.2),
            new Layer.Dropout(0.3),
            new Layer.Linear(12, 1, true));
    GanRecipe recipe = like.recipe();
    return new GanConfig(
        generator,
        discriminator,
        GanLoss.BCE_WITH_LOGITS,
        recipe.withBatch(8, recipe.reuseFakes()),
        like.condition());
  }

  private static GanConfig enlarging(GanConfig like) {
    return new GanConfig(
        layers("ConvTranspose2d(1, 2, 2, 2)", "BatchNorm2d(2)", "Conv2d(2, 1, 1)", "Tanh()"),
        layers(
            "Conv2d(1, 2, 4, 4)", "LeakyReLU(0.2)", "Flatten()", "Dropout(0.3)", "Linear(98, 1)"),
        like.loss(),
        like.recipe().withBatch(8, true),
        like.condition());
  }

  private static List<Layer> layers(String... texts) {
    return Stream.of(texts).map(Layer::of).toList();
  }

  private GanRun.Outcome run(
      String out, boolean resume, GanListener listener, BooleanSupplier stop) {
    GanConfig config = config();
    try (Mnist mnist = Mnist.bundled();
        Engine engine = Engine.open(EngineOptions.DEFAULT.withThreads(2).withSeed(5));
        GanData data =
            new DrawnData(
                Selection.perClass(mnist.training().scaled(PixelScale.SIGNED), 4, 1),
                config.recipe(),
                SAMPLES,
                5);
        Gan gan = Gan.fresh(engine, config);
        GanTrainer trainer = new GanTrainer(gan, data)) {
      GanJudge judge =
          config.condition() instanceof Condition.Reduced
              ? new EnlargementJudge(mnist.test().scaled(PixelScale.SIGNED), 5)
              : null;
      return new GanRun(
              trainer, judge, folder.resolve(out), new GanRun.Plan(steps, 4), Map.of("--seed", "5"))
          .run(resume, listener, stop);
    }
  }

  private static GanListener crashAfter(long step) {
    return new GanListener() {
      @Override
      public void onStep(GanStep done) {
        if (done.step() + 1 == step) {
          throw new Crash();
        }
      }
    };
  }

  private Map<String, byte[]> files(String out) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(folder.resolve(out))) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  private void assertSameFiles(String expected, String actual) throws IOException {
    Map<String, byte[]> want = files(expected);
    Map<String, byte[]> got = files(actual);
    assertEquals(want.keySet(), got.keySet());
    for (String name : want.keySet()) {
      assertArrayEquals(want.get(name), got.get(name), name);
    }
  }

  private void whole(String out) {
    assertEquals(new GanRun.Outcome(STEPS, true), run(out, false, GanListener.NONE, () -> false));
  }

  @Test
  void aCrashedRunEndsTheSame() throws IOException {
    for (String each : List.of("mlp", "keras", "cgan", "srgan")) {
      preset = each;
      whole(each);
      assertEquals(STEPS, Files.readAllLines(folder.resolve(each + "/log.jsonl")).size());
      for (long step : new long[] {1, 4, 6, 11, STEPS}) {
        String out = each + "-" + step;
        assertThrows(Crash.class, () -> run(out, false, crashAfter(step), () -> false));
        assertTrue(run(out, true, GanListener.NONE, () -> false).finished());
        assertSameFiles(each, out);
      }
    }
  }

  @Test
  void aStoppedRunEndsTheSame() throws IOException {
    whole("whole");
    for (int before : new int[] {0, 1, 5, 8}) {
      String out = "stopped-" + before;
      int[] left = {before};
      assertEquals(
          new GanRun.Outcome(before, false),
          run(out, false, GanListener.NONE, () -> left[0]-- == 0));
      assertTrue(run(out, true, GanListener.NONE, () -> false).finished());
      assertSameFiles("whole", out);
    }
  }

  @Test
  void aLongerRunGoesOnFromAShorterOne() throws IOException {
    whole("whole");
    steps = 6;
    assertTrue(run("grown", false, GanListener.NONE, () -> false).finished());
    steps = STEPS;
    assertTrue(run("grown", true, GanListener.NONE, () -> false).finished());
    assertSameFiles("whole", "grown");
  }

  @Test
  void withoutResumeARunStartsOver() throws IOException {
    whole("whole");
    assertThrows(Crash.class, () -> run("broken", false, crashAfter(6), () -> false));
    whole("broken");
    assertSameFiles("whole", "broken");
  }

  @Test
  void epochsEndWhereTheDataDo() {
    StringBuilder epochs = new StringBuilder();
    GanListener listener =
        new GanListener() {
          @Override
          public void onEpoch(long epoch, long done, Tensor samples) {
            epochs.append(epoch).append('@').append(done).append(' ');
            assertArrayEquals(new long[] {SAMPLES, 784}, samples.shape().toArray());
          }
        };
    run("whole", false, listener, () -> false);
    assertEquals("1@5 2@10 3@13 ", epochs.toString(), "40 images are 5 batches of 8");
  }

  @Test
  void eachClassHasAWayFromItsFirstSampleToItsSecond() {
    preset = "cgan";
    GanListener listener =
        new GanListener() {
          @Override
          public void onFinished(Tensor samples, Tensor paths, int points) {
            assertArrayEquals(new long[] {10L * points, 784}, paths.shape().toArray());
            float[] ends = samples.toFloats();
            float[] ways = paths.toFloats();
            for (int label = 0; label < 10; label++) {
              assertSameImage(ends, 2 * label, ways, label * points);
              assertSameImage(ends, 2 * label + 1, ways, label * points + points - 1);
            }
          }
        };
    assertTrue(run("told", false, listener, () -> false).finished());
  }

  private static void assertSameImage(float[] images, int i, float[] others, int j) {
    for (int at = 0; at < 784; at++) {
      float difference = Math.abs(images[i * 784 + at] - others[j * 784 + at]);
      assertTrue(difference <= 1e-5, i + " " + j + " " + at + " " + difference);
    }
  }

  @Test
  void otherSettingsAreRefused() {
    whole("whole");
    preset = "mlp-logits"; // the same loss here
    assertTrue(run("whole", true, GanListener.NONE, () -> false).finished());
    preset = "keras";
    ModelException error =
        assertThrows(ModelException.class, () -> run("whole", true, GanListener.NONE, () -> false));
    assertTrue(error.getMessage().contains("was saved with "), error.getMessage());
    assertFalse(error.getMessage().contains("\n"));
  }

  @Test
  void aSecondRunInTheSameFolderIsRefusedAndTheFirstGoesOn() {
    GanListener intruder =
        new GanListener() {
          @Override
          public void onStep(GanStep step) {
            ModelException e =
                assertThrows(
                    ModelException.class,
                    () -> run("shared", false, GanListener.NONE, () -> false));
            assertTrue(e.getMessage().contains("another training run"), e.getMessage());
          }
        };
    assertTrue(run("shared", false, intruder, () -> false).finished());
  }
}
