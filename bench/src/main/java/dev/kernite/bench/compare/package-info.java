/** The side-by-side benchmark behind {@code make bench}: all engines in one process. */
package dev.kernite.bench.compare;
