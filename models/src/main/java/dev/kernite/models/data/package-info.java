/**
 * Data of items that all have one shape: {@link dev.kernite.models.data.Dataset}s, what reads them
 * from IDX files such as those of MNIST, and the {@link dev.kernite.models.data.DataLoader} that
 * makes shuffled batches of them while the last one is learnt from.
 */
package dev.kernite.models.data;
