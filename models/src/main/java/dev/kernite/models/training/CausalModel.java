package dev.kernite.models.training;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Inputs;
import dev.kernite.models.transformer.Probe;
import java.util.Map;

/** A causal language model as the trainer sees it: each token is predicted from those before. */
public interface CausalModel extends Objective<Batch> {
  /** A GPT-2 with a language head. */
  static CausalModel of(Gpt2 model) {
    return new CausalModel() {
      @Override
      public Engine engine() {
        return model.engine();
      }

      @Override
      public Map<String, Tensor> parameters() {
        return model.parameters();
      }

      @Override
      public Tensor loss(Batch batch, boolean training) {
        Gpt2Inputs in = new Gpt2Inputs(batch.ids(), batch.mask(), null, null);
        Tensor hidden = model.hidden(in, training, Probe.NONE);
        return model.loss(model.logits(hidden), batch.labels());
      }
    };
  }
}
