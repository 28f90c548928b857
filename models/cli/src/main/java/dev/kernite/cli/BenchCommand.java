package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.kernels.Roofs;
import dev.kernite.kernels.cpu.KernelSource;
import dev.kernite.kernels.cuda.KernelPtx;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code bench}: how fast this machine computes with Kernite, each figure as a share of what the
 * machine can do, which is measured first. Well under a minute; comparisons with other engines are
 * in the project's {@code bench/}.
 */
@Command(
    name = "bench",
    description = "Measure the kernels, and models of random weights: what they do, take and cost.")
final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "kernels|models",
      description = "What to measure (default: both).")
  private Part part;

  @Option(
      names = "--price-per-hour",
      paramLabel = "P",
      description = "Price of this machine; adds the cost of a million tokens.")
  private Double pricePerHour;

  @Option(
      names = "--source",
      paramLabel = "KERNEL",
      description = "Print the source of a CPU kernel, as generated, and measure nothing.")
  private String source;

  @Option(
      names = "--ptx",
      paramLabel = "KERNEL",
      description = "Print the PTX of a CUDA kernel, and measure nothing.")
  private String ptx;

  private final Globals globals;

  BenchCommand(Globals globals) {
    this.globals = globals;
  }

  /** What is measured. */
  enum Part {
    /** Single kernels. */
    KERNELS,
    /** Whole models. */
    MODELS;

    /** The part of that name on the command line. */
    static Part of(String name) {
      return switch (name) {
        case "kernels" -> KERNELS;
        case "models" -> MODELS;
        default ->
            throw new TypeConversionException("'" + name + "' is neither kernels nor models");
      };
    }
  }

  @Override
  public Integer call() {
    if (pricePerHour != null && !(pricePerHour > 0 && Double.isFinite(pricePerHour))) {
      throw new ParameterException(
          spec.commandLine(), "--price-per-hour must be a number above 0: " + pricePerHour);
    }
    if (source != null || ptx != null) {
      if (part == Part.MODELS || (source != null && ptx != null)) {
        throw new ParameterException(
            spec.commandLine(), "--source and --ptx each print one kernel, and measure nothing");
      }
      if (source != null) {
        print(source, "source", KernelSource.of(source));
      } else {
        print(ptx, "ptx", KernelPtx.of(ptx));
      }
      return 0;
    }
    try (Interrupt interrupt = Interrupt.listen();
        Engine engine = globals.openEngine()) {
      Roofs roofs = engine.backend().measureRoofs();
      roofs(engine, roofs);
      BenchTable table =
          new BenchTable(globals, engine.backend().memory(), roofs, pricePerHour, interrupt);
      if (part != Part.MODELS) {
        BenchWork.kernels(engine.backend(), table);
      }
      if (part != Part.KERNELS) {
        BenchWork.models(engine, table);
      }
      return interrupt.exitCode();
    }
  }

  private void print(String kernel, String key, String text) {
    if (globals.json()) {
      new JsonLine().put("kernel", kernel).put(key, text).print(globals.out());
    } else {
      globals.out().print(text);
    }
    globals.out().flush();
  }

  private void roofs(Engine engine, Roofs roofs) {
    String device = engine.backend().description();
    if (globals.json()) {
      new JsonLine()
          .put("device", device)
          .put("threads", roofs.threads())
          .put("peak_gflops", roofs.flops() / 1e9)
          .put((roofs.threads() > 0 ? "read" : "copy") + "_gbytes_per_second", roofs.bytes() / 1e9)
          .print(globals.out());
    } else {
      globals
          .out()
          .printf(
              Locale.ROOT,
              "%s%npeak %.1f GF/s (multiply-add counts as two), %s bandwidth %.1f GB/s%n%n",
              device,
              roofs.flops() / 1e9,
              roofs.threads() > 0 ? "read" : "copy",
              roofs.bytes() / 1e9);
    }
    globals.out().flush();
  }
}
