/**
 * Training: the data, in an order that a resumed run repeats exactly, and the record of a run.
 * Everything here is a function of its arguments and the seed, so a run that was killed continues
 * to the same bits.
 */
package dev.kernite.models.training;
