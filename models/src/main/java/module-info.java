/** Checkpoints, model families, generation, training and metrics. */
module dev.kernite.models {
  requires transitive dev.kernite.engine;
  requires transitive dev.kernite.tokenizer;
  requires java.management;
  requires java.net.http;
  requires tools.jackson.databind;

  exports dev.kernite.models;
  exports dev.kernite.models.chat;
  exports dev.kernite.models.checkpoint;
  exports dev.kernite.models.data;
  exports dev.kernite.models.generation;
  exports dev.kernite.models.seq2seq;
  exports dev.kernite.models.sequential;
  exports dev.kernite.models.t5;
  exports dev.kernite.models.training;
  exports dev.kernite.models.gpt2;
  exports dev.kernite.models.hub;
  exports dev.kernite.models.images;
  exports dev.kernite.models.bert;
  exports dev.kernite.models.classification;
  exports dev.kernite.models.digits;
  exports dev.kernite.models.gan;
  exports dev.kernite.models.lora;
  exports dev.kernite.models.masking;
  exports dev.kernite.models.measure;
  exports dev.kernite.models.metrics;
  exports dev.kernite.models.metrics.text;
  exports dev.kernite.models.transformer;
  exports dev.kernite.models.weights;
}
