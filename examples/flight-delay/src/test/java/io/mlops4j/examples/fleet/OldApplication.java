package io.mlops4j.examples.fleet;

import io.mlops4j.core.Time;
import io.mlops4j.serving.PredictorStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Version 1 of the application in a process of its own. For each line it is sent it answers a
 * request, tells the fleet and says so; it ends when its input does. Argument: the directory.
 */
final class OldApplication {
  private OldApplication() {}

  public static void main(String[] arguments) throws IOException {
    try (var app = new Apps.App<>(Path.of(arguments[0]), Time.system(), "pod-old", Apps.OLD);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      System.out.println("ready");
      while (in.readLine() != null) {
        double answer = app.predictor.predict(Apps.OLD_ROW);
        PredictorStatus status = app.predictor.status();
        app.announcement.refresh();
        System.out.println(
            "serves "
                + status.version().orElseThrow()
                + " answers "
                + (answer > 0 && answer < 1)
                + " problem "
                + status.problem().orElse("none").replace('\n', ' '));
      }
    }
  }
}
