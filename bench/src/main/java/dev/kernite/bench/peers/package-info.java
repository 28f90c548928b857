/** Other engines, called in this process on the same buffers. */
package dev.kernite.bench.peers;
