package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Attention;
import dev.kernite.kernels.Elementwise;
import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.Index;
import dev.kernite.kernels.Layout;
import dev.kernite.kernels.Loss;
import dev.kernite.kernels.Norm;
import dev.kernite.kernels.Optim;
import dev.kernite.kernels.PackedGemm;
import dev.kernite.kernels.Random;
import dev.kernite.kernels.Reduce;
import dev.kernite.kernels.Softmax;

/** Everything one twin implements. */
record KernelSet(
    Gemm gemm,
    PackedGemm packedGemm,
    Elementwise elementwise,
    Layout layout,
    Reduce reduce,
    Softmax softmax,
    Norm norm,
    Attention attention,
    Loss loss,
    Index index,
    Random random,
    Optim optim) {}
