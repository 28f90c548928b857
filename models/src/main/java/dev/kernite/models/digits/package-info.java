/** A small classifier of pictures, by which generators of pictures are judged. */
package dev.kernite.models.digits;
