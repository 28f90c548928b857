/**
 * Layers: records of parameter tensors with an {@code apply}. A layer holds no mode and no hidden
 * state; what differs between training and inference is an argument.
 */
package dev.kernite.engine.nn;
