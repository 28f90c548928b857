package dev.kernite.test.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.optim.Schedule;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Learning-rate schedules against those of transformers and torch.optim.lr_scheduler. */
final class ScheduleTest {
  private static final double BASE = 1e-3;

  @Test
  void everyScheduleMatchesTheReference() {
    JsonNode file = new ObjectMapper().readTree(Reference.path("lr_schedules.json").toFile());
    JsonNode reference = file.get("lr_used_at_step_0_to_34");
    Map<String, Schedule> ours =
        Map.of(
            "linear_warmup", Schedule.linear(5, 30),
            "cosine_warmup", Schedule.cosine(5, 30),
            "constant_warmup", Schedule.constant(5),
            "polynomial", Schedule.polynomial(5, 30, 1e-7 / BASE, 2),
            "inverse_sqrt", Schedule.inverseSqrt(5),
            "cosine_restarts", Schedule.cosineRestarts(5, 30, 3),
            "step", Schedule.step(7, 0.5),
            "exponential", Schedule.exponential(0.9),
            "cosine_annealing", Schedule.cosineAnnealing(20, 1e-5 / BASE));
    assertEquals(ours.keySet(), java.util.Set.copyOf(reference.propertyNames()));
    ours.forEach(
        (name, schedule) -> {
          assertEquals(35, reference.get(name).size());
          for (int step = 0; step < 35; step++) {
            double want = reference.get(name).get(step).doubleValue();
            double got = BASE * schedule.factor(step);
            assertTrue(
                Math.abs(got - want) <= 1e-12,
                name + " at step " + step + ": " + got + ", " + want);
          }
        });
  }

  @Test
  void withoutWarmupTheFirstStepHasTheFullRate() {
    assertEquals(1, Schedule.constant(0).factor(0));
    assertEquals(1, Schedule.linear(0, 10).factor(0));
    assertEquals(1, Schedule.cosine(0, 10).factor(0));
  }
}
