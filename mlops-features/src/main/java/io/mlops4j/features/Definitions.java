package io.mlops4j.features;

import io.mlops4j.core.Digests;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What identifies the features of a view. Format 1: the lines below, in UTF-8, through SHA-256.
 *
 * @param view its name
 * @param entity its identity
 * @param revision of its functions
 * @param ttl or null
 * @param columns name and kind of each
 * @param answers what the functions made of the examples
 */
record Definitions(
    String view,
    String entity,
    int revision,
    @Nullable Duration ttl,
    List<String> columns,
    String answers) {

  String of(ViewFeature feature, String how) {
    String text =
        String.join(
            "\n",
            "mlops4j-feature-1",
            view,
            entity,
            Integer.toString(revision),
            ttl == null ? "-" : Long.toString(ttl.toNanos()),
            feature.aggregate().identity(),
            feature.window().identity(),
            feature.column() < 0 ? "-" : columns.get(feature.column()),
            how,
            Names.sha256(answers));
    return Digests.sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  String all(List<ViewFeature> features) {
    StringBuilder text = new StringBuilder("mlops4j-view-1\n");
    for (ViewFeature feature : features) {
      text.append(feature.name()).append('=').append(of(feature, "")).append('\n');
    }
    return Digests.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
