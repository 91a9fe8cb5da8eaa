package io.mlops4j.junit.simulation;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a service is asked, what its model answers, and what turns out to be true: made up, drawn
 * from a team's own labelled rows, or recorded. Immutable and thread-safe, if the functions given
 * are.
 *
 * <pre>{@code
 * Traffic.binary(0.75, 0.2)
 *     .arriving(Arrivals.poisson(2_000))
 *     .labelled(LabelDelay.exponential(Duration.ofHours(6)).missing(0.1));
 * }</pre>
 *
 * <p>Unless set: 1,000 requests a day (Poisson) of 1,000 units, labels a day later, a latency with
 * median 10 ms and p99 50 ms, no errors.
 *
 * @param <I> one input row
 */
public final class Traffic<I> {
  private static final int TRAINING_ROWS = 5_000;

  private final @Nullable Schema<I> schema;
  private final @Nullable ToDoubleFunction<? super I> answers;
  private final @Nullable Cases<I> cases;
  private final @Nullable RecordedDays<I> recorded;
  private final ServiceSettings settings;

  private Traffic(
      @Nullable Schema<I> schema,
      @Nullable ToDoubleFunction<? super I> answers,
      @Nullable Cases<I> cases,
      @Nullable RecordedDays<I> recorded,
      ServiceSettings settings) {
    this.schema = schema;
    this.answers = answers;
    this.cases = cases;
    this.recorded = recorded;
    this.settings = settings;
  }

  /**
   * Returns traffic of a calibrated binary model that is as good as is said. Rows have one feature,
   * {@code signal}: normal with deviation 1 in both classes, the means as far apart as the AUC
   * needs (the binormal model).
   *
   * @param auc of the model, 0.5 to 0.9999
   * @param positives the share of labels that are 1, above 0 and below 1
   * @return traffic
   */
  public static Traffic<float[]> binary(double auc, double positives) {
    Binormal model = Binormal.of(auc, positives);
    return new Traffic<>(
        Schema.floats("signal"), model::probability, model, null, ServiceSettings.DEFAULT);
  }

  /**
   * Returns traffic of made-up rows.
   *
   * @param schema what a row is
   * @param rows draws a row and the truth about it; must take chance from its argument only
   * @param model what is answered, for example {@code row -> predictor.predict(row)}
   * @param <I> one input row
   * @return traffic
   */
  public static <I> Traffic<I> of(
      Schema<I> schema,
      Function<RandomGenerator, Labeled<I>> rows,
      ToDoubleFunction<? super I> model) {
    Objects.requireNonNull(rows, "rows");
    return new Traffic<>(
        Objects.requireNonNull(schema, "schema"),
        Objects.requireNonNull(model, "model"),
        random -> {
          Labeled<I> drawn = rows.apply(random);
          return new Cases.Case<>(drawn.row(), model.applyAsDouble(drawn.row()), drawn.label());
        },
        null,
        ServiceSettings.DEFAULT);
  }

  /**
   * Returns traffic of a team's own labelled rows, drawn with replacement. Each row is answered
   * once, here.
   *
   * @param data at least one row; kept in memory
   * @param model what is answered
   * @param <I> one input row
   * @return traffic
   */
  public static <I> Traffic<I> resampling(
      LabeledDataset<I> data, ToDoubleFunction<? super I> model) {
    List<Cases.Case<I>> known = new ArrayList<>();
    try (Stream<Labeled<I>> rows = data.stream()) {
      rows.forEach(
          one ->
              known.add(new Cases.Case<>(one.row(), model.applyAsDouble(one.row()), one.label())));
    }
    if (known.isEmpty()) {
      throw new IllegalArgumentException("rows of " + data.name() + ": 0 (expected: at least 1)");
    }
    return new Traffic<>(
        data.schema(),
        model,
        random -> known.get(random.nextInt(known.size())),
        null,
        ServiceSettings.DEFAULT);
  }

  /**
   * Returns a team's own recorded traffic: the rows at the times they came. The first run replays
   * the days as they were, over and over; further runs draw each day among the recorded ones of the
   * same weekday, so give whole days (UTC), several weeks of them if you can.
   *
   * @param data rows with their labels; kept in memory
   * @param time when a row was asked for
   * @param model what is answered, once per row
   * @param <I> one input row
   * @return traffic, labelled after a delay as made-up traffic is
   */
  public static <I> Traffic<I> recorded(
      LabeledDataset<I> data,
      Function<? super I, Instant> time,
      ToDoubleFunction<? super I> model) {
    List<SimulatedRequest<I>> requests = new ArrayList<>();
    try (Stream<Labeled<I>> rows = data.stream()) {
      rows.forEach(
          one ->
              requests.add(
                  new SimulatedRequest<>(
                      time.apply(one.row()),
                      "unit-" + requests.size() % ServiceSettings.DEFAULT.units(),
                      one.row(),
                      model.applyAsDouble(one.row()),
                      one.label(),
                      null,
                      Duration.ZERO,
                      false)));
    }
    return new Traffic<>(
        data.schema(), model, null, new RecordedDays<>(requests), ServiceSettings.DEFAULT);
  }

