package io.mlops4j.examples.broken.production;

import io.mlops4j.cli.Mlops;
import java.io.PrintWriter;
import java.io.StringWriter;

/** Calls the command line where it serves, which the rules forbid. */
public final class BrokenService {

  /**
   * Breaks the rules.
   *
   * @return an exit code
   */
  public int promote() {
    return Mlops.run(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()));
  }
}
