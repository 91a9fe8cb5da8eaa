package io.mlops4j.cli;

import picocli.CommandLine.Mixin;

/** One command: fields are filled from the command line, then it is run once. */
abstract class Operation {
  @Mixin final Common common = new Common();

  /** Does it. What was written before an exception stays written; commands check first. */
  abstract Outcome run();
}
