package io.mlops4j.benchmarks;

import cloud.eppo.Utils;
import com.glassdoor.planout4j.Namespace;
import com.glassdoor.planout4j.NamespaceConfig;
import com.launchdarkly.sdk.LDContext;
import com.launchdarkly.sdk.server.Components;
import com.launchdarkly.sdk.server.LDClient;
import com.launchdarkly.sdk.server.LDConfig;
import com.launchdarkly.sdk.server.integrations.FileData;
import io.getunleash.strategy.StrategyUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * Two arms of 90 and 10 % in other SDKs, in process and without events. LaunchDarkly and PlanOut4J
 * evaluate a whole flag or experiment; of Eppo and Unleash only the hash of the split is called,
 * which is less than they do for an assignment. Used by one thread.
 */
final class VendorSplits implements AutoCloseable {
  private final LDClient launchDarkly =
      new LDClient(
          "no-key",
          new LDConfig.Builder()
              .dataSource(FileData.dataSource().classpathResources("launchdarkly-flag.json"))
              .events(Components.noEvents())
              .diagnosticOptOut(true)
              .build());
  private final NamespaceConfig planOut = namespace();

  private static NamespaceConfig namespace() {
    NamespaceConfig result = new NamespaceConfig("new-model", 10_000, "userid", "salt");
    result.defineExperiment(
        "split",
        Map.of(
            "op",
            "set",
            "var",
            "arm",
            "value",
            Map.of(
                "op",
                "weightedChoice",
                "choices",
                Map.of("op", "array", "values", List.of("champion", "challenger")),
                "weights",
                Map.of("op", "array", "values", List.of(0.9, 0.1)),
                "unit",
                Map.of("op", "get", "var", "userid"))));
    result.defineExperiment("nothing", Map.of("op", "seq", "seq", List.of()));
    result.setDefaultExperiment("nothing");
    result.addExperiment("running", "split", 10_000);
    result.noMoreChanges();
    return result;
  }

  String launchDarkly(String user) {
    return launchDarkly.stringVariation("new-model", LDContext.create(user), "none");
  }

  int eppoShard(String user) {
    return Utils.getShard("new-model-" + user, 10_000);
  }

  int unleashNumber(String user) {
    return StrategyUtils.getNormalizedNumber("new-model", user, 0);
  }

  String planOut(String user) {
    return new Namespace(planOut, Map.of("userid", user), null).getParam("arm", "none");
  }

  @Override
  public void close() {
    try {
      launchDarkly.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
