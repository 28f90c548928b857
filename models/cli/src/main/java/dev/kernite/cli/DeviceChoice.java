package dev.kernite.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.TypeConversionException;

/** The values of {@code --device}. */
enum DeviceChoice {
  /** The fastest device that works here. */
  AUTO,
  /** The off-heap CPU backend. */
  CPU,
  /** An NVIDIA GPU; fails where there is none. */
  CUDA,
  /** The CUDA kernels, run on the CPU. */
  CUDA_HOST;

  /** The device of that name on the command line. */
  static DeviceChoice of(String name) {
    return Arrays.stream(values())
        .filter(device -> device.toString().equals(name))
        .findFirst()
        .orElseThrow(() -> new TypeConversionException("'" + name + "' is none of " + names()));
  }

  private static String names() {
    return Arrays.stream(values()).map(DeviceChoice::toString).collect(Collectors.joining(", "));
  }

  /** The name on the command line: {@code cuda-host}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
