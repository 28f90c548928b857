package dev.kernite.test.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.kernels.Backend;
import dev.kernite.kernels.Roofs;
import dev.kernite.kernels.WeightType;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.measure.AdamWork;
import dev.kernite.models.measure.AttentionWork;
import dev.kernite.models.measure.ConvWork;
import dev.kernite.models.measure.GanWork;
import dev.kernite.models.measure.GemmWork;
import dev.kernite.models.measure.GenerationWork;
import dev.kernite.models.measure.ImageWork;
import dev.kernite.models.measure.RandomGpt2;
import dev.kernite.models.measure.RowGradientWork;
import dev.kernite.models.measure.RowWork;
import dev.kernite.models.measure.Spread;
import dev.kernite.models.measure.Stopwatch;
import dev.kernite.models.measure.Timing;
import dev.kernite.models.measure.TrafficWork;
import dev.kernite.models.measure.TrainingWork;
import dev.kernite.models.measure.Workload;
import dev.kernite.models.weights.Use;
import dev.kernite.test.devices.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is timed is checked first, and the check fails when the result is wrong. */
@Tag("device")
final class WorkloadTest {
  @TempDir private Path folder;

  /** Right after a run, wrong without one, and wrong when one value of the result changes. */
  private static void checks(Function<Backend, Workload> source, Function<Workload, Long> result) {
    try (Engine engine = Device.any().engine(2);
        Workload work = source.apply(engine.backend())) {
      work.prepare();
      work.run();
      work.check();
      long address = result.apply(work);
      engine.backend().elementwise().scaleAdd(1.25f, address, 0, address, 1);
      assertThrows(ModelException.class, work::check, "one value is a quarter off");
      work.run();
      work.check();
      work.spoil();
      assertThrows(ModelException.class, work::check, "nothing was computed");
    }
  }

  @Test
  void productIsChecked() {
    checks(b -> new GemmWork(b, 7, 33, 20), w -> ((GemmWork) w).c());
  }

  @ParameterizedTest
  @EnumSource(WeightType.class)
  void productWithPackedWeightsIsTheSame(WeightType type) {
    try (Engine engine = Device.any().engine(2);
        GemmWork work = new GemmWork(engine.backend(), 3, 70, 50)) {
      work.packed(type).run();
      work.check();
    }
  }

  @ParameterizedTest
  @EnumSource(RowWork.Function.class)
  void rowFunctionsAreChecked(RowWork.Function function) {
    checks(b -> new RowWork(b, function, 5, 40), w -> ((RowWork) w).y());
  }

  @ParameterizedTest
  @EnumSource(RowGradientWork.Function.class)
  void gradientsOfRowFunctionsAreChecked(RowGradientWork.Function function) {
    checks(b -> new RowGradientWork(b, function, 5, 40), w -> ((RowGradientWork) w).dx());
  }

  @ParameterizedTest
  @EnumSource(TrafficWork.Kind.class)
  void trafficIsChecked(TrafficWork.Kind kind) {
    checks(b -> new TrafficWork(b, kind, 7, 40), w -> ((TrafficWork) w).y());
  }

  @ParameterizedTest
  @EnumSource(ConvWork.Direction.class)
  void convolutionsAreChecked(ConvWork.Direction direction) {
    checks(b -> new ConvWork(b, direction, 3, 2, 5, 6), w -> ((ConvWork) w).result());
  }

  @ParameterizedTest
  @EnumSource(ImageWork.Function.class)
  void poolingAndBatchNormAreChecked(ImageWork.Function function) {
    checks(b -> new ImageWork(b, function, 3, 2, 6), w -> ((ImageWork) w).result());
  }

  @Test
  void updatesAreChecked() {
    try (Engine engine = Device.any().engine(2);
        AdamWork work = new AdamWork(engine.backend(), 77)) {
      assertThrows(ModelException.class, work::check, "nothing was computed");
      work.run();
      work.run();
      work.check();
      engine.backend().elementwise().scaleAdd(1.25f, work.p(), 0, work.p(), 1);
      assertThrows(ModelException.class, work::check, "one value is a quarter off");
      work.spoil();
      work.run();
      work.check();
    }
  }

  @Test
  void attentionIsChecked() {
    checks(b -> new AttentionWork(b, false, 2, 19, 8), w -> ((AttentionWork) w).out());
  }

  @Test
  void gradientsOfAttentionAreChecked() {
    checks(b -> new AttentionWork(b, true, 2, 19, 8), w -> last(((AttentionWork) w).dq()));
    checks(b -> new AttentionWork(b, true, 2, 19, 8), w -> last(((AttentionWork) w).dk()));
    checks(b -> new AttentionWork(b, true, 2, 19, 8), w -> last(((AttentionWork) w).dv()));
  }