  /**
   * Returns recorded traffic as requests: with the answers that were given, and labels when they
   * came. A request without {@link SimulatedRequest#labelAfter()} never gets a label, unless {@link
   * #labelled} says when.
   *
   * @param requests in any order
   * @param <I> one input row
   * @return traffic whose rows no monitor sees, for want of a schema; {@link #rows} gives one
   */
  public static <I> Traffic<I> recorded(List<SimulatedRequest<I>> requests) {
    return new Traffic<>(
        null, null, null, new RecordedDays<>(requests), ServiceSettings.AS_RECORDED);
  }

  /**
   * Returns this recorded traffic with what its rows are and how a model answers them, so that
   * monitors see features and rows can drift.
   *
   * @param what the schema of rows
   * @param model what is answered to a row that a regression has changed
   * @return a copy
   */
  public Traffic<I> rows(Schema<I> what, ToDoubleFunction<? super I> model) {
    return new Traffic<>(what, model, cases, recorded, settings);
  }

  /**
   * Returns this traffic with other arrivals.
   *
   * @param when how many requests a day, and when
   * @return a copy
   * @throws IllegalStateException for recorded traffic, which comes when it came
   */
  public Traffic<I> arriving(Arrivals when) {
    if (recorded != null) {
      throw new IllegalStateException("arriving " + when + ": recorded traffic comes as it came");
    }
    return with(settings.withArrivals(when));
  }

  /**
   * Returns this traffic with other delays of labels.
   *
   * @param delay how long after a request its label becomes known
   * @return a copy
   */
  public Traffic<I> labelled(LabelDelay delay) {
    return with(settings.withLabels(delay));
  }

  /**
   * Returns this traffic with other latencies; they are lognormal.
   *
   * @param median above 0
   * @param p99 at least the median
   * @return a copy
   */
  public Traffic<I> latency(Duration median, Duration p99) {
    return with(settings.withLatency(median, p99));
  }

  /**
   * Returns this traffic with a share of requests that end with an exception, as always.
   *
   * @param share 0 or more, below 1
   * @return a copy
   */
  public Traffic<I> errors(double share) {
    return with(settings.withErrors(share));
  }

  /**
   * Returns this traffic with another number of units: customers who come again.
   *
   * @param count at least 1
   * @return a copy
   */
  public Traffic<I> units(int count) {
    return with(settings.withUnits(count));
  }

  private Traffic<I> with(ServiceSettings other) {
    return new Traffic<>(schema, answers, cases, recorded, other);
  }

  /**
   * Returns what rows are.
   *
   * @return the schema, or empty for recorded traffic without rows
   */
  public Optional<Schema<I>> schema() {
    return Optional.ofNullable(schema);
  }

  @Nullable Cases<I> cases() {
    return cases;
  }

  @Nullable RecordedDays<I> recorded() {
    return recorded;
  }

  @Nullable ToDoubleFunction<? super I> answers() {
    return answers;
  }

  ServiceSettings settings() {
    return settings;
  }

  /** Some requests as they come, to be measured: the same for the same seed. */
  List<SimulatedRequest<I>> sample(int count, long seed) {
    RecordedDays<I> days = recorded;
    SplittableRandom random = Draws.stream(seed, -1, 0);
    List<SimulatedRequest<I>> sample = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      if (days != null) {
        sample.add(days.all().get(random.nextInt(days.all().size())));
      } else {
        Cases.Case<I> drawn = Objects.requireNonNull(cases).draw(random);
        sample.add(
            new SimulatedRequest<>(
                Instant.EPOCH,
                "",
                drawn.row(),
                drawn.answer(),
                drawn.label(),
                null,
                Duration.ZERO,
                false));
      }
    }
    return sample;
  }

  /** What the model was trained on: other rows of the same kind, without any regression. */
  Optional<Baseline> baseline(long seed) {
    Schema<I> known = schema;
    if (known == null) {
      return Optional.empty();
    }
    List<SimulatedRequest<I>> training = sample(TRAINING_ROWS, seed);
    List<I> rows = new ArrayList<>(training.size());
    training.forEach(
        request -> {
          I row = request.row();
          if (row != null) {
            rows.add(row);
          }
        });
    double[] scores = training.stream().mapToDouble(SimulatedRequest::answer).toArray();
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(Baseline.fit(known, rows::stream).withScores(scores));
  }

  /** Returns how requests arrive. */
  @Override
  public String toString() {
    return recorded == null
        ? settings.arrivals().toString()
        : "recorded, "
            + recorded.all().size()
            + " requests of "
            + recorded.count()
            + " days from "
            + recorded.first();
  }
}
