/**
 * Images as numbers: gathered from a folder, laid out to be looked at, resized. What reads and
 * writes files of pictures is the command line's, so that a program that embeds Kernite does not
 * need Java's desktop module.
 */
package dev.kernite.models.images;
