/** How good an output is, by the field's usual measures. */
package dev.kernite.models.metrics;
