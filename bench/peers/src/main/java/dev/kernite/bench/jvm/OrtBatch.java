package dev.kernite.bench.jvm;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.kernite.bench.peers.PeerException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Some sentences in one run of ONNX Runtime, padded to the longest.
 *
 * @param rows which of the sentences
 * @param lengths tokens of each
 * @param inputs ids, mask and token types, [rows, longest]
 */
record OrtBatch(int[] rows, int[] lengths, Map<String, OnnxTensor> inputs)
    implements AutoCloseable {

  /** Makes the tensors; their memory is the caller's, so that a run copies nothing. */
  static OrtBatch of(OrtEnvironment environment, List<int[]> sentences, int[] rows)
      throws OrtException {
    int[] lengths = Arrays.stream(rows).map(row -> sentences.get(row).length).toArray();
    int time = Arrays.stream(lengths).max().orElse(0);
    LongBuffer ids = zeros(rows.length * time);
    LongBuffer mask = zeros(rows.length * time);
    for (int b = 0; b < rows.length; b++) {
      for (int t = 0; t < lengths[b]; t++) {
        ids.put(b * time + t, sentences.get(rows[b])[t]);
        mask.put(b * time + t, 1);
      }
    }
    long[] shape = {rows.length, time};
    return new OrtBatch(
        rows,
        lengths,
        Map.of(
            "input_ids", OnnxTensor.createTensor(environment, ids, shape),
            "attention_mask", OnnxTensor.createTensor(environment, mask, shape),
            "token_type_ids",
                OnnxTensor.createTensor(environment, zeros(rows.length * time), shape)));
  }

  private static LongBuffer zeros(int count) {
    return ByteBuffer.allocateDirect(count * Long.BYTES)
        .order(ByteOrder.nativeOrder())
        .asLongBuffer();
  }

  /** Runs, reads the hidden states back and pools them. */
  void encode(OrtSession session, float[][] vectors) {
    try (OrtSession.Result result = session.run(inputs)) {
      OnnxTensor hidden = (OnnxTensor) result.get(0);
      long[] shape = hidden.getInfo().getShape();
      int time = Math.toIntExact(shape[1]);
      int width = Math.toIntExact(shape[2]);
      FloatBuffer values = hidden.getFloatBuffer();
      for (int b = 0; b < rows.length; b++) {
        vectors[rows[b]] = pooled(values.slice(b * time * width, lengths[b] * width), width);
      }
    } catch (OrtException e) {
      throw new PeerException("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  /**
   * The mean, of length 1.
   *
   * @param hidden [tokens, width]
   */
  private static float[] pooled(FloatBuffer hidden, int width) {
    float[] sum = new float[width];
    float[] row = new float[width];
    while (hidden.hasRemaining()) {
      hidden.get(row);
      for (int i = 0; i < width; i++) {
        sum[i] += row[i];
      }
    }
    double squares = 0;
    for (float value : sum) {
      squares += (double) value * value;
    }
    float scale = (float) (1 / Math.sqrt(squares)); // the number of tokens cancels
    for (int i = 0; i < width; i++) {
      sum[i] *= scale;
    }
    return sum;
  }

  @Override
  public void close() {
    inputs.values().forEach(OnnxTensor::close);
  }
}
