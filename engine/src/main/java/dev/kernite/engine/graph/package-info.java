/** Pictures of the tape: which operations, on which tensors, led to a result. */
package dev.kernite.engine.graph;
