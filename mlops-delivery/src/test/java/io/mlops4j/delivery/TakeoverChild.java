package io.mlops4j.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.registry.ObjectStores;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A child process that does what it is told on its standard input, a line at a time, and says so:
 * {@code open MODEL}, {@code look NANOS} (at that moment of {@link System#nanoTime}, which
 * processes of a machine share on Linux; elsewhere at once or never later than a second after),
 * {@code label COUNT}, {@code end}. Argument: the store's directory.
 */
final class TakeoverChild {
  private static final long MOST_NANOS = 1_000_000_000;

  private final ObjectStore store;
  private LateAnswers.Clock clock = new LateAnswers.Clock();
  private @Nullable Rollout<Object, Double> rollout;

  private TakeoverChild(ObjectStore store) {
    this.store = store;
  }

  public static void main(String[] arguments) throws IOException {
    TakeoverChild child = new TakeoverChild(ObjectStores.directory(Path.of(arguments[0])));
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      child.act(line.split(" ", -1));
      System.out.println("done " + line);
      if (line.equals("end")) {
        return;
      }
    }
  }

  private void act(String[] words) {
    if (words[0].equals("open")) {
      clock = new LateAnswers.Clock();
      rollout = LateAnswers.open(store, words[1], LateAnswers.PLAN, clock);
      clock.at(LateAnswers.PATIENCE);
    } else if (rollout != null && words[0].equals("look")) {
      await(Long.parseLong(words[1]));
      rollout.look();
    } else if (rollout != null && words[0].equals("label")) {
      LateAnswers.label(rollout, "a", 0, Integer.parseInt(words[1]), clock);
    }
  }

  private static void await(long moment) {
    long begin = System.nanoTime();
    while (System.nanoTime() - moment < 0 && System.nanoTime() - begin < MOST_NANOS) {
      Thread.onSpinWait();
    }
  }
}
