package io.mlops4j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** Runs fixture classes with JUnit and returns what became of them. */
final class Engine {
  private Engine() {}

  static EngineExecutionResults run(Class<?> fixture) {
    return EngineTestKit.engine("junit-jupiter").selectors(selectClass(fixture)).execute();
  }

  static void passes(Class<?> fixture, int tests) {
    EngineExecutionResults results = run(fixture);
    assertThat(failures(results)).isEmpty();
    results.testEvents().assertStatistics(counts -> counts.succeeded(tests).failed(0));
  }

  /** The one failure of a fixture. */
  static Throwable failure(Class<?> fixture) {
    List<Throwable> failures = failures(run(fixture));
    assertThat(failures).hasSize(1);
    return failures.get(0);
  }

  static List<Throwable> failures(EngineExecutionResults results) {
    return results.allEvents().failed().stream().map(event -> thrown(event)).toList();
  }

  private static Throwable thrown(Event event) {
    return event.getRequiredPayload(TestExecutionResult.class).getThrowable().orElseThrow();
  }
}
