package io.mlops4j.serving;

import io.mlops4j.core.Elements;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.stats.Bucketing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A champion's predictor and at most one candidate's. A request reads one immutable {@link Route}
 * and keeps to it; a candidate that is closed between that read and the call leaves the request to
 * the champion.
 */
final class SplitPredictor<I, O> implements TrafficSplit<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(SplitPredictor.class);

  /** Where requests go: read once per request. */
  private record Route<I, O>(int slots, Bucketing bucketing, Predictor<I, O> candidate) {}

  /** A candidate and how far it is. Guarded by the split. */
  private static final class Offer<I, O> {
    final ModelRelease<I, O> release;
    final String salt;
    final CompletableFuture<Boolean> ready = new CompletableFuture<>();
    @Nullable Predictor<I, O> predictor;
    @Nullable String problem = "It is being opened.";
    boolean failed;
    int slots;

    Offer(ModelRelease<I, O> release, String salt) {
      this.release = release;
      this.salt = salt;
    }
  }

  private final Predictor<I, O> champion;
  private final Function<? super I, String> unit;
  private final UnaryOperator<PredictorBuilder<I, O>> how;
  private final Aside aside = new Aside("candidates", IdleClass::enter);
  private volatile @Nullable Route<I, O> route;
  private @Nullable Offer<I, O> offer; // guarded by this
  private boolean closed; // guarded by this

  SplitPredictor(
      Predictor<I, O> champion,
      Function<? super I, String> unit,
      UnaryOperator<PredictorBuilder<I, O>> how) {
    this.champion = Objects.requireNonNull(champion, "champion");
    this.unit = Objects.requireNonNull(unit, "unit");
    this.how = Objects.requireNonNull(how, "how");
  }

  // Who answers.

  private @Nullable Predictor<I, O> candidateFor(I input) {
    Route<I, O> now = route;
    if (now == null || now.slots == 0) {
      return null;
    }
    String id;
    try {
      id = unit.apply(input);
    } catch (Throwable e) {
      // Somebody else's code: no request fails because it cannot be counted in.
      return null;
    }
    return id != null && now.bucketing.slot(id) < now.slots ? now.candidate : null;
  }

  /** Asks whom the row belongs to; the champion, if the candidate has been closed in between. */
  private <R> R ask(I input, Function<Predictor<I, O>, R> question) {
    Predictor<I, O> candidate = candidateFor(input);
    if (candidate != null) {
      try {
        return question.apply(candidate);
      } catch (PredictorClosedException e) {
        LOG.debug("A candidate was withdrawn under a request: the champion answers", e);
      }
    }
    return question.apply(champion);
  }

  @Override
  public O predict(I input) {
    return route == null ? champion.predict(input) : ask(input, p -> p.predict(input));
  }

  @Override
  public O predict(I input, CallOptions options) {
    Objects.requireNonNull(options, "options");
    return ask(input, p -> p.predict(input, options));
  }

  @Override
  public Prediction<I, O> predictDetailed(I input) {
    return ask(input, p -> p.predictDetailed(input));
  }

  @Override
  public Prediction<I, O> predictDetailed(I input, CallOptions options) {
    return ask(input, p -> p.predictDetailed(input, options));
  }

  @Override
  public CompletableFuture<O> predictAsync(I input) {
    return askLater(input, p -> p.predictAsync(input));
  }

  @Override
  public CompletableFuture<O> predictAsync(I input, CallOptions options) {
    return askLater(input, p -> p.predictAsync(input, options));
  }

  private CompletableFuture<O> askLater(
      I input, Function<Predictor<I, O>, CompletableFuture<O>> question) {
    Predictor<I, O> candidate = candidateFor(input);
    if (candidate != null) {
      CompletableFuture<O> answer = question.apply(candidate);
      if (!turnedAway(answer)) {
        return answer;
      }
    }
    return question.apply(champion);
  }

  /** A closed predictor says so at once; a future that is still open has been accepted. */
  private static boolean turnedAway(CompletableFuture<?> answer) {
    if (!answer.isCompletedExceptionally() || answer.isCancelled()) {
      return false;
    }
    try {
      answer.join();
      return false;
    } catch (CompletionException e) {
      return e.getCause() instanceof PredictorClosedException;
    }
  }

  @Override
  public List<O> predictAll(List<I> inputs) {
    return askAll(inputs, Predictor::predictAll);
  }

  @Override
  public List<O> predictAll(List<I> inputs, CallOptions options) {
    return askAll(inputs, (predictor, rows) -> predictor.predictAll(rows, options));
  }

  private List<O> askAll(List<I> given, BiFunction<Predictor<I, O>, List<I>, List<O>> question) {
    List<I> inputs = Elements.list("inputs", given);
    if (route == null) {
      return question.apply(champion, inputs);
    }
    List<I> candidates = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    List<I> others = new ArrayList<>();
    Predictor<I, O> candidate = null;
    for (int i = 0; i < inputs.size(); i++) {
      Predictor<I, O> own = candidateFor(inputs.get(i));
      // One candidate for all of them: one that came in between is asked the next time.
      if (own != null && (candidate == null || own == candidate)) {
        candidate = own;
        candidates.add(inputs.get(i));
        places.add(i);
      } else {
        others.add(inputs.get(i));
      }
    }
    if (candidate == null) {
      return question.apply(champion, inputs);
    }
    List<O> answers;
    try {
      answers = question.apply(candidate, candidates);
    } catch (PredictorClosedException e) {
      LOG.debug("A candidate was withdrawn under a request: the champion answers", e);
      return question.apply(champion, inputs);
    }
    List<O> rest = others.isEmpty() ? List.of() : question.apply(champion, others);
    return merged(inputs.size(), places, answers, rest);
  }

  private static <O> List<O> merged(int size, List<Integer> places, List<O> some, List<O> rest) {
    List<O> all = new ArrayList<>(Collections.nCopies(size, null));
    for (int i = 0; i < places.size(); i++) {
      all.set(places.get(i), some.get(i));
    }
    int next = 0;
    for (int i = 0; i < size; i++) {
      if (all.get(i) == null) {
        all.set(i, rest.get(next++));
      }
    }
    return all;
  }

  @Override
  public Stream<Scored<I, O>> scoreAll(Stream<? extends I> rows) {
    return champion.scoreAll(rows);
  }

  // The candidate.

  @Override
  public CompletableFuture<Boolean> offer(ModelRelease<I, O> release, String salt) {
    Offer<I, O> next =
        new Offer<>(
            Objects.requireNonNull(release, "release"), Objects.requireNonNull(salt, "salt"));
    Predictor<I, O> old;
    synchronized (this) {
      if (closed) {
        throw new PredictorErrors(release.version() + " (candidate)").closed();
      }
      Offer<I, O> now = offer;
      if (now != null
          && now.release.version().equals(release.version())
          && now.salt.equals(salt)
          && !now.failed) {
        return now.ready.copy();
      }
      old = replace(next);
    }
    letGo(old);
    Threads.inBackground(release.version().model(), "open-candidate")
        .newThread(() -> open(next))
        .start();
    return next.ready.copy();
  }

  /** Under the lock. Returns the predictor that is to be closed. */
  private @Nullable Predictor<I, O> replace(@Nullable Offer<I, O> next) {
    Offer<I, O> before = offer;
    offer = next;
    publish();
    if (before == null) {
      return null;
    }
    before.ready.complete(false);
    return before.predictor;
  }

  private void open(Offer<I, O> opening) {
    Predictor<I, O> opened = null;
    String problem = null;
    try {
      PredictorBuilder<I, O> builder =
          how.apply(Predictor.from(ModelSource.of(opening.release))).startWithoutVersion();
      builder.beside = true;
      builder.aside = aside;
      if (builder.unitOf == null) {
        builder.unitBy(unit);
      }
      if (builder.name == null) {
        builder.name(opening.release.version().model() + "-candidate");
      }
      opened = builder.build();
      if (opened.version().isEmpty()) {
        problem = opened.status().problem().orElse("It has no version.");
      }
    } catch (Throwable e) {
      problem = e.getMessage() == null ? e.toString() : e.getMessage();
    }
    if (problem != null) {
      LOG.warn("Candidate {} is not served: {}", opening.release.version(), problem);
    }
    synchronized (this) {
      opening.problem = problem;
      opening.failed = problem != null;
      if (offer == opening && problem == null) {
        opening.predictor = opened;
        opened = null;
        publish();
      }
    }
    if (opened != null) {
      opened.close();
    }
    opening.ready.complete(opening.problem == null && opened == null);
  }

  /** Under the lock. */
  private void publish() {
    Offer<I, O> now = offer;
    route =
        now == null || now.predictor == null
            ? null
            : new Route<>(now.slots, Bucketing.salted(now.salt), now.predictor);
  }

  private void letGo(@Nullable Predictor<I, O> old) {
    if (old != null) {
      Threads.inBackground("candidate", "close").newThread(old::close).start();
    }
  }

  @Override
  public synchronized void share(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share: " + share + " (expected: 0..1)");
    }
    Offer<I, O> now = offer;
    if (now == null) {
      if (share > 0) {
        throw new IllegalStateException(
            "share: " + share + " without a candidate. Offer one before giving it requests.");
      }
      return;
    }
    now.slots = (int) Math.round(share * Bucketing.SLOTS);
    publish();
  }

  @Override
  public void withdraw() {
    Predictor<I, O> old;
    synchronized (this) {
      old = replace(null);
    }
    letGo(old);
  }

  @Override
  public double share() {
    Route<I, O> now = route;
    return now == null ? 0 : (double) now.slots / Bucketing.SLOTS;
  }

  @Override
  public synchronized Optional<ModelVersion> candidate() {
    return Optional.ofNullable(offer).map(now -> now.release.version());
  }

  @Override
  public synchronized Optional<String> candidateProblem() {
    return offer == null ? Optional.empty() : Optional.ofNullable(offer.problem);
  }

  @Override
  public synchronized boolean candidateFailed() {
    return offer != null && offer.failed;
  }

  @Override
  public Optional<PredictorStats> candidateStats() {
    return Optional.ofNullable(route).map(now -> now.candidate.stats());
  }

  @Override
  public boolean candidateAnswers(String id) {
    Objects.requireNonNull(id, "unit");
    Route<I, O> now = route;
    return now != null && now.bucketing.slot(id) < now.slots;
  }

  // The champion's predictor.

  @Override
  public Optional<ModelVersion> version() {
    return champion.version();
  }

  @Override
  public PredictorStatus status() {
    return champion.status();
  }

  @Override
  public PredictorStats stats() {
    return champion.stats();
  }

  @Override
  public boolean awaitListeners(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    Route<I, O> now = route;
    boolean seen = now == null || now.candidate.awaitListeners(limit);
    return champion.awaitListeners(limit) && seen;
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(30));
  }

  @Override
  public boolean close(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    Predictor<I, O> old;
    synchronized (this) {
      closed = true;
      old = replace(null);
    }
    boolean done = old == null || old.close(limit);
    aside.shutdown();
    boolean championDone = champion.close(limit);
    return done && championDone;
  }
}
