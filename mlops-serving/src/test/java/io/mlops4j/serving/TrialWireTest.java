package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.Schema;
import io.mlops4j.serving.TrialWire.Answer;
import io.mlops4j.serving.TrialWire.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a child is told, and that it opens every kind of model with it as the service would. In this
 * process, so that it costs nothing to try many.
 */
class TrialWireTest {
  @TempDir Path directory;

  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  private Answer attempt(OnnxLoader<?, ?> loader, ModelFiles files) throws IOException {
    TrialRequest request = TrialRequest.of(Models.version(1), loader, files);
    TrialDirectory own = new TrialDirectory(Files.createTempDirectory(directory, "attempt"));
    new TrialProcess(TrialCommand.DEFAULT, request, files).lay(own);
    return TrialChild.attempt(own);
  }

  private static ModelFiles files(String name) {
    return TrialProbe.files(name);
  }

  private static final Schema<Map<String, ?>> TRIPS =
      Schema.ofMap("Trip").numeric("distance").numeric("hour").categorical("origin").build();

  /** Python's answers to rows with texts, missing numbers and missing texts. */
  private static GoldenRows columns(String model) throws IOException {
    JsonNode golden = new ObjectMapper().readTree(Models.bytes("columns.json")).path(model);
    List<GoldenRows.Row> rows = new ArrayList<>();
    for (int i = 0; i < golden.path("rows").size(); i++) {
      Map<String, Object> row = new HashMap<>();
      for (Map.Entry<String, JsonNode> e : golden.path("rows").get(i).properties()) {
        JsonNode value = e.getValue();
        row.put(
            e.getKey(),
            value.isNull() ? null : value.isNumber() ? value.doubleValue() : value.textValue());
      }
      rows.add(new GoldenRows.Row(row, golden.path("expected").get(i).doubleValue()));
    }
    return new GoldenRows(5e-6, rows);
  }

  @Test
  void attempt_columnsOfNumbersAndTexts_reproducesPythonsAnswers() throws IOException {
    GoldenRows golden = columns("columns");
    assertThat(attempt(OnnxModel.probability(TRIPS), files("columns").withGoldenRows(golden)))
        .isEqualTo(new Answer(Verdict.PASSED, golden.rows().size(), ""));
  }

  record Small(String colour, String size, double weight, double age) {}

  @Test
  void attempt_exportWithItsEncoding_reproducesPythonsAnswers() throws IOException {
    ModelFiles export =
        ModelExport.read(Path.of("../mlops-core/src/test/resources/python-export/export-1"))
            .files();
    int rows = export.goldenRows().orElseThrow().rows().size();
    assertThat(attempt(OnnxModel.probability(Schema.of(Small.class)), export))
        .isEqualTo(new Answer(Verdict.PASSED, rows, ""));
    assertThat(rows).isPositive();
  }

  @ParameterizedTest
  @CsvSource({"tokens, mean", "tokens, first", "tokens_pooled, mean"})
  void attempt_tokens_runsWithoutTheirTokenizer(String name, String pooling) throws IOException {
    TokenInput<String> tokens =
        TokenInput.<String>of(
                text -> {
                  throw new IllegalStateException("the service's code");
                })
            .withBuckets(8, 64)
            .withPadding(7);
    Pooling how = pooling.equals("first") ? Pooling.FIRST.normalized() : Pooling.MEAN;
    assertThat(attempt(OnnxModel.embedding(tokens, how), files(name)))
        .isEqualTo(new Answer(Verdict.PASSED, 0, ""));
  }

