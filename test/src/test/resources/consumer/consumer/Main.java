package consumer;

import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.TensorInfo;
import java.nio.file.Path;

/** What an embedding program does first: open a checkpoint, and say what it sees. */
public final class Main {
  public static void main(String[] args) {
    System.out.println("module " + Main.class.getModule().getName());
    System.out.println("kernels " + dev.kernite.kernels.KernelException.class.getModule().getName());
    try (Safetensors file = Safetensors.open(Path.of(args[0]))) {
      for (TensorInfo tensor : file.tensors()) {
        System.out.println(tensor);
      }
    }
  }
}
