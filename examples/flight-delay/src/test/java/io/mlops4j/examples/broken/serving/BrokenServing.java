package io.mlops4j.examples.broken.serving;

/** What the broken fixtures must not know. */
public final class BrokenServing {
  /**
   * Sleeps, which the rules forbid.
   *
   * @throws InterruptedException never in practice
   */
  public void nap() throws InterruptedException {
    Thread.sleep(0);
  }
}
