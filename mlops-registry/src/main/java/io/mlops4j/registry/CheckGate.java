package io.mlops4j.registry;

/** A check that was made when its evidence was recorded: the gate only reads what it said. */
record CheckGate(String name, boolean ofTrainingData) implements EvidenceGate {
  CheckGate {
    if (name.isBlank() || name.length() > 128) {
      throw new IllegalArgumentException("name: expected 1 to 128 characters, not blank");
    }
  }

  @Override
  public String subject() {
    return name;
  }

  @Override
  public String requirement() {
    return name + " passed" + (ofTrainingData ? " on the training data" : "");
  }

  @Override
  public GateResult judge(Bench bench) {
    return bench.check(this, name, ofTrainingData);
  }
}
