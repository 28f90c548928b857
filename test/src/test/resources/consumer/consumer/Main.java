package consumer;

import dev.kernite.engine.Engine;
import dev.kernite.models.TextModel;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.Generator;
import java.nio.file.Path;
import java.util.Arrays;

/** What an embedding program does: open an engine, load a model, generate. */
public final class Main {
  public static void main(String[] args) {
    int[] prompt = {240, 70, 482, 202, 326, 334};
    try (Engine engine = Engine.open();
        TextModel model = TextModel.load(engine, Path.of(args[0]));
        DecodeSession session = model.session()) {
      GenerationConfig greedy = model.options().maxNewTokens(20).build();
      int[] ids = new Generator(session).generate(greedy, new int[][] {prompt}).sequences().getFirst().ids();
      System.out.println(Main.class.getModule() + ", " + Engine.class.getModule());
      System.out.println(engine.backend().description().contains("Vector API,") ? "vector" : "plain");
      System.out.println(Arrays.toString(ids));
    }
  }
}
