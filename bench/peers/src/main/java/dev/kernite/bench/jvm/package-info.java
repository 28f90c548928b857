/** Peers that are Java libraries; found as services where their jars are on the class path. */
package dev.kernite.bench.jvm;
