/**
 * Pieces of work to time, on kernels and on whole models: what each costs at least, how to do it,
 * and a check in float64 that it was done right. Shared by the command line and the benchmarks.
 */
package dev.kernite.models.measure;
