/** Optimisers over named parameters, gradient clipping and learning-rate schedules. */
package dev.kernite.engine.optim;
