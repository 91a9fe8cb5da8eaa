package io.mlops4j.registry;

import java.util.ArrayList;
import java.util.List;

/** What the log says about one version. Confined to its {@link ModelState}. */
final class VersionState {
  private final int number;
  private final String manifest;
  private final List<String> evaluations = new ArrayList<>(0);
  private Stage stage = Stage.NONE;
  private String reason = "";

  VersionState(int number, String manifest) {
    this.number = number;
    this.manifest = manifest;
  }

  int number() {
    return number;
  }

  String manifest() {
    return manifest;
  }

  Stage stage() {
    return stage;
  }

  /** Why it is in its stage. */
  String reason() {
    return reason;
  }

  /** Digests of its evaluation reports, oldest first; a copy. */
  List<String> evaluations() {
    return List.copyOf(evaluations);
  }

  void evaluated(String digest) {
    evaluations.add(digest);
  }

  void moveTo(Stage newStage, String why) {
    stage = newStage;
    reason = why;
  }
}
