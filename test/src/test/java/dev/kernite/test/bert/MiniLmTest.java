package dev.kernite.test.bert;

import dev.kernite.test.devices.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** all-MiniLM-L6-v2 with its published weights, read from the ONNX file of its artifact. */
class MiniLmTest {
  @TempDir private Path temp;

  @BeforeAll
  static void requireArtifact() {
    PublishedEncoder.MINILM.requireArtifact();
  }

  static List<Device> devices() {
    return Device.tested();
  }

  @Test
  void initializersHaveTheNamesOfTheirParameters() throws IOException {
    PublishedEncoder.MINILM.checkNames();
  }

  @Test
  void textsAreCutIntoTheTokensOfTheReference() throws IOException {
    PublishedEncoder.MINILM.checkTokens();
  }

  @Tag("device")
  @ParameterizedTest
  @MethodSource("devices")
  void hiddenStatesMatch(Device device) {
    PublishedEncoder.MINILM.checkStates(device, temp);
  }

  @Tag("device")
  @Test
  void vectorsMatch() throws IOException {
    PublishedEncoder.MINILM.checkVectors(Device.any());
  }
}
