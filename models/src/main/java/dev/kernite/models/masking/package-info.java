/** Training a masked language model: what is masked, batches of it, and how it is judged. */
package dev.kernite.models.masking;
