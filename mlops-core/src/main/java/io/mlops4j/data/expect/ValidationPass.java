package io.mlops4j.data.expect;

import io.mlops4j.core.Progress;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.RowVisitor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One pass over rows: each is read into one buffer, and every expectation asked about it. */
final class ValidationPass<T> implements RowVisitor<T>, AutoCloseable {
  private static final int REPORTED = 1 << 16;

  private final Expectations<T> suite;
  private final String data;
  private final Settings settings;
  private final Progress progress;
  private final RowBuffer<T> buffer;
  private final Pass.Label label = new Pass.Label();
  private final List<Asked<T>> asked = new ArrayList<>();
  private long rows;
  private long unreadable;
  private @Nullable String broken;

  /** An expectation, its filters and what it counts. */
  private record Asked<T>(List<RowTest<T>> filters, Tally<T> tally) {
    boolean considers(RowBuffer<T> values, T row) {
      for (RowTest<T> filter : filters) {
        if (filter.of(values, row) != RowTest.Answer.HOLDS) {
          return false;
        }
      }
      return true;
    }
  }

  ValidationPass(
      Expectations<T> suite,
      String data,
      Settings settings,
      Map<String, OtherRows<T>> others,
      Progress progress) {
    this.suite = suite;
    this.data = data;
    this.settings = settings;
    this.progress = progress;
    Schema<T> schema = suite.schema();
    this.buffer = schema.newBuffer();
    for (Expectation expectation : expectations()) {
      if (expectation.environments().contains(settings.environment())) {
        Pass<T> pass = new Pass<>(schema, expectation, settings, others, label);
        List<RowTest<T>> filters =
            expectation.filters().stream()
                .map(filter -> ((RowRule) filter.rule()).test(schema))
                .toList();
        asked.add(new Asked<>(filters, expectation.rule().tally(pass)));
      }
    }
  }

  /** What the suite says, and before it what goes without saying. */
  private List<Expectation> expectations() {
    List<Expectation> all = new ArrayList<>();
    if (suite.expectations().stream().noneMatch(e -> e.rule() instanceof ColumnRules.AllColumns)) {
      all.add(Expectation.rows().haveAllColumns());
    }
    if (suite.expectations().stream()
        .noneMatch(e -> e.rule() instanceof ReadableRule r && r.feature().isEmpty())) {
      all.add(Expectation.rows().areReadable());
    }
    all.addAll(suite.expectations());
    return all;
  }

  @Override
  public void columns(List<String> columns, List<String> absent) {
    asked.forEach(one -> one.tally.columns(columns, absent));
  }

  @Override
  public void row(long line, T row) {
    rows++;
    buffer.set(row);
    // By index: this is the loop that a million rows go through.
    for (int i = 0; i < asked.size(); i++) {
      Asked<T> one = asked.get(i);
      if (one.considers(buffer, row)) {
        one.tally.add(line, buffer, row);
      }
    }
    tell();
  }

  @Override
  public void unreadable(long line, List<Fault> faults) {
    unreadable++;
    asked.forEach(one -> one.tally.unreadable(line, faults));
    tell();
  }

  @Override
  public void broken(long line, String problem) {
    broken = problem;
  }

  private void tell() {
    if ((rows + unreadable) % REPORTED == 0) {
      progress.report("rows", rows + unreadable, Progress.UNKNOWN_TOTAL);
    }
  }

  /** Sees the features of labeled rows. */
  RowVisitor<Labeled<T>> ofFeatures() {
    return new RowVisitor<>() {
      @Override
      public void columns(List<String> columns, List<String> absent) {
        ValidationPass.this.columns(columns, absent);
      }

      @Override
      public void row(long line, Labeled<T> row) {
        label.set(row.label());
        ValidationPass.this.row(line, row.row());
      }

      @Override
      public void unreadable(long line, List<Fault> faults) {
        ValidationPass.this.unreadable(line, faults);
      }

      @Override
      public void broken(long line, String problem) {
        ValidationPass.this.broken(line, problem);
      }
    };
  }

  ValidationResult result(Optional<String> digest) {
    List<ExpectationResult> results = asked.stream().map(one -> one.tally.finish()).toList();
    progress.report("rows", rows + unreadable, rows + unreadable);
    return new ValidationResult(
        data,
        suite.schema().fingerprint(),
        Optional.of(suite.digest()),
        digest,
        rows,
        unreadable,
        Optional.ofNullable(broken),
        settings.environment(),
        results,
        settings.now());
  }

  @Override
  public void close() {
    asked.forEach(one -> one.tally.close());
  }
}
