package io.mlops4j.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import java.util.List;

/** What a step's result is kept under: the digest of everything that went into it. */
final class StepKey {
  private static final int FORMAT = 1;

  private StepKey() {}

  static String of(Step<?> step, List<String> inputs, KnownRun run) {
    StepSettings settings = step.settings();
    ObjectNode key =
        Json.object()
            .put("format", FORMAT)
            .put("step", settings.name())
            .put("code", settings.code())
            .put("codec", step.codec().name());
    ObjectNode parameters = key.putObject("parameters");
    settings
        .parameters()
        .forEach(
            (name, value) ->
                parameters.put(name, run.request().parameters().getOrDefault(name, value)));
    var digests = key.putArray("inputs");
    inputs.forEach(digests::add);
    if (settings.readsInterval()) {
      Fields.put(key, "interval", run.request().interval());
    }
    if (!settings.reused()) {
      key.put("run", run.id());
    }
    return Digests.sha256(Json.canonical(key));
  }
}
