package io.mlops4j.examples.springservice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the manifests say, compared with what the application does. */
final class Manifests {
  private static final Path FILE = Path.of("deploy/kubernetes.yaml");
  private static final Pattern METRIC = Pattern.compile("metric:\\s+name: (\\S+)");

  private Manifests() {}

  static String text() {
    try {
      return Files.readString(FILE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The autoscaler's metric is one that the application exports. */
  static void assertAutoscalerReads(String prometheus) {
    Matcher metric = METRIC.matcher(text());
    assertThat(metric.find()).as("a metric of the autoscaler").isTrue();
    assertThat(prometheus).containsPattern("(?m)^" + Pattern.quote(metric.group(1)) + "[{ ]");
  }
}
