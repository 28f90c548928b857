/**
 * How fast is text turned into ids, beside jtokkit and the tokenizers library of Hugging Face on
 * the same vocabularies and the same text?
 */
package dev.kernite.bench.tokenizer;
