package io.mlops4j.benchmarks;

import com.optimizely.ab.Optimizely;
import com.optimizely.ab.config.Variation;
import java.util.Map;

/** The Optimizely SDK's assignment of a user to one of two variations, without sending events. */
final class OptimizelySplit implements AutoCloseable {
  private static final String KEY = "new-model";

  /** The least the SDK accepts: one running experiment, two variations, no audience. */
  private static final String DATAFILE =
      """
      {"version": "4", "projectId": "1", "accountId": "1", "revision": "1", "anonymizeIP": false,
       "botFiltering": false, "attributes": [], "audiences": [], "typedAudiences": [], "events": [],
       "groups": [], "featureFlags": [], "rollouts": [], "variables": [],
       "experiments": [
         {"id": "10", "key": "new-model", "layerId": "1", "status": "Running", "audienceIds": [],
          "forcedVariations": {},
          "variations": [
            {"id": "101", "key": "champion", "variables": []},
            {"id": "102", "key": "challenger", "variables": []}],
          "trafficAllocation": [
            {"entityId": "101", "endOfRange": 9000},
            {"entityId": "102", "endOfRange": 10000}]}]}
      """;

  private final Optimizely client =
      Optimizely.builder().withDatafile(DATAFILE).withEventProcessor(event -> {}).build();

  /** Returns the variation's key. */
  String variation(String user) {
    Variation variation = client.getVariation(KEY, user, Map.of());
    if (variation == null) {
      throw new IllegalStateException("Optimizely gave no variation. Check the data file.");
    }
    return variation.getKey();
  }

  @Override
  public void close() {
    client.close();
  }
}
