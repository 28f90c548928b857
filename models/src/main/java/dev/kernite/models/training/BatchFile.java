package dev.kernite.models.training;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Conversions;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.TensorInfo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Ready-made batches in a safetensors file, consumed in order: a tensor {@code batches} [step,
 * batch, time] of token ids, or {@code input_ids} [step, batch, time] with, as far as needed,
 * {@code attention_mask}, {@code token_type_ids} and {@code position_ids} of the same shape, {@code
 * labels} [step, batch, ...], and the decoder's inputs.
 */
public final class BatchFile implements AutoCloseable {
  /** The name under which the token ids are found, whatever the file calls them. */
  public static final String INPUT_IDS = "input_ids";

  private static final String BATCHES = "batches";

  private static final List<String> LIKE_INPUT_IDS =
      List.of("attention_mask", "token_type_ids", "position_ids");

  private static final List<String> PER_ROW =
      List.of("labels", "next_sentence_label", "decoder_input_ids", "decoder_attention_mask");

  private final Safetensors file;
  private final Map<String, RawTensor> tensors = new LinkedHashMap<>();

  private BatchFile(Safetensors file) {
    this.file = file;
  }

  /**
   * Opens a file of batches.
   *
   * @param path a safetensors file
   * @return the batches
   * @throws ModelException if the file is malformed, lacks the token ids, holds tensors of other
   *     names, or their shapes do not fit each other
   */
  public static BatchFile open(Path path) {
    Safetensors file = Safetensors.open(path);
    BatchFile batches = new BatchFile(file);
    try {
      batches.collect();
      return batches;
    } catch (ModelException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Opens a file for a model that does not take all of these tensors.
   *
   * @param model what the batches are for, in messages: {@code a classifier}
   * @param known names that it takes
   */
  public static BatchFile open(Path path, String model, List<String> known) {
    BatchFile file = open(path);
    for (String name : file.names()) {
      if (!known.contains(name)) {
        file.close();
        throw new ModelException(
            "%s: tensor '%s' is not for %s; it takes %s".formatted(path, name, model, known));
      }
    }
    return file;
  }

  private void collect() {
    if (file.contains(BATCHES) == file.contains(INPUT_IDS)) {
      throw new ModelException(
          "%s: needs one tensor 'batches' or 'input_ids' [step, batch, time], holds %s"
              .formatted(file.file(), file.tensors()));
    }
    for (TensorInfo info : file.tensors()) {
      String name = info.name().equals(BATCHES) ? INPUT_IDS : info.name();
      if (!name.equals(INPUT_IDS) && !LIKE_INPUT_IDS.contains(name) && !PER_ROW.contains(name)) {
        throw new ModelException(
            "%s: unknown tensor '%s'; known are %s, %s, %s and %s"
                .formatted(file.file(), info.name(), BATCHES, INPUT_IDS, LIKE_INPUT_IDS, PER_ROW));
      }
      tensors.put(name, file.tensor(info.name()));
    }
    RawTensor ids = tensors.get(INPUT_IDS);
    long[] shape = ids.info().shape();
    if (shape.length != 3
        || ids.info().elements() == 0
        || !Conversions.isInteger(ids.info().dtype())) {
      throw new ModelException(
          ids.where() + ": must be integers [step, batch, time] and not empty, is " + ids.info());
    }
    tensors.forEach((name, tensor) -> requireFits(name, tensor, shape));
  }

  private static void requireFits(String name, RawTensor tensor, long[] ids) {
    long[] shape = tensor.info().shape();
    int common = LIKE_INPUT_IDS.contains(name) ? ids.length : 2;
    boolean fits =
        shape.length >= common
            && (common == 2 || shape.length == common)
            && Arrays.equals(shape, 0, common, ids, 0, common);
    if (!fits) {
      throw new ModelException(
          "%s: its shape %s does not fit that of the token ids, %s"
              .formatted(tensor.where(), Arrays.toString(shape), Arrays.toString(ids)));
    }
  }

  /**
   * The number of batches.
   *
   * @return at least 1
   */
  public long steps() {
    return tensors.get(INPUT_IDS).info().shape()[0];
  }

  /**
   * The tensors every batch has.
   *
   * @return {@link #INPUT_IDS} and what else the file holds
   */
  public List<String> names() {
    return List.copyOf(tensors.keySet());
  }

  /**
   * One tensor of one batch, not copied.
   *
   * @param name one of {@link #names}
   * @param step the batch, from 0
   * @return the tensor without its first axis: [batch, time] for the token ids
   * @throws ModelException if there is no such tensor or step
   */
  public RawTensor tensor(String name, long step) {
    RawTensor all = tensors.get(name);
    if (all == null || step < 0 || step >= steps()) {
      throw new ModelException(
          "%s: no '%s' for step %d; it has %s for %d steps"
              .formatted(file.file(), name, step, names(), steps()));
    }
    long[] shape = all.info().shape();
    TensorInfo info =
        TensorInfo.of(name, all.info().dtype(), Arrays.copyOfRange(shape, 1, shape.length));
    return new RawTensor(
        all.file(), info, all.data().asSlice(step * info.byteSize(), info.byteSize()));
  }

  /** A checksum of all batches. */
  public long fingerprint() {
    Fingerprint sum = new Fingerprint();
    for (long step = 0; step < steps(); step++) {
      for (String name : names()) {
        sum.add(tensor(name, step).data());
      }
    }
    return sum.value();
  }

  /** Unmaps the file; its tensors must no longer be touched. Closing again does nothing. */
  @Override
  public void close() {
    file.close();
  }
}
