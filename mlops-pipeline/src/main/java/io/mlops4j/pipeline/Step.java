package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.core.Check;
import io.mlops4j.data.expect.ValidationResult;
import java.time.Duration;
import java.util.List;

/**
 * One step of a pipeline and the type of what it makes. A step names the steps it needs, so a
 * pipeline is put together from its last steps, and what does not fit does not compile.
 *
 * <pre>{@code
 * Step<DatasetSnapshot> rows =
 *     Step.named("load").readsInterval().source(Codec.snapshot(store), step -> load(step.interval()));
 * Step<DatasetSnapshot> valid = Step.named("validate").check(rows, (data, step) -> expectations(data));
 * Step<ModelArtifact> model =
 *     Step.named("train").with("rate", 0.1).timeout(Duration.ofHours(1))
 *         .map(valid, Codec.model(), (data, step) -> train(data, step.number("rate")));
 * }</pre>
 *
 * <p>What a {@code map} makes is kept under a key of everything that went into it: the step's name
 * and code, its parameters, the digests of its inputs. Another run with the same key takes it from
 * there. Immutable.
 *
 * @param <T> what it makes
 */
public final class Step<T> {
  private final StepSettings settings;
  private final Codec<T> codec;
  private final List<Step<?>> inputs;
  private final Work<T> work;

  Step(StepSettings settings, Codec<T> codec, List<Step<?>> inputs, Work<T> work) {
    this.settings = settings;
    this.codec = requireNonNull(codec, "codec");
    this.inputs = List.copyOf(inputs);
    this.work = work;
  }

  /**
   * Work without an input.
   *
   * @param <T> what it makes
   */
  @FunctionalInterface
  public interface From0<T> {
    /**
     * Does it.
     *
     * @param step what it may know
     * @return what it made
     * @throws Exception if it could not; tried again as {@link Retry} says
     */
    T run(StepContext step) throws Exception;
  }

  /**
   * Work on one input.
   *
   * @param <A> the input
   * @param <T> what it makes
   */
  @FunctionalInterface
  public interface From1<A, T> {
    /**
     * Does it.
     *
     * @param input what the step before made
     * @param step what it may know
     * @return what it made
     * @throws Exception if it could not; tried again as {@link Retry} says
     */
    T run(A input, StepContext step) throws Exception;
  }

  /**
   * Work on two inputs.
   *
   * @param <A> the first
   * @param <B> the second
   * @param <T> what it makes
   */
  @FunctionalInterface
  public interface From2<A, B, T> {
    /**
     * Does it.
     *
     * @param first what one step before made
     * @param second what the other made
     * @param step what it may know
     * @return what it made
     * @throws Exception if it could not; tried again as {@link Retry} says
     */
    T run(A first, B second, StepContext step) throws Exception;
  }

  /**
   * Work on three inputs.
   *
   * @param <A> the first
   * @param <B> the second
   * @param <C> the third
   * @param <T> what it makes
   */
  @FunctionalInterface
  public interface From3<A, B, C, T> {
    /**
     * Does it.
     *
     * @param first what one step before made
     * @param second what the second made
     * @param third what the third made
     * @param step what it may know
     * @return what it made
     * @throws Exception if it could not; tried again as {@link Retry} says
     */
    T run(A first, B second, C third, StepContext step) throws Exception;
  }

  /**
   * Returns a step to be described.
   *
   * @param name unique in its pipeline: 1 to 80 of {@code A-Z a-z 0-9 . _ -}
   * @return its builder
   */
  public static Builder named(String name) {
    return new Builder(Names.require("step", name));
  }

  /**
   * Returns what the step is called.
   *
   * @return its name
   */
  public String name() {
    return settings.name();
  }

  StepSettings settings() {
    return settings;
  }

  Codec<T> codec() {
    return codec;
  }

  List<Step<?>> inputs() {
    return inputs;
  }

  Work<T> work() {
    return work;
  }

  /** Returns the name. */
  @Override
  public String toString() {
    return name();
  }

  /** Describes a step. Not thread-safe; its last call makes the step. */
  public static final class Builder {
    private final StepDraft draft;

    private Builder(String name) {
      this.draft = new StepDraft(name);
    }

