package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import java.util.List;
import java.util.TreeMap;

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
