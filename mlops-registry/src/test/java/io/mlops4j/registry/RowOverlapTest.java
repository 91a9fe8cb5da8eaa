package io.mlops4j.registry;

import static io.mlops4j.registry.Models.LOADER;
import static io.mlops4j.registry.Models.constant;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.data.RowFingerprint;
import io.mlops4j.evaluation.Contender;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Evaluator;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.GateResult.Verdict;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** I15: what is judged must not have been learned from, not even in part. */
class RowOverlapTest {
  record Row(String id, double score) {}

  private static final Schema<Row> SCHEMA = Schema.of(Row.class);
  private static final GatePolicy POLICY =
      GatePolicy.named("p").require(Gate.metric(Metric.AUC).atLeast(0.5));

  private final RegisteredModel<String, String> model =
      ModelRegistry.inMemory().model("credit", LOADER);

  private static LabeledDataset<Row> rows(int from, int to) {
    return LabeledDataset.of(
        SCHEMA,
        IntStream.range(from, to)
            .mapToObj(i -> new Labeled<>(new Row("r" + i, i % 10), i % 10 > 4 ? 1.0 : 0.0))
            .toList());
  }

  private static EvaluationReport evaluated(int version, int from, int to) {
    return Evaluator.<Row>binary()
        .metrics(Metric.AUC)
        .build()
        .evaluate(
            new Contender<>("credit:" + version, "d", all -> all.stream().map(Row::score).toList()),
            rows(from, to),
            Models.NOON);
  }

  private int version() {
    RegisteredVersion<String, String> version = model.register(constant("a"), Lineage.unknown());
    model.stage(version);
    return model.validate(version).number();
  }

  private GateResult decided(int version, GatePolicy policy) {
    return model.decide(version, policy).results().get(0);
  }

  @Test
  void evaluate_oneTrainingRowAmongThem_blocks() {
    int version = version();
    model.recordTrainingRows(version, RowFingerprint.of(rows(0, 500)));
    model.recordEvaluation(version, evaluated(version, 500, 1000));
    assertThat(decided(version, POLICY).verdict()).as("control: disjoint").isEqualTo(Verdict.PASS);
    model.recordEvaluation(version, evaluated(version, 499, 999));
    GateResult result = decided(version, POLICY);
    assertThat(result.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(result.sentence())
        .contains("1 of 500 compared rows")
        .contains("among the training rows of credit:1 (a share of 0.002, allowed is 0)");
    assertThat(model.promote(version, POLICY).promoted()).isFalse();
    assertThat(decided(version, POLICY.withMaxOverlap(0.002)).verdict()).isEqualTo(Verdict.PASS);
  }

  @Property(tries = 30)
  void evaluate_anyOverlap_neverPasses(
      @ForAll @IntRange(min = 0, max = 400) int from, @ForAll @IntRange(max = 300) int more) {
    RegisteredModel<String, String> own = ModelRegistry.inMemory().model("credit", LOADER);
    RegisteredVersion<String, String> version = own.register(constant("a"), Lineage.unknown());
    own.recordTrainingRows(1, RowFingerprint.of(rows(0, 200)));
    own.recordEvaluation(version, evaluated(1, from, from + 100 + more));
    assertThat(own.decide(1, POLICY).verdict())
        .isEqualTo(from < 200 ? Verdict.INCONCLUSIVE : Verdict.PASS);
  }

  @Test
  void trainingRows_recordedInParts_allCount() {
    int version = version();
    model.recordTrainingRows(version, RowFingerprint.of(rows(0, 100)));
    model.recordTrainingRows(version, RowFingerprint.of(rows(700, 800)));
    model.recordEvaluation(version, evaluated(version, 500, 750));
    assertThat(decided(version, POLICY).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
  }

  @Test
  void trainingRows_ofTheChampion_blockAMarginToo() {
    int first = version();
    model.recordEvaluation(first, evaluated(first, 500, 800));
    model.promote(first, POLICY);
    int second = version();
    model.recordEvaluation(second, evaluated(second, 500, 800));
    Gate margin = Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0));
    GatePolicy policy = GatePolicy.named("m").require(margin);
    assertThat(decided(second, policy).verdict()).as("control").isEqualTo(Verdict.PASS);
    model.recordTrainingRows(first, RowFingerprint.of(rows(790, 900)));
    assertThat(decided(second, policy).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(decided(second, policy).sentence()).contains("training rows of credit:1");
  }

  @Test
  void overlap_notKnown_blocksOnlyIfAskedFor() {
    int version = version();
    model.recordEvaluation(version, evaluated(version, 0, 500));
    assertThat(decided(version, POLICY).verdict()).isEqualTo(Verdict.PASS);
    GateResult strict = decided(version, POLICY.requireDisjointRows());
    assertThat(strict.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(strict.sentence()).contains("Call recordTrainingRows");
    model.recordTrainingRows(version, RowFingerprint.of(rows(500, 900)));
    assertThat(decided(version, POLICY.requireDisjointRows()).verdict()).isEqualTo(Verdict.PASS);
  }

  @Test
  void overlap_rowsToldApartInAnotherWay_isNotTakenForDisjoint() {
    int version = version();
    model.recordTrainingRows(version, RowFingerprint.byId(rows(0, 500), "id", Row::id));
    model.recordEvaluation(version, evaluated(version, 0, 500));
    GateResult result = decided(version, POLICY);
    assertThat(result.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(result.sentence()).contains("cannot be told").contains("'id id'");
  }
}
