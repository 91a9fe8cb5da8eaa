package io.mlops4j.core;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What the training data looked like: reference histograms of features and scores, frozen when the
 * model was trained and stored with its version. Immutable and thread-safe.
 */
public final class Baseline {
  private final ObjectNode tree;

  private Baseline(ObjectNode tree) {
    this.tree = tree;
  }

  /**
   * Returns the baseline a document holds.
   *
   * @param json what {@link #toJson} wrote
   * @return the baseline
   * @throws MlopsException if it is not one
   */
  public static Baseline fromJson(byte[] json) {
    return new Baseline(Json.parse(json, "Baseline"));
  }

  /**
   * Returns the document {@link #fromJson} reads.
   *
   * @return canonical JSON
   */
  public byte[] toJson() {
    return Json.canonical(tree);
  }

  /**
   * Returns the identity of the bins. Counts over different bins never merge.
   *
   * @return 64 hexadecimal digits
   */
  public String fingerprint() {
    return Digests.sha256(toJson());
  }
}
