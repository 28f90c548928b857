/** The kernels on NVIDIA GPUs, and the same kernels run on the CPU by a driver of our own. */
package dev.kernite.kernels.cuda;