    /**
     * Declares a parameter and its value, which a run can be asked to change.
     *
     * @param parameter its name
     * @param value its value; kept as {@link String#valueOf(Object)}
     * @return this
     */
    public Builder with(String parameter, Object value) {
      requireNonNull(parameter, "parameter");
      draft.parameter(parameter, String.valueOf(requireNonNull(value, "value")));
      return this;
    }

    /**
     * Declares that the step reads {@link StepContext#interval}, which makes it part of the key.
     *
     * @return this
     */
    public Builder readsInterval() {
      draft.readsInterval();
      return this;
    }

    /**
     * Sets how often the step is tried. Without it: once.
     *
     * @param rule attempts and waits
     * @return this
     */
    public Builder retry(Retry rule) {
      draft.retry(requireNonNull(rule, "rule"));
      return this;
    }

    /**
     * Sets how long one attempt may take, or, if the step waits, how long all of it. It is
     * interrupted then, and fails. Without it: as long as it wants.
     *
     * @param longest more than zero
     * @return this
     */
    public Builder timeout(Duration longest) {
      draft.timeout(requireNonNull(longest, "longest"));
      return this;
    }

    /**
     * Sets how often {@link #await} asks. Without it: once a minute.
     *
     * @param period more than zero
     * @return this
     */
    public Builder every(Duration period) {
      draft.every(requireNonNull(period, "period"));
      return this;
    }

    /**
     * Says what version the code is: results of another version are not reused. Without it, the
     * digest of the jar or directory the code is in, which is safe but changes with every build.
     *
     * @param version any text; whoever changes the code changes it
     * @return this
     */
    public Builder code(String version) {
      draft.code("version " + requireNonNull(version, "version"));
      return this;
    }

    /**
     * Says whose code it is, where the function that a step is made with only calls it: results of
     * another jar or directory are not reused.
     *
     * @param written the class that does the work, or the one a lambda was written in
     * @return this
     */
    public Builder code(Class<?> written) {
      draft.code(CodeIdentity.of(requireNonNull(written, "written")));
      return this;
    }

    /**
     * Makes other runs reuse the result, also of a source, a check or something awaited. Only right
     * if nothing but its inputs, parameters and (if it reads it) the interval decides.
     *
     * @return this
     */
    public Builder reused() {
      draft.reused(true);
      return this;
    }

    /**
     * Makes every run do the step again: for what has an effect, such as registering.
     *
     * @return this
     */
    public Builder everyRun() {
      draft.reused(false);
      return this;
    }

    /**
     * Makes a step that reads the world outside. Every run does it again, unless {@link #reused}
     * says that the same interval always has the same data.
     *
     * @param codec how what it reads is kept
     * @param body reads it
     * @return the step
     * @param <T> what it makes
     */
    public <T> Step<T> source(Codec<T> codec, From0<T> body) {
      requireNonNull(body, "body");
      return step(false, codec, List.of(), body, (in, step) -> body.run(step));
    }

    /**
     * Makes a step that computes something from another's result. Runs with the same key reuse it.
     *
     * @param input the step it needs
     * @param codec how what it makes is kept
     * @param body computes it
     * @return the step
     * @param <A> the input
     * @param <T> what it makes
     */
    public <A, T> Step<T> map(Step<A> input, Codec<T> codec, From1<? super A, ? extends T> body) {
      requireNonNull(input, "input");
      requireNonNull(body, "body");
      return step(true, codec, List.of(input), body, (in, step) -> body.run(in.get(input), step));
    }

    /**
     * Makes a step that computes something from two others' results.
     *
     * @param first a step it needs
     * @param second another
     * @param codec how what it makes is kept
     * @param body computes it
     * @return the step
     * @param <A> the first input
     * @param <B> the second input
     * @param <T> what it makes
     */
    public <A, B, T> Step<T> map(
        Step<A> first,
        Step<B> second,
        Codec<T> codec,
        From2<? super A, ? super B, ? extends T> body) {
      requireNonNull(first, "first");
      requireNonNull(second, "second");
      requireNonNull(body, "body");
      return step(
          true,
          codec,
          List.of(first, second),
          body,
          (in, step) -> body.run(in.get(first), in.get(second), step));
    }

