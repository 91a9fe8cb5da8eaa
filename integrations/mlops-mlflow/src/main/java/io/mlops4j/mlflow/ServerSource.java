package io.mlops4j.mlflow;

import java.util.Optional;

/** A model directory behind a server's artifact proxy. */
final class ServerSource implements ArtifactSource {
  private final Rest rest;
  private final ArtifactPath root;
  private final String what;

  ServerSource(Rest rest, ArtifactPath root, String what) {
    this.rest = rest;
    this.root = root;
    this.what = what;
  }

  @Override
  public Optional<byte[]> read(ArtifactPath path, long maxBytes) {
    return rest.artifact(root.resolve(path), maxBytes, "file " + path + " of " + what);
  }

  @Override
  public String toString() {
    return rest + ", " + what;
  }
}
