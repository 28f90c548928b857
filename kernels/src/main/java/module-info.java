/** Primitive kernels: they see addresses, sizes and strides, and know no tensor. */
module dev.kernite.kernels {
  requires static jdk.incubator.vector;
  requires java.logging; // for JCuda, which as an automatic module cannot ask for it
  requires jcuda;
  requires jdk.management;

  exports dev.kernite.kernels;
  exports dev.kernite.kernels.cpu;
  exports dev.kernite.kernels.cuda;
}
