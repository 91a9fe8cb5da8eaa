package io.mlops4j.pipeline;

import java.util.Optional;

/** The work of a step that waits: begun with its input, then known by a token. */
record Waiting<A, T>(Step<A> input, Awaited<? super A, T> awaited) implements Work<T> {
  private static final int LONGEST = 10_000;

  String start(Inputs inputs, StepContext step) throws Exception {
    String token = awaited.start(inputs.get(input), step);
    if (token.length() > LONGEST) {
      throw new PipelineException(
          "Step '"
              + step.step()
              + "': the token has "
              + token.length()
              + " characters (at most 10000). Keep what it says elsewhere and return where.");
    }
    return token;
  }

  Optional<T> poll(String token, StepContext step) throws Exception {
    return awaited.poll(token, step);
  }

  void cancel(String token, StepContext step) throws Exception {
    awaited.cancel(token, step);
  }

  @Override
  public T run(Inputs inputs, StepContext step) {
    throw new IllegalStateException("Step '" + step.step() + "' is begun and asked, not run.");
  }
}
