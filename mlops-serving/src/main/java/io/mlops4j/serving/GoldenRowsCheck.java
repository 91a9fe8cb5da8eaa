package io.mlops4j.serving;

import io.mlops4j.core.Check;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.Schema;
import io.mlops4j.evaluation.CheckEvidence;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a version, loaded here and now, answers its golden rows within their tolerance: evidence
 * for {@code Gate.goldenRowsReplayed()}. Loads the version on each evaluation and closes it.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class GoldenRowsCheck<I, O> implements Check {
  private final ModelRelease<I, O> release;
  private final @Nullable Schema<I> schema;

  private GoldenRowsCheck(ModelRelease<I, O> release, @Nullable Schema<I> schema) {
    this.release = Objects.requireNonNull(release, "release");
    this.schema = schema;
  }

  /**
   * Returns the check of a version whose model says what its rows are.
   *
   * @param release the version
   * @param <I> one input row
   * @param <O> one answer
   * @return the check
   */
  public static <I, O> GoldenRowsCheck<I, O> of(ModelRelease<I, O> release) {
    return new GoldenRowsCheck<>(release, null);
  }

  /**
   * Returns the check of a version.
   *
   * @param release the version
   * @param schema what its rows are, if its model does not say
   * @param <I> one input row
   * @param <O> one answer
   * @return the check
   */
  public static <I, O> GoldenRowsCheck<I, O> of(ModelRelease<I, O> release, Schema<I> schema) {
    return new GoldenRowsCheck<>(release, Objects.requireNonNull(schema, "schema"));
  }

  @Override
  public String name() {
    return CheckEvidence.GOLDEN_ROWS;
  }

  @Override
  public Outcome evaluate() {
    Optional<GoldenRows> golden = release.goldenRows();
    if (golden.isEmpty()) {
      return new NoData(release.version() + " was registered without golden rows.");
    }
    int rows = golden.get().rows().size();
    try (Model<I, O> model = release.load()) {
      GoldenReplay.require(
          "Version '" + release.version() + "'",
          model,
          golden.get(),
          model.schema().orElse(schema));
      return new Pass(
          release.version()
              + " answered its "
              + rows
              + " golden rows within "
              + golden.get().tolerance()
              + ".");
    } catch (ModelLoadException e) {
      return new Fail(String.valueOf(e.getMessage()));
    }
  }
}
