/** Text to token ids and back. Knows no tensor. */
module dev.kernite.tokenizer {
  requires tools.jackson.databind;

  exports dev.kernite.tokenizer;
}
