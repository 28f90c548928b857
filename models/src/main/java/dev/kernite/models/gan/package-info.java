/**
 * Generative adversarial networks (Goodfellow et al. 2014): two sequential networks, described by
 * data under PyTorch's names, and the run that trains one against the other.
 */
package dev.kernite.models.gan;
