package io.mlops4j.delivery;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.registry.ObjectStores;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A child process that takes over who is gone, and answers until it is killed; after each look it
 * says on its standard output how many of its answers are written down. Arguments: directory,
 * generation, {@code equal} or {@code worse}, {@code sound} or {@code forgetful}.
 */
final class AnsweringChild {
  static final String MODEL = "m";
  static final int CHUNK = 20;

  /** A child whose parent is gone ends some day. */
  private static final int MOST_CHUNKS = 5_000;

  private AnsweringChild() {}

  public static void main(String[] arguments) {
    ObjectStore sound = ObjectStores.directory(Path.of(arguments[0]));
    String generation = arguments[1];
    boolean worse = arguments[2].equals("worse");
    ObjectStore store = arguments[3].equals("sound") ? sound : new Forgetful(sound);
    PrintStream out = System.out;
    var clock = new LateAnswers.Clock().at(Duration.ofDays(Long.parseLong(generation)));
    out.println("opens");
    var rollout = LateAnswers.open(store, MODEL, LateAnswers.LONG, clock);
    out.println("0");
    clock.at(Duration.ofDays(Long.parseLong(generation)).plus(LateAnswers.PATIENCE));
    rollout.look();
    for (int chunk = 0; chunk < MOST_CHUNKS; chunk++) {
      int from = chunk * CHUNK;
      LateAnswers.answer(rollout, MODEL, generation, worse, from, from + CHUNK, clock);
      if (!worse && chunk >= 3) {
        int earlier = from - 3 * CHUNK;
        LateAnswers.label(rollout, generation, earlier, earlier + CHUNK, clock);
      }
      rollout.look();
      out.println(from + CHUNK);
    }
  }

  /** Says that answers are written, and writes none. */
  private record Forgetful(ObjectStore below) implements ObjectStore {
    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      return key.contains("/answers-") || below.putIfAbsent(key, value);
    }

    @Override
    public Optional<byte[]> get(String key) {
      return below.get(key);
    }

    @Override
    public List<String> list(String prefix) {
      return below.list(prefix);
    }

    @Override
    public boolean remove(String key) {
      return below.remove(key);
    }
  }
}
