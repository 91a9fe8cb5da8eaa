package io.mlops4j.registry.tracking;

import io.mlops4j.registry.ObjectStores;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A child process that logs until it is killed, and says on its standard output what it has
 * flushed: the run's id, then a number of points a line. Arguments: directory, {@code sound} or
 * {@code boasting}, which says so before it is so.
 */
final class KilledRunWriter {
  private KilledRunWriter() {}

  public static void main(String[] arguments) {
    boolean boasting = arguments[1].equals("boasting");
    TrackingOptions options = TrackingOptions.withDefaults().withDeadAfter(Duration.ofSeconds(3));
    Run run =
        Tracking.on(ObjectStores.directory(Path.of(arguments[0])), options)
            .experiment("killed")
            .start("child");
    System.out.println(run.id());
    for (int points = 1; ; points++) {
      run.metric("loss", points - 1, 1.0 / points);
      run.param("p" + points % 1000, points % 1000);
      if (points % 50 == 0) {
        if (!boasting) {
          run.flush();
        }
        System.out.println(points);
      }
    }
  }
}
