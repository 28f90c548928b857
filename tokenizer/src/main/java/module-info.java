/**
 * Text to token ids and back. Knows no tensor.
 *
 * <p>Most users need {@code dev.kernite.tokenizer} alone; the other packages are the parts, for
 * those who put a tokenizer together themselves.
 */
@SuppressWarnings("module") // dev.kernite.models is compiled later
module dev.kernite.tokenizer {
  requires tools.jackson.core;

  exports dev.kernite.tokenizer;
  exports dev.kernite.tokenizer.decoder;
  exports dev.kernite.tokenizer.model;
  exports dev.kernite.tokenizer.normalizer;
  exports dev.kernite.tokenizer.pretokenizer;
  exports dev.kernite.tokenizer.processor;
  exports dev.kernite.tokenizer.text;
  exports dev.kernite.tokenizer.protobuf to
      dev.kernite.models;
}
