/** Training a classifier of texts: labelled data, its split, its batches, and how it is judged. */
package dev.kernite.models.classification;