  /** The last value of [2, 19, 8]; the first query has but one key and so no gradient. */
  private static long last(long address) {
    return address + (2 * 19 * 8 - 1) * Float.BYTES;
  }

  @Test
  void modelsAreCheckedAndCountedAsPublished() {
    try (Engine engine = Device.any().engine(2)) {
      RandomGpt2.M12.write(engine, FileDtype.F32, folder);
      try (Gpt2 model = Gpt2Files.load(engine, folder, Use.INFERENCE);
          Workload prompt = GenerationWork.prompt(model, "f32", 32, 9);
          Workload decode = GenerationWork.decode(model, "f32", 32, 4, 3)) {
        for (Workload work : List.of(prompt, decode)) {
          work.prepare();
          work.run();
          work.check();
        }
        assertEquals("12M, 9", prompt.shape());
        // 12 L D^2 weights in the blocks, two operations each; attention; the head once.
        double blocks = 12.0 * 6 * 384 * 384;
        double expected = 9 * (2 * blocks + 4.0 * 6 * 384 * 9) + 2.0 * 384 * 4096;
        assertEquals(expected, prompt.flops());
        // Three tokens, each all of the published count but the positions.
        double read = 4096 * 384 + 6 * (12.0 * 384 * 384 + 13 * 384) + 2 * 384;
        assertEquals(3 * 4 * read, decode.bytes());
      }
      try (Gpt2 model = RandomGpt2.M12.fresh(engine, folder);
          Workload training = new TrainingWork(model, 2, 8)) {
        training.run();
        training.check();
        training.spoil();
        assertThrows(ModelException.class, training::check);
        double parameters = model.parameters().values().stream().mapToDouble(t -> t.size()).sum();
        assertEquals(16 * (6 * parameters + 12.0 * 6 * 8 * 384), training.flops());
      }
    }
  }

  @Test
  void aGanStepCountsTheProductsItMakes() {
    try (Engine engine = Engine.open();
        Workload step = new GanWork(engine)) {
      step.run();
      step.check();
      step.spoil();
      assertThrows(ModelException.class, step::check);
      double generator = 100 * 256 + 256 * 512 + 512 * 1024 + 1024 * 784;
      double discriminator = 784 * 1024 + 1024 * 512 + 512 * 256 + 256;
      double products =
          // forward and weights' gradients; gradients passed on, but for those of the noise
          2 * generator
              + (generator - 100 * 256)
              // forward three times; weights' gradients and gradients passed on, twice; to images
              + 5 * discriminator
              + 2 * (discriminator - 784 * 1024)
              + discriminator;
      assertEquals(2 * 64 * products, step.flops());
      assertEquals(64, step.items());
    }
  }

  @Test
  void everyoneHasATurnFirstAndIsPreparedWhereAsked() {
    List<String> order = new ArrayList<>();
    Stopwatch watch = new Stopwatch(3, 0, 0, 0);
    List<Timing> timings =
        watch.time(List.of(once("a", order), once("b", order), once("c", order)));
    assertEquals(3, timings.size());
    String rounds = String.join("", order.subList(order.size() - 18, order.size()));
    assertEquals("-a-b-c" + "-b-c-a" + "-c-a-b", rounds);
  }

  private static Stopwatch.Contestant once(String name, List<String> order) {
    return new Stopwatch.Contestant() {
      @Override
      public void prepare() {
        order.add("-");
      }

      @Override
      public boolean repeatable() {
        return false;
      }

      @Override
      public void run() {
        order.add(name);
      }
    };
  }

  @Test
  void spreadIsMedianAndTenths() {
    double[] values = {10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0};
    assertEquals(new Spread(5, 1, 9), Spread.of(values));
    assertEquals(new Spread(3, 3, 3), Spread.of(new double[] {3}));
    assertEquals(1.5, Spread.of(new double[] {1, 2}).median());
  }

  @Test
  void roofsAreOfThisWorldAndBoundWhatIsComputed() {
    try (Engine engine = Device.any().engine(1)) {
      Roofs roofs = engine.backend().measureRoofs();
      assertEquals(engine.backend().threads(), roofs.threads());
      assertTrue(roofs.flops() > 1e7 && roofs.flops() < 1e15, roofs::toString);
      assertTrue(roofs.bytes() > 1e7 && roofs.bytes() < 1e14, roofs::toString);
    }
    assertEquals(2, new Roofs(1, 10, 5).seconds(20, 1));
    assertEquals(4, new Roofs(1, 10, 5).seconds(1, 20));
    assertEquals(new Roofs(1, 10, 9), new Roofs(1, 10, 5).or(new Roofs(1, 2, 9)));
  }
}
