package dev.kernite.test.hub;

import dev.kernite.models.hub.Hub;
import dev.kernite.models.hub.HubListener;
import dev.kernite.models.hub.HubSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A client of a {@link FakeHub} with a cache of its own, and what it was told. */
final class HubFixture {
  static final String MODEL = "someone/tiny-model";
  static final String WEIGHTS = "model.safetensors";

  private final Map<String, String> environment = new HashMap<>();
  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final List<Long> progress = new CopyOnWriteArrayList<>();

  HubFixture(FakeHub hub, Path folder) {
    set("HF_ENDPOINT", hub.address()).set("HF_HOME", folder.toString());
  }

  HubFixture set(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** One that loses patience quickly. */
  Hub hub() {
    return hub(Duration.ofMillis(400), line -> {});
  }

  /** One that waits for a slow server. */
  Hub patient(Consumer<String> told) {
    return hub(Duration.ofSeconds(20), told);
  }

  private Hub hub(Duration stall, Consumer<String> told) {
    return Hub.of(HubSettings.of(environment).withWaits(stall, Duration.ofMillis(1)))
        .withListener(
            new HubListener() {
              @Override
              public void message(String line) {
                messages.add(line);
                told.accept(line);
              }

              @Override
              public void progress(String file, long done, long total) {
                progress.add(done);
              }
            });
  }

  List<String> messages() {
    return messages;
  }

  List<Long> progress() {
    return progress;
  }

  /** Files as of a model: they need only be there, not make sense. */
  static Map<String, byte[]> files(int weightBytes) {
    byte[] weights = new byte[weightBytes];
    new Random(weightBytes).nextBytes(weights);
    Map<String, byte[]> files = new HashMap<>();
    files.put(WEIGHTS, weights);
    files.put("config.json", "{\"model_type\": \"gpt2\"}".getBytes(StandardCharsets.UTF_8));
    files.put("tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8));
    files.put("1_Pooling/config.json", "{\"a\": 1}".getBytes(StandardCharsets.UTF_8));
    files.put("pytorch_model.bin", "a pickle".getBytes(StandardCharsets.UTF_8));
    files.put("README.md", "# Tiny".getBytes(StandardCharsets.UTF_8));
    return files;
  }
}
