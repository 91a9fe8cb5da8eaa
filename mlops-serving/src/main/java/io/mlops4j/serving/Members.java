package io.mlops4j.serving;

import io.mlops4j.core.Elements;
import io.mlops4j.core.Model;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Models that are asked the same rows, and what is made of their answers to one row. */
final class Members<I, M, O> implements Model<I, O> {
  private final List<Model<I, M>> members;
  private final Function<List<M>, O> combine;
  private final Optional<Schema<I>> schema;

  Members(List<? extends Model<I, M>> members, Function<List<M>, O> combine) {
    this.members = Elements.list("members", members);
    this.combine = combine;
    if (members.isEmpty()) {
      throw new IllegalArgumentException("members: 0 (expected: at least 1)");
    }
    this.schema = common(this.members);
  }

  private static <I, M> Optional<Schema<I>> common(List<Model<I, M>> members) {
    Schema<I> common = null;
    for (int i = 0; i < members.size(); i++) {
      Schema<I> own = members.get(i).schema().orElse(null);
      if (common == null) {
        common = own;
      } else if (own != null && !own.fingerprint().equals(common.fingerprint())) {
        throw new IllegalArgumentException(
            "members["
                + i
                + "] takes "
                + own
                + ", an earlier one "
                + common
                + ". Members of an ensemble take the same rows; put a step before one that does"
                + " not (ModelSteps.before).");
      }
    }
    return Optional.ofNullable(common);
  }

  @Override
  public List<O> predict(List<I> inputs) {
    List<List<M>> byMember = new ArrayList<>(members.size());
    for (int i = 0; i < members.size(); i++) {
      byMember.add(counted(members.get(i).predict(inputs), inputs.size(), "member " + i));
    }
    List<O> answers = new ArrayList<>(inputs.size());
    for (int row = 0; row < inputs.size(); row++) {
      List<M> ofRow = new ArrayList<>(members.size());
      for (List<M> ofMember : byMember) {
        ofRow.add(ofMember.get(row));
      }
      answers.add(combine.apply(Collections.unmodifiableList(ofRow)));
    }
    return answers;
  }

  List<Model<I, M>> parts() {
    return members;
  }

  static <T> List<T> counted(@Nullable List<T> answers, int rows, String who) {
    if (answers == null || answers.size() != rows) {
      throw new PredictionFailedException(
          "Ensemble "
              + who
              + " answered "
              + (answers == null ? 0 : answers.size())
              + " rows, asked "
              + rows
              + ". A model returns exactly one answer per input, in order.");
    }
    return answers;
  }

  @Override
  public Optional<Schema<I>> schema() {
    return schema;
  }

  @Override
  public void close() {
    Steps.closeAll(members);
  }
}
