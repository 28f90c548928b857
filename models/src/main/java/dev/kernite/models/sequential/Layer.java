package dev.kernite.models.sequential;

import dev.kernite.engine.Shape;
import dev.kernite.models.ModelException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * A layer of a sequential network as data: PyTorch's modules under PyTorch's names, so that a layer
 * reads and prints as there, {@code Conv2d(1, 64, kernel_size=4, stride=2, padding=1, bias=False)}.
 */
public sealed interface Layer {
  /**
   * Reads a layer.
   *
   * @param text as PyTorch prints it
   * @throws ModelException if it is none of these layers, or has arguments that they do not take
   */
  static Layer of(String text) {
    return LayerText.parse(text);
  }

  /**
   * Reads a network: a list of layers; or the text that PyTorch prints for a {@code Sequential}; or
   * a list of sizes, which stands for linear layers.
   *
   * @param between follows each linear layer but the last
   * @param last follows the last one; null for nothing
   * @throws ModelException if there is no layer, or one is wrong
   */
  static List<Layer> listOf(List<String> texts, Layer between, Layer last) {
    if (texts.size() == 1 && texts.getFirst().strip().startsWith("Sequential")) {
      return LayerText.sequential(texts.getFirst());
    }
    if (!texts.stream().allMatch(text -> text.matches("\\d{1,9}"))) {
      return texts.stream().map(Layer::of).toList();
    }
    if (texts.size() < 2) {
      throw new ModelException("a network of linear layers needs two sizes or more: " + texts);
    }
    List<Layer> layers = new ArrayList<>();
    for (int i = 1; i < texts.size(); i++) {
      layers.add(new Linear(Long.parseLong(texts.get(i - 1)), Long.parseLong(texts.get(i)), true));
      Layer activation = i + 1 < texts.size() ? between : last;
      if (activation != null) {
        layers.add(activation);
      }
    }
    return layers;
  }

  /** Shapes of what the layer learns, by PyTorch's names. */
  default SequencedMap<String, Shape> parameters() {
    return new LinkedHashMap<>();
  }

  /** Shapes of what it keeps beside that, none with a gradient. */
  default SequencedMap<String, Shape> buffers() {
    return new LinkedHashMap<>();
  }

  /**
   * Affine map of rows: [batch, in] to [batch, out]. Images are flattened first.
   *
   * @param bias whether a bias is added
   */
  record Linear(long in, long out, boolean bias) implements Layer {
    @Override
    public SequencedMap<String, Shape> parameters() {
      return weightAndBias(Shape.of(out, in), bias ? out : 0);
    }

    @Override
    public String toString() {
      return "Linear(%d, %d%s)".formatted(in, out, withoutBias(bias));
    }
  }

  /**
   * Convolution with a square kernel: [batch, in, height, width] to [batch, out, ...].
   *
   * @param kernel height and width
   * @param padding zeros on each side
   */
  record Conv2d(long in, long out, int kernel, int stride, int padding, boolean bias)
      implements Layer {
    @Override
    public SequencedMap<String, Shape> parameters() {
      return weightAndBias(Shape.of(out, in, kernel, kernel), bias ? out : 0);
    }

    @Override
    public String toString() {
      return "Conv2d(%d, %d, kernel_size=%d, stride=%d, padding=%d%s)"
          .formatted(in, out, kernel, stride, padding, withoutBias(bias));
    }
  }

  /**
   * Transposed convolution with a square kernel, which enlarges images.
   *
   * @param padding zeros taken away on each side
   * @param outputPadding rows and columns added on one side
   */
  record ConvTranspose2d(
      long in, long out, int kernel, int stride, int padding, int outputPadding, boolean bias)
      implements Layer {
    @Override
    public SequencedMap<String, Shape> parameters() {
      return weightAndBias(Shape.of(in, out, kernel, kernel), bias ? out : 0);
    }

    @Override
    public String toString() {
      return "ConvTranspose2d(%d, %d, kernel_size=%d, stride=%d, padding=%d, output_padding=%d%s)"
          .formatted(in, out, kernel, stride, padding, outputPadding, withoutBias(bias));
    }
  }

  /**
   * Batch normalisation (Ioffe and Szegedy 2015) of rows [batch, features] or images [batch,
   * features, height, width].
   *
   * @param eps added to the variance
   * @param momentum weight of a new batch in the running statistics
   */
  record BatchNorm(long features, double eps, double momentum) implements Layer {
    /** The buffer of running means. */
    public static final String MEAN = "running_mean";

    /** The buffer of running variances. */
    public static final String VARIANCE = "running_var";

    @Override
    public SequencedMap<String, Shape> parameters() {
      return weightAndBias(Shape.of(features), features);
    }

    @Override
    public SequencedMap<String, Shape> buffers() {
      SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
      shapes.put(MEAN, Shape.of(features));
      shapes.put(VARIANCE, Shape.of(features));
      return shapes;
    }

    @Override
    public String toString() {
      return "BatchNorm(%d, eps=%s, momentum=%s)".formatted(features, eps, momentum);
    }
  }

  /** max(x, 0). */
  record Relu() implements Layer {
    @Override
    public String toString() {
      return "ReLU()";
    }
  }

  /** x where x &gt;= 0, else slope x. */
  record LeakyRelu(double slope) implements Layer {
    @Override
    public String toString() {
      return "LeakyReLU(%s)".formatted(slope);
    }
  }

  /** x where x &gt; 0, else alpha (e^x - 1). */
  record Elu(double alpha) implements Layer {
    @Override
    public String toString() {
      return "ELU(%s)".formatted(alpha);
    }
  }

  /** Hyperbolic tangent. */
  record Tanh() implements Layer {
    @Override
    public String toString() {
      return "Tanh()";
    }
  }

  /** 1 / (1 + e^-x). */
  record Sigmoid() implements Layer {
    @Override
    public String toString() {
      return "Sigmoid()";
    }
  }

  /** Inverted dropout (Srivastava et al. 2014), in training only. */
  record Dropout(double p) implements Layer {
    @Override
    public String toString() {
      return "Dropout(%s)".formatted(p);
    }
  }

  /** [batch, ...] to [batch, values]. */
  record Flatten() implements Layer {
    @Override
    public String toString() {
      return "Flatten()";
    }
  }

  /** [batch, values] to [batch, channels, height, width]. */
  record Unflatten(long channels, long height, long width) implements Layer {
    /** Values of an image. */
    public long size() {
      return channels * height * width;
    }

    @Override
    public String toString() {
      return "Unflatten(1, (%d, %d, %d))".formatted(channels, height, width);
    }
  }

  private static SequencedMap<String, Shape> weightAndBias(Shape weight, long bias) {
    SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("weight", weight);
    if (bias > 0) {
      shapes.put("bias", Shape.of(bias));
    }
    return shapes;
  }

  private static String withoutBias(boolean bias) {
    return bias ? "" : ", bias=False";
  }
}
