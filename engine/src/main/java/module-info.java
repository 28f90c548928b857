/** Tensors, memory, the op catalogue, autograd, layers and optimisers. Knows no model. */
module dev.kernite.engine {
  requires transitive dev.kernite.kernels;

  exports dev.kernite.engine;
  exports dev.kernite.engine.autograd;
  exports dev.kernite.engine.graph;
  exports dev.kernite.engine.nn;
  exports dev.kernite.engine.op;
  exports dev.kernite.engine.optim;
}