    /**
     * Makes a step that computes something from three others' results.
     *
     * @param first a step it needs
     * @param second another
     * @param third another
     * @param codec how what it makes is kept
     * @param body computes it
     * @return the step
     * @param <A> the first input
     * @param <B> the second input
     * @param <C> the third input
     * @param <T> what it makes
     */
    public <A, B, C, T> Step<T> map(
        Step<A> first,
        Step<B> second,
        Step<C> third,
        Codec<T> codec,
        From3<? super A, ? super B, ? super C, ? extends T> body) {
      requireNonNull(first, "first");
      requireNonNull(second, "second");
      requireNonNull(third, "third");
      requireNonNull(body, "body");
      return step(
          true,
          codec,
          List.of(first, second, third),
          body,
          (in, step) -> body.run(in.get(first), in.get(second), in.get(third), step));
    }

    /**
     * Makes a step that lets another's result pass, or refuses it: a failed check and one without
     * data end the run as {@link RunStatus#REFUSED}. Done by every run, unless {@link #reused}.
     *
     * @param input what is looked at, and what the next step gets
     * @param body looks
     * @return the step
     * @param <A> what is looked at
     */
    public <A> Step<A> check(Step<A> input, From1<? super A, ? extends Check.Outcome> body) {
      requireNonNull(input, "input");
      requireNonNull(body, "body");
      return step(
          false,
          input.codec(),
          List.of(input),
          body,
          (in, step) -> Checked.pass(in.get(input), body.run(in.get(input), step), step));
    }

    /**
     * Makes a step that lets one step's result pass after a look at another's too.
     *
     * @param input what the next step gets
     * @param evidence what is looked at as well, such as an evaluation
     * @param body looks
     * @return the step
     * @param <A> what passes
     * @param <B> the evidence
     */
    public <A, B> Step<A> check(
        Step<A> input,
        Step<B> evidence,
        From2<? super A, ? super B, ? extends Check.Outcome> body) {
      requireNonNull(input, "input");
      requireNonNull(evidence, "evidence");
      requireNonNull(body, "body");
      return step(
          false,
          input.codec(),
          List.of(input, evidence),
          body,
          (in, step) -> {
            A value = in.get(input);
            return Checked.pass(value, body.run(value, in.get(evidence), step), step);
          });
    }

    /**
     * Makes a step that asks a suite of expectations and refuses what does not hold, with every
     * sentence; what came of it is kept, shown on the run's page, and can be evidence of a version
     * ({@link RegistrySteps#validated}). Every run does it again, unless {@link #reused}.
     *
     * @param input what is looked at, and what the next step gets
     * @param body asks the suite
     * @return two steps: {@code NAME.result} asks, {@code NAME} lets pass or refuses
     * @param <A> what is looked at
     */
    public <A> ValidatedStep<A> validate(Step<A> input, From1<? super A, ValidationResult> body) {
      requireNonNull(input, "input");
      requireNonNull(body, "body");
      Step<ValidationResult> result =
          new Step<>(
              draft.settings(
                  Names.require("step", draft.name() + ".result"), false, body.getClass()),
              Codec.validation(),
              List.of(input),
              (in, step) -> ValidatedStep.noted(body.run(in.get(input), step), step));
      return ValidatedStep.of(draft.name(), input, result);
    }

    /**
     * Makes a step that begins something outside and waits for what comes of it, without a thread.
     * Every run does it again, unless {@link #reused}.
     *
     * @param input the step it needs
     * @param codec how what comes of it is kept
     * @param awaited begins it and asks
     * @return the step
     * @param <A> the input
     * @param <T> what comes of it
     */
    public <A, T> Step<T> await(Step<A> input, Codec<T> codec, Awaited<? super A, T> awaited) {
      requireNonNull(input, "input");
      requireNonNull(awaited, "awaited");
      return step(false, codec, List.of(input), awaited, new Waiting<>(input, awaited));
    }

    private <T> Step<T> step(
        boolean reused, Codec<T> codec, List<Step<?>> inputs, Object body, Work<T> work) {
      requireNonNull(codec, "codec");
      return new Step<>(draft.settings(draft.name(), reused, body.getClass()), codec, inputs, work);
    }
  }
}
