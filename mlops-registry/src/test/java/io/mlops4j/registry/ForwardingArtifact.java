package io.mlops4j.registry;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.ModelArtifact;
import java.io.InputStream;
import java.util.Optional;
import java.util.SortedSet;

/** Passes everything on, for tests that change one thing. */
class ForwardingArtifact implements ModelArtifact {
  private final ModelArtifact artifact;

  ForwardingArtifact(ModelArtifact artifact) {
    this.artifact = artifact;
  }

  @Override
  public String format() {
    return artifact.format();
  }

  @Override
  public SortedSet<String> files() {
    return artifact.files();
  }

  @Override
  public byte[] bytes(String file) {
    return artifact.bytes(file);
  }

  @Override
  public InputStream open(String file) {
    return artifact.open(file);
  }

  @Override
  public Optional<String> signature() {
    return artifact.signature();
  }

  @Override
  public Optional<InputEncoding> encoding() {
    return artifact.encoding();
  }

  @Override
  public Optional<GoldenRows> goldenRows() {
    return artifact.goldenRows();
  }

  @Override
  public Optional<Baseline> baseline() {
    return artifact.baseline();
  }
}
