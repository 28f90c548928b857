/** What transformers of all families are made of. */
package dev.kernite.models.transformer;
