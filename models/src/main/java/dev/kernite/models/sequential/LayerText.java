package dev.kernite.models.sequential;

import dev.kernite.models.ModelException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Layers as text: a call of PyTorch's constructor, as PyTorch prints it or as one writes it. A
 * kernel, stride or padding may be a pair, {@code (4, 4)}, of equal numbers.
 */
final class LayerText {
  private static final Pattern CALL = Pattern.compile("(?:nn\\.)?(\\w+)\\((.*)\\)", Pattern.DOTALL);

  /** {@code (3): BatchNorm2d(12, eps=1e-05)}, as a printed Sequential lists its members. */
  private static final Pattern MEMBER =
      Pattern.compile("\\(\\d+\\):\\s*(\\w+\\((?:[^()]++|\\([^()]*+\\))*+\\))");

  /** Commas between arguments, not those inside a pair. */
  private static final Pattern COMMA = Pattern.compile(",(?![^(]*\\))");

  private final String text;
  private final List<String> positional = new ArrayList<>();
  private final Map<String, String> named = new LinkedHashMap<>();

  /** An integer, or a pair of equal ones. */
  private static final Pattern SQUARE =
      Pattern.compile("(\\d{1,9})|\\(\\s*(\\d{1,9})\\s*,\\s*\\2\\s*\\)");

  private static final Pattern SIZES =
      Pattern.compile("\\(\\s*(\\d{1,9})\\s*,\\s*(\\d{1,9})\\s*,\\s*(\\d{1,9})\\s*\\)");

  private LayerText(String text, String arguments) {
    this.text = text;
    for (String argument : COMMA.split(arguments)) {
      String[] parts = argument.strip().split("\\s*=\\s*", 2);
      if (parts.length == 2) {
        named.put(parts[0], parts[1]);
      } else if (!parts[0].isEmpty()) {
        positional.add(parts[0]);
      }
    }
  }

  /** The members of a printed {@code Sequential}, in order. */
  static List<Layer> sequential(String text) {
    List<Layer> layers = new ArrayList<>();
    Matcher member = MEMBER.matcher(text);
    while (member.find()) {
      layers.add(parse(member.group(1)));
    }
    if (layers.isEmpty()) {
      throw new ModelException("'" + text + "' lists no layers, as '(0): Linear(100, 256)'");
    }
    return layers;
  }

  static Layer parse(String text) {
    Matcher call = CALL.matcher(text.strip());
    if (!call.matches()) {
      throw new ModelException("'" + text + "' is no layer; write it as 'Linear(100, 256)'");
    }
    LayerText t = new LayerText(text.strip(), call.group(2));
    Layer layer = t.layer(call.group(1));
    if (!t.positional.isEmpty() || !t.named.isEmpty()) {
      throw t.wrong("has arguments that are not supported: " + t.positional + " " + t.named);
    }
    return layer;
  }

  private Layer layer(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "linear", "dense" ->
          new Layer.Linear(size("in_features"), size("out_features"), flag("bias"));
      case "conv2d" ->
          new Layer.Conv2d(
              size("in_channels"),
              size("out_channels"),
              (int) size("kernel_size"),
              integer("stride", "1", 1),
              integer("padding", "0", 0),
              flag("bias"));
      case "convtranspose2d" ->
          new Layer.ConvTranspose2d(
              size("in_channels"),
              size("out_channels"),
              (int) size("kernel_size"),
              integer("stride", "1", 1),
              integer("padding", "0", 0),
              integer("output_padding", "0", 0),
              flag("bias"));
      case "batchnorm", "batchnorm1d", "batchnorm2d" -> batchNorm();
      case "relu" -> ignoring(new Layer.Relu());
      case "leakyrelu" -> ignoring(new Layer.LeakyRelu(real("negative_slope", "0.01")));
      case "elu" -> ignoring(new Layer.Elu(real("alpha", "1.0")));
      case "tanh" -> new Layer.Tanh();
      case "sigmoid" -> new Layer.Sigmoid();
      case "dropout" -> ignoring(new Layer.Dropout(probability()));
      case "flatten" -> flatten();
      case "unflatten" -> unflatten();
      default ->
          throw wrong(
              "is none of Linear, Conv2d, ConvTranspose2d, BatchNorm1d, BatchNorm2d, ReLU,"
                  + " LeakyReLU, ELU, Tanh, Sigmoid, Dropout, Flatten, Unflatten");
    };
  }

  private Layer batchNorm() {
    Layer layer =
        new Layer.BatchNorm(size("num_features"), real("eps", "1e-5"), real("momentum", "0.1"));
    requireTrue("affine");
    requireTrue("track_running_stats");
    return layer;
  }

  private void requireTrue(String name) {
    String value = take(name, "True");
    if (!value.equalsIgnoreCase("true")) {
      throw wrong("has " + name + "=" + value + "; only True is supported");
    }
  }

  /** Working in place is PyTorch's business. */
  private Layer ignoring(Layer layer) {
    named.remove("inplace");
    return layer;
  }

  private Layer flatten() {
    take("start_dim", "1");
    take("end_dim", "-1");
    return new Layer.Flatten();
  }

  private Layer unflatten() {
    take("dim", "1");
    String shape = take("unflattened_size", null);
    Matcher m = SIZES.matcher(shape);
    if (!m.matches()) {
      throw wrong("needs (channels, height, width), not " + shape);
    }
    return new Layer.Unflatten(
        Long.parseLong(m.group(1)), Long.parseLong(m.group(2)), Long.parseLong(m.group(3)));
  }

  private double probability() {
    double p = real("p", "0.5");
    if (!(p >= 0 && p <= 1)) {
      throw wrong("has p=" + p + "; it must be from 0 to 1");
    }
    return p;
  }

  private long size(String name) {
    return integer(name, null, 1);
  }

  private int integer(String name, String absent, int min) {
    String value = take(name, absent);
    Matcher number = SQUARE.matcher(value);
    int n = number.matches() ? Integer.parseInt(number.group(number.group(1) == null ? 2 : 1)) : -1;
    if (n < min) {
      throw wrong("needs an integer of at least " + min + " for " + name + ", not " + value);
    }
    return n;
  }

  private double real(String name, String absent) {
    String value = take(name, absent);
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw new ModelException(
          "layer '%s' needs a number for %s, not %s".formatted(text, name, value), e);
    }
  }

  private boolean flag(String name) {
    String value = take(name, "True");
    if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
      throw wrong("needs True or False for " + name + ", not " + value);
    }
    return Boolean.parseBoolean(value);
  }

  /** The next positional argument, or the one of this name. */
  private String take(String name, String absent) {
    String value = positional.isEmpty() ? named.remove(name) : positional.removeFirst();
    if (value == null && absent == null) {
      throw wrong("lacks " + name);
    }
    return value == null ? absent : value;
  }

  private ModelException wrong(String why) {
    return new ModelException("layer '" + text + "' " + why);
  }
}
