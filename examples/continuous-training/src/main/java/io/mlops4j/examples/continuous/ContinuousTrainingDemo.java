package io.mlops4j.examples.continuous;

import io.mlops4j.core.Json;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.pipeline.loop.LoopEvent;
import io.mlops4j.registry.ObjectStores;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Six months of flights through a loop that closes by itself: {@code ContinuousTrainingDemo
 * DIRECTORY [every=N] [until=2001-04-10] [from=2001-04-10] [regression]}.
 *
 * <p>Writes {@code loop.html} and {@code measures.json} into the directory. With {@code until} it
 * stops there and leaves its state; with {@code from} another process goes on with it.
 */
public final class ContinuousTrainingDemo {
  private static final Instant END = Instant.parse("2001-07-01T06:00:00Z");

  private ContinuousTrainingDemo() {}

  /**
   * Runs the demo.
   *
   * @param args where to work, and how
   * @throws IOException if the directory cannot be written
   */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args.length > 0 ? args[0] : "target/continuous");
    int every = FrozenScenario.EVERY;
    Instant from = Clock.LIVE;
    Instant until = END;
    Replay.Setup setup = Replay.Setup.FROZEN;
    for (String arg : List.of(args).subList(Math.min(1, args.length), args.length)) {
      if (arg.startsWith("every=")) {
        every = Integer.parseInt(arg.substring("every=".length()));
      } else if (arg.startsWith("from=")) {
        from = Instant.parse(arg.substring("from=".length()) + "T00:00:00Z");
      } else if (arg.startsWith("until=")) {
        until = Instant.parse(arg.substring("until=".length()) + "T00:00:00Z");
      } else if (arg.equals("regression")) {
        setup = Replay.Setup.withRegression();
      } else {
        throw new IllegalArgumentException(
            arg + " (expected: every=N, from=DATE, until=DATE, regression)");
      }
    }
    Files.createDirectories(directory);
    run(directory, every, from, until, setup, System.out);
  }

  private static void run(
      Path directory, int every, Instant from, Instant until, Replay.Setup setup, PrintStream out)
      throws IOException {
    List<Event> events = FrozenScenario.events(every, EnumSet.allOf(Fault.class));
    ObjectStore store =
        from.equals(Clock.LIVE) && until.equals(END)
            ? ObjectStore.inMemory()
            : ObjectStores.directory(directory.resolve("store"));
    try (Replay replay = new Replay(store, from, setup)) {
      replay.run(events, until);
      for (LoopEvent event : replay.loop.loop.story()) {
        line(event).ifPresent(out::println);
      }
      Measures measures = new Measures(replay);
      Files.writeString(
          directory.resolve("measures.json"), Json.pretty(measures.json()), StandardCharsets.UTF_8);
      Path page = directory.resolve("loop.html");
      Files.writeString(page, Story.page(replay, measures).toHtml(), StandardCharsets.UTF_8);
      out.printf(Locale.ROOT, "%nThe page: %s%n", page.toAbsolutePath());
    }
  }

  /** The lines a person wants to read: why, what stopped it, what came of it. */
  private static Optional<String> line(LoopEvent event) {
    return switch (event.kind()) {
      case DONE -> Optional.empty();
      case TRIGGERED ->
          Optional.of(
              String.format(
                  Locale.ROOT, "%n%s  %s fired: %s", day(event), event.step(), event.sentence()));
      case WAITING, REFUSED, FAILED, CANCELLED, PROMOTED ->
          Optional.of(
              String.format(
                  Locale.ROOT,
                  "%s  %s at %s: %s",
                  day(event),
                  event.kind().name().toLowerCase(Locale.ROOT),
                  event.step(),
                  event.sentence()));
    };
  }

  private static String day(LoopEvent event) {
    return event.at().toString().substring(0, 16).replace('T', ' ');
  }
}
