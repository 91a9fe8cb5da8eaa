package io.mlops4j.registry;

/** Every live instance must be able to serve the candidate. */
record FleetGate() implements Gate {
  static final String SUBJECT = "fleet";

  @Override
  public String subject() {
    return SUBJECT;
  }

  @Override
  public String requirement() {
    return "every live instance can serve it";
  }
}
