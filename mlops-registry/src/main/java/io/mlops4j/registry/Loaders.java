package io.mlops4j.registry;

import io.mlops4j.core.Feature;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import io.mlops4j.registry.FleetInstance.Column;
import io.mlops4j.registry.FleetInstance.Reader;
import io.mlops4j.registry.FleetInstance.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** The loaders of a handle by format. */
final class Loaders<I, O> {
  private final TreeMap<String, ModelLoader<I, O>> byFormat = new TreeMap<>();

  Loaders(String model, List<ModelLoader<I, O>> loaders) {
    for (ModelLoader<I, O> loader : loaders) {
      for (String format : loader.formats()) {
        if (byFormat.put(format, loader) != null) {
          throw new IllegalArgumentException(
              "loaders: two of model " + model + " read the format " + format);
        }
      }
    }
  }

  /** What the loaders read, for the fleet to know. */
  List<Reader> announced() {
    return byFormat.values().stream().distinct().map(Loaders::reader).toList();
  }

  private static Reader reader(ModelLoader<?, ?> loader) {
    Optional<Rows> rows = loader.schema().map(schema -> rows(schema, loader));
    return new Reader(new TreeSet<>(loader.formats()), rows);
  }

  private static Rows rows(Schema<?> schema, ModelLoader<?, ?> loader) {
    List<Column> columns = new ArrayList<>();
    for (Feature<?> feature : schema.features()) {
      columns.add(
          new Column(feature.name(), feature.kind(), feature.length(), feature.definition()));
    }
    return new Rows(
        schema.name(),
        columns,
        schema.fingerprint(),
        loader.takesRowsAsTheyAre(),
        loader.mayTakeFeaturesByName());
  }

  ModelLoader<I, O> of(ModelVersion version, String format) {
    ModelLoader<I, O> loader = byFormat.get(format);
    if (loader == null) {
      throw new MlopsException(
          version
              + " has the format "
              + Text.printable(format, 128)
              + "; the loaders of this handle read "
              + (byFormat.isEmpty() ? "none" : String.join(", ", byFormat.keySet()))
              + ". Give model(\""
              + version.model()
              + "\", …) a loader for it.");
    }
    return loader;
  }
}
