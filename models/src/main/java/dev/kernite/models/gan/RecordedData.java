package dev.kernite.models.gan;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Conversions;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.TensorFiles;
import dev.kernite.models.checkpoint.TensorInfo;
import dev.kernite.models.training.Fingerprint;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Steps in a safetensors file: {@code real} and {@code noise_d} [step, batch, ...]; {@code noise_g}
 * [step, batch, ...], without which the generator's step reuses the discriminator's noise; {@code
 * noise_fixed} [samples, ...], without which samples are drawn from the first step's.
 */
public final class RecordedData implements GanData {
  private static final String REAL = "real";
  private static final String NOISE_D = "noise_d";
  private static final String NOISE_G = "noise_g";
  private static final String NOISE_FIXED = "noise_fixed";
  private static final List<String> KNOWN = List.of(REAL, NOISE_D, NOISE_G, NOISE_FIXED);

  private final Safetensors file;
  private final Arena arena = Arena.ofConfined();
  private final Map<String, Steps> tensors = new HashMap<>();

  /** A tensor of many steps, and room for one. */
  private record Steps(RawTensor raw, MemorySegment room) {
    long extent(int axis) {
      return raw.info().shape()[axis];
    }

    /** Copies a step to the device. */
    void copy(long step, Tensor to) {
      TensorInfo info =
          TensorInfo.of(raw.info().name(), raw.info().dtype(), room.byteSize() / Float.BYTES);
      MemorySegment bytes = raw.data().asSlice(step * info.byteSize(), info.byteSize());
      Conversions.toFloat32(new RawTensor(raw.file(), info, bytes), room);
      if (to.bytes() != room.byteSize()) {
        throw new ModelException(
            "%s: a step has shape %s, the networks take %s"
                .formatted(raw.where(), Arrays.toString(one(raw)), to.shape()));
      }
      to.copyFrom(room);
    }
  }

  private RecordedData(Safetensors file) {
    this.file = file;
  }

  /**
   * Opens a file.
   *
   * @throws ModelException if it is malformed, lacks a tensor, has others, or their shapes do not
   *     fit each other
   */
  public static RecordedData open(Path path) {
    RecordedData data = new RecordedData(Safetensors.open(path));
    try {
      data.collect();
      return data;
    } catch (RuntimeException | Error e) {
      data.close();
      throw e;
    }
  }

  private void collect() {
    for (TensorInfo info : file.tensors()) {
      if (!KNOWN.contains(info.name())) {
        throw new ModelException(
            "%s: unknown tensor '%s'; known are %s".formatted(file.file(), info.name(), KNOWN));
      }
    }
    Steps real = steps(REAL);
    Steps noise = steps(NOISE_D);
    requireSame(real, noise, 2);
    if (file.contains(NOISE_G)) {
      requireSame(noise, steps(NOISE_G), 1);
    }
  }

  private Steps steps(String name) {
    RawTensor raw = file.tensor(name);
    TensorInfo info = raw.info();
    if (info.shape().length < 3
        || info.elements() == 0
        || info.shape()[1] > Integer.MAX_VALUE
        || !Conversions.isFloat(info.dtype())) {
      throw new ModelException(
          raw.where() + ": must be floats [step, batch, ...] and not empty, is " + info);
    }
    long values = info.elements() / info.shape()[0];
    Steps steps = new Steps(raw, arena.allocate(values * Float.BYTES, Float.BYTES));
    tensors.put(name, steps);
    return steps;
  }

  private static void requireSame(Steps a, Steps b, int axes) {
    for (int axis = 0; axis < axes; axis++) {
      if (a.extent(axis) != b.extent(axis)) {
        throw new ModelException(
            "%s: is %s, which does not fit %s"
                .formatted(b.raw.where(), b.raw.info(), a.raw.info()));
      }
    }
  }

  /** The shape of one step. */
  private static long[] one(RawTensor raw) {
    long[] shape = raw.info().shape();
    return Arrays.copyOfRange(shape, 1, shape.length);
  }

  @Override
  public int realRows() {
    return (int) tensors.get(REAL).extent(1);
  }

  @Override
  public int noiseRows() {
    return separateNoise() ? (int) tensors.get(NOISE_G).extent(1) : realRows();
  }

  @Override
  public long[] image() {
    long[] shape = tensors.get(REAL).raw.info().shape();
    return Arrays.copyOfRange(shape, 2, shape.length);
  }

  @Override
  public boolean separateNoise() {
    return tensors.containsKey(NOISE_G);
  }

  @Override
  public long stepsPerEpoch() {
    return tensors.get(REAL).extent(0);
  }

  @Override
  public long fingerprint() {
    Fingerprint sum = new Fingerprint();
    KNOWN.stream().filter(file::contains).forEach(name -> sum.add(file.tensor(name).data()));
    return sum.value();
  }

  @Override
  public void real(long step, Tensor images) {
    tensors.get(REAL).copy(step % stepsPerEpoch(), images);
  }

  @Override
  public void noise(long step, boolean generator, Tensor noise) {
    tensors.get(generator ? NOISE_G : NOISE_D).copy(step % stepsPerEpoch(), noise);
  }

  @Override
  public Tensor fixedInput(Engine engine, Gan gan) {
    if (!file.contains(NOISE_FIXED)) {
      Tensor noise = engine.zeros(gan.noiseShape(realRows()));
      noise(0, false, noise);
      return noise;
    }
    RawTensor raw = file.tensor(NOISE_FIXED);
    Tensor noise = TensorFiles.floats(engine, raw);
    long width = gan.noiseShape(1).size();
    if (noise.size() == 0 || noise.size() % width != 0) {
      throw new ModelException(
          "%s: is %s, the generator takes rows of %d".formatted(raw.where(), raw.info(), width));
    }
    return noise.reshape(gan.noiseShape(noise.size() / width));
  }

  @Override
  public void close() {
    file.close();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
