package dev.kernite.cli;

import dev.kernite.models.checkpoint.FileDtype;
import java.util.Locale;

/** Values of {@code --dtype}: what weights are written as. */
enum WeightType {
  f32,
  bf16,
  f16;

  /** In the words of files. */
  FileDtype inFile() {
    return FileDtype.valueOf(name().toUpperCase(Locale.ROOT));
  }
}
