/** What the memories of all devices share. Not part of the module's interface. */
package dev.kernite.kernels.memory;
