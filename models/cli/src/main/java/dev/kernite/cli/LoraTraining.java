package dev.kernite.cli;

import dev.kernite.engine.Tensor;
import dev.kernite.models.checkpoint.Checkpoint;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.TensorInfo;
import dev.kernite.models.lora.LoraAdapter;
import dev.kernite.models.lora.LoraConfig;
import dev.kernite.models.training.AdapterWriter;
import dev.kernite.models.training.Fingerprint;
import dev.kernite.models.training.ModelFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A run that trains an adapter.
 *
 * @param adapter becomes part of the model
 * @param model as the command line names it
 * @param folder where it lies
 */
record LoraTraining(LoraAdapter adapter, String model, Path folder, TaskName task) {
  /** What a resumed run must repeat; the weights beside the adapter are not in its state. */
  Map<String, String> settings() {
    LoraConfig config = adapter.config();
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("--lora-rank", Integer.toString(config.rank()));
    settings.put("--lora-alpha", Double.toString(config.alpha()));
    settings.put("--lora-dropout", Float.toString(config.dropout()));
    settings.put("--lora-targets", String.join(",", config.targets()));
    Fingerprint sum = new Fingerprint();
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      checkpoint.names().forEach(name -> sum.add(checkpoint.stored(name).raw().data()));
    }
    settings.put("--model (checksum)", Long.toHexString(sum.value()));
    return settings;
  }

  /** How much learns, and how much does not. */
  String summary() {
    long learns = adapter.parameters().values().stream().mapToLong(Tensor::size).sum();
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      long stays = checkpoint.tensors().stream().mapToLong(TensorInfo::elements).sum();
      return String.format(
          Locale.ROOT,
          "an adapter of %,d parameters learns, the model's %,d stay as they are",
          learns,
          stays);
    }
  }

  ModelFormat format(FileDtype dtype) {
    Path path = Path.of(model);
    String base = Files.isDirectory(path) ? path.toAbsolutePath().normalize().toString() : model;
    return new AdapterWriter(
        adapter, base, task == TaskName.SEQ2SEQ ? "SEQ_2_SEQ_LM" : "CAUSAL_LM", dtype);
  }
}
