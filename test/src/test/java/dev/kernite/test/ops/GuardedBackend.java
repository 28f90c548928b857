package dev.kernite.test.ops;

import dev.kernite.kernels.Attention;
import dev.kernite.kernels.Backend;
import dev.kernite.kernels.BatchNorm;
import dev.kernite.kernels.Conv;
import dev.kernite.kernels.Elementwise;
import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.Index;
import dev.kernite.kernels.Layout;
import dev.kernite.kernels.Loss;
import dev.kernite.kernels.Norm;
import dev.kernite.kernels.Optim;
import dev.kernite.kernels.PackedGemm;
import dev.kernite.kernels.Pool;
import dev.kernite.kernels.Random;
import dev.kernite.kernels.Recording;
import dev.kernite.kernels.Reduce;
import dev.kernite.kernels.Roofs;
import dev.kernite.kernels.Softmax;

/** A backend's kernels over {@link GuardedMemory}. */
record GuardedBackend(Backend backend, GuardedMemory memory) implements Backend {
  GuardedBackend(Backend backend) {
    this(backend, new GuardedMemory(backend.memory()));
  }

  @Override
  public String name() {
    return backend.name();
  }

  @Override
  public String description() {
    return backend.description();
  }

  @Override
  public int threads() {
    return backend.threads();
  }

  @Override
  public Roofs measureRoofs() {
    return backend.measureRoofs();
  }

  @Override
  public void warmUp() {
    backend.warmUp();
  }

  @Override
  public Recording record(Runnable body) {
    return backend.record(body);
  }

  @Override
  public Gemm gemm() {
    return backend.gemm();
  }

  @Override
  public PackedGemm packedGemm() {
    return backend.packedGemm();
  }

  @Override
  public Elementwise elementwise() {
    return backend.elementwise();
  }

  @Override
  public Layout layout() {
    return backend.layout();
  }

  @Override
  public Reduce reduce() {
    return backend.reduce();
  }

  @Override
  public Softmax softmax() {
    return backend.softmax();
  }

  @Override
  public Norm norm() {
    return backend.norm();
  }

  @Override
  public Attention attention() {
    return backend.attention();
  }

  @Override
  public Loss loss() {
    return backend.loss();
  }

  @Override
  public Index index() {
    return backend.index();
  }

  @Override
  public Random random() {
    return backend.random();
  }

  @Override
  public Optim optim() {
    return backend.optim();
  }

  @Override
  public Conv conv() {
    return backend.conv();
  }

  @Override
  public Pool pool() {
    return backend.pool();
  }

  @Override
  public BatchNorm batchNorm() {
    return backend.batchNorm();
  }

  @Override
  public void close() {
    backend.close();
  }
}
