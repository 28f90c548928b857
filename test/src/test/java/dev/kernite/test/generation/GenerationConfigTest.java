package dev.kernite.test.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.kernite.models.generation.EarlyStopping;
import dev.kernite.models.generation.GenerationConfig;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Options that are changed start from all that were set. */
final class GenerationConfigTest {
  /** What beams rule out, and what rules out beams. */
  private static final Set<String> OF_SAMPLING = Set.of("sample");

  private static final Set<String> OF_BEAMS =
      Set.of("numBeams", "numBeamGroups", "diversityPenalty");

  private static GenerationConfig some(boolean beams) {
    return GenerationConfig.builder()
        .maxNewTokens(7)
        .maxLength(90)
        .minLength(3)
        .minNewTokens(2)
        .sample(!beams)
        .temperature(0.5)
        .topK(9)
        .topP(0.8)
        .minP(0.1)
        .typicalP(0.7)
        .epsilonCutoff(0.01)
        .etaCutoff(0.02)
        .repetitionPenalty(1.2)
        .noRepeatNgramSize(4)
        .badWords(List.of(List.of(5)))
        .numBeams(beams ? 4 : 1)
        .numBeamGroups(beams ? 2 : 1)
        .diversityPenalty(beams ? 0.3 : 0)
        .lengthPenalty(1.5)
        .earlyStopping(EarlyStopping.NEVER)
        .numReturnSequences(3)
        .seed(11)
        .stopTexts(List.of("x"))
        .endTokens(List.of(6))
        .padToken(8)
        .keepScores(true)
        .build();
  }

  @Test
  void nothingThatWasSetIsLost() throws ReflectiveOperationException {
    GenerationConfig defaults = GenerationConfig.builder().build();
    for (boolean beams : new boolean[] {false, true}) {
      GenerationConfig config = some(beams);
      for (RecordComponent option : GenerationConfig.class.getRecordComponents()) {
        if (!(beams ? OF_SAMPLING : OF_BEAMS).contains(option.getName())) {
          assertNotEquals(
              option.getAccessor().invoke(defaults),
              option.getAccessor().invoke(config),
              option.getName() + " is set here");
        }
      }
      assertEquals(config, config.toBuilder().build());
    }
  }

  @Test
  void whetherToSampleStays() {
    GenerationConfig greedy = GenerationConfig.builder().topP(0.9).sample(false).build();
    assertEquals(false, greedy.toBuilder().temperature(0.5).build().sample());
  }
}
