// The activations that a matrix product can apply to its results on their way out. All others are a
// kernel of their own after the product: a switch over every function would cost each product code.
#pragma once
#include "functions.cuh"

// Numbers of UnaryFunction.java.
constexpr int ACTIVATION_NONE = -1;
constexpr int ACTIVATION_RELU = 0;
constexpr int ACTIVATION_GELU_TANH = 3;
constexpr int ACTIVATION_GELU_ERF = 4;
constexpr int ACTIVATION_SILU = 5;
constexpr int ACTIVATION_SIGMOID = 6;
constexpr int ACTIVATION_TANH = 8;

DEV float activate(int activation, float x) {
  const Parameters none = {0.0f, 0.0f};
  switch (activation) {
    case ACTIVATION_RELU: return Relu::f(x, none);
    case ACTIVATION_GELU_TANH: return GeluTanh::f(x, none);
    case ACTIVATION_GELU_ERF: return GeluErf::f(x, none);
    case ACTIVATION_SILU: return Silu::f(x, none);
    case ACTIVATION_SIGMOID: return Sigmoid::f(x, none);
    case ACTIVATION_TANH: return Tanh::f(x, none);
    default: return x;
  }
}