  @Test
  void attempt_whatTheLoaderWouldRefuse_isRefusedInItsWords() throws IOException {
    OnnxLoader<float[], Double> loader = OnnxModel.regression(Models.FOUR);
    Answer answer = attempt(loader, files("plus1"));
    assertThat(answer.verdict()).isEqualTo(Verdict.REFUSED);
    assertThatThrownBy(() -> loader.load(Models.version(1), files("plus1")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(answer.message());
  }

  @Test
  void attempt_outputAndOptions_areTheLoaders() throws IOException {
    OnnxLoader<float[], Double> loader =
        OnnxModel.regression(Models.ONE)
            .output("nowhere")
            .options(OnnxOptions.withDefaults().withNativeOnly());
    assertThat(attempt(loader, files("plus1")).message()).contains("has no output 'nowhere'");
    Path absent = directory.resolve("none.so");
    OnnxOptions operators = OnnxOptions.withDefaults().withCustomOperators(absent, "0".repeat(64));
    assertThat(
            attempt(
                    OnnxModel.regression(Models.ONE).options(operators.withNativeOnly()),
                    files("plus1"))
                .message())
        .contains("none.so cannot be read and copied");
  }

  record Row(double number, String text) {}

  @Test
  void of_goldenRowThatIsNoRow_isRefusedWithoutAChild() {
    GoldenRows wrong =
        new GoldenRows(0, List.of(new GoldenRows.Row(Map.of("number", "secret"), 1)));
    assertThatThrownBy(
            () ->
                TrialRequest.of(
                    Models.version(1),
                    OnnxModel.regression(Schema.of(Row.class)),
                    files("plus1").withGoldenRows(wrong)))
        .isInstanceOf(TrialFailedException.class)
        .hasMessageContaining("Version 'm:1' was not tried: a golden row of it is no row of Row")
        .hasMessageNotContaining("secret");
  }

  @Test
  void lay_fileWithAPathForAName_isRefused() {
    ModelFiles files = files("plus1");
    TrialRequest request =
        TrialRequest.of(Models.version(1), OnnxModel.regression(Models.ONE), files);
    TrialRequest hostile =
        new TrialRequest(
            request.version(),
            request.rowType(),
            request.rows(),
            null,
            request.kind(),
            null,
            request.options(),
            List.of("../escaped.onnx"),
            null,
            0,
            List.of());
    assertThatThrownBy(
            () ->
                new TrialProcess(TrialCommand.DEFAULT, hostile, files)
                    .lay(new TrialDirectory(directory)))
        .isInstanceOf(IOException.class)
        .hasMessage("a file is called ../escaped.onnx");
  }

  @Test
  void wire_everythingThereIs_comesBack() throws IOException {
    TrialRequest.Golden golden =
        new TrialRequest.Golden(
            Arrays.asList(Double.NaN, "ä\0\uD83D\uDE00", new float[] {1, Float.NaN}, null), -0.0);
    TrialRequest sent =
        new TrialRequest(
            Models.version(7),
            "Flight",
            List.of(
                new TrialRequest.Column("n", FeatureKind.NUMERIC, 1),
                new TrialRequest.Column("t", FeatureKind.TEXT, 1),
                new TrialRequest.Column("v", FeatureKind.VECTOR, 2),
                new TrialRequest.Column("w", FeatureKind.TIME, 1)),
            null,
            "all",
            "scores",
            OnnxOptions.withDefaults()
                .withSharedPool()
                .withNativeOnly()
                .withOptimization(OnnxOptions.Optimization.BASIC)
                .withCuda(1, 1 << 30, 3)
                .withCustomOperators(directory.resolve("o.so"), "a".repeat(64)),
            List.of("m.onnx", "weights.bin"),
            InputEncoding.numeric(Models.FOUR),
            1e-6,
            List.of(golden));
    Path file = directory.resolve("request");
    TrialWire.write(file, sent);
    TrialRequest read = TrialWire.read(file);
    assertThat(read)
        .usingRecursiveComparison()
        .withEqualsForType(Double::equals, Double.class)
        .withEqualsForType(Float::equals, Float.class)
        .isEqualTo(sent);
    assertThat(read.golden().get(0).toString()).doesNotContain("ä");
    Path answer = directory.resolve("answer");
    TrialWire.write(answer, new Answer(Verdict.REFUSED, 0, "x".repeat(10_000)));
    assertThat(TrialWire.answer(answer).orElseThrow().message()).hasSize(4_000);
  }

  /** A child may die while it writes, or be another version of this library. */
  @Test
  void answer_cutChangedOrMissing_isNone() throws IOException {
    Path file = directory.resolve("answer");
    assertThat(TrialWire.answer(file)).isEmpty();
    TrialWire.write(file, new Answer(Verdict.PASSED, 3, "fine"));
    byte[] whole = Files.readAllBytes(file);
    assertThat(TrialWire.answer(file)).contains(new Answer(Verdict.PASSED, 3, "fine"));
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(TrialWire.answer(file)).as("%s bytes", length).isEmpty();
    }
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 200; i++) {
      byte[] noise = new byte[random.nextInt(40)];
      random.nextBytes(noise);
      Files.write(file, noise);
      assertThat(TrialWire.answer(file)).isEmpty();
    }
    Path request = directory.resolve("request");
    Files.write(request, new byte[] {0, 0, 0, 9});
    assertThat(TrialChild.attempt(new TrialDirectory(directory)))
        .isEqualTo(
            new Answer(
                Verdict.REFUSED,
                0,
                "The trial run's files cannot be read: format 9 (expected: 1)"));
  }
}
