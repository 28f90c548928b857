/** How fast is text turned into ids, beside jtokkit on the same ranks and the same text? */
package dev.kernite.bench.tokenizer;
