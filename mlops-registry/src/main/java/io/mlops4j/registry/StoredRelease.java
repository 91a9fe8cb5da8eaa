package io.mlops4j.registry;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A stored version to be served. The manifest is read when first needed. */
final class StoredRelease<I, O> implements ModelRelease<I, O> {
  private final StoredModel<I, O> model;
  private final ModelVersion version;
  private final String digest;
  private volatile @Nullable Manifest manifest;

  StoredRelease(StoredModel<I, O> model, ModelVersion version, String digest) {
    this.model = model;
    this.version = version;
    this.digest = digest;
  }

  @Override
  public ModelVersion version() {
    return version;
  }

  Manifest manifest() {
    Manifest known = manifest;
    if (known == null) {
      String what = "The manifest of " + version;
      try {
        known = Manifest.fromJson(model.blobs().get(digest, what), what);
      } catch (IntegrityException e) {
        throw model.quarantine(version.number(), e);
      }
      manifest = known;
    }
    return known;
  }

  StoredArtifact artifact() {
    return new StoredArtifact(model, version, manifest());
  }

  @Override
  public Optional<Baseline> baseline() {
    return artifact().baseline();
  }

  @Override
  public Optional<GoldenRows> goldenRows() {
    return artifact().goldenRows();
  }

  @Override
  public Optional<ModelArtifact> files() {
    requireSound();
    return Optional.of(artifact());
  }

  private void requireSound() {
    Optional<String> refusal = model.refusal(version.number());
    if (refusal.isPresent()) {
      throw new IntegrityException(refusal.get());
    }
  }

  @Override
  public Model<I, O> load() {
    requireSound();
    StoredArtifact artifact = artifact();
    ModelLoader<I, O> loader = model.loaders().of(version, artifact.format());
    Model<I, O> loaded = loader.load(version, artifact);
    try {
      artifact.verifyUnread();
      return loaded;
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  /** Returns name and number. */
  @Override
  public String toString() {
    return version.toString();
  }
}
