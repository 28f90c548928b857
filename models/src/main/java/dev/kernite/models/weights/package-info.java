/** How parameters come into models: read, packed or drawn. */
package dev.kernite.models.weights;
