package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.core.SchemaBuilder;
import io.mlops4j.registry.CanServe.Answer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What the fleet's gate says of one instance is what that instance's loader does. */
class ServableTest {
  private static final ModelVersion VERSION = new ModelVersion("delay", 2);
  private static final ModelFiles FILES =
      ModelFiles.of("onnx", Map.of("model.onnx", "x".getBytes(UTF_8)));

  record Old(String origin, double distance) {}

  /** Loads as the loaders of this library do: binds the encoding, or compares the signatures. */
  private static final class Binding implements ModelLoader<Object, String> {
    private final Schema<Object> schema;

    Binding(Schema<Object> schema) {
      this.schema = schema;
    }

    @Override
    public Set<String> formats() {
      return Set.of("onnx");
    }

    @Override
    public Optional<Schema<Object>> schema() {
      return Optional.of(schema);
    }

    @Override
    public boolean takesRowsAsTheyAre() {
      try {
        return InputEncoding.numeric(schema).width() > 0;
      } catch (IllegalArgumentException e) {
        return false;
      }
    }

    @Override
    public Model<Object, String> load(ModelVersion version, ModelArtifact artifact) {
      if (artifact.encoding().isEmpty()
          && !artifact.signature().equals(Optional.of(schema.fingerprint()))) {
        throw new MlopsException("another signature");
      }
      artifact.encoding().orElseGet(() -> InputEncoding.numeric(schema)).bind(schema);
      return inputs -> List.of();
    }
  }

  private static FleetInstance announced(ModelLoader<?, ?>... loaders) {
    List<FleetInstance.Reader> readers = new ArrayList<>();
    for (ModelLoader<?, ?> loader : loaders) {
      readers.addAll(new Loaders<>("delay", List.of(loader)).announced());
    }
    FleetInstance said =
        new FleetInstance(
            "pod-1", "session", Optional.empty(), Optional.empty(), readers, Instant.EPOCH);
    // As others read it.
    byte[] stored = Json.canonical(Announced.toJson(said));
    FleetInstance read = Announced.fromJson(stored, "announcement");
    assertThat(read).isEqualTo(said);
    return read;
  }

  private static CanServe ask(Schema<Object> rows, ModelFiles version) {
    return Servable.of(VERSION, version).by(announced(new Binding(rows)));
  }

  @Test
  void canServe_featureComputedByAnotherDefinition_saysNoAsTheLoaderDoes() {
    Schema<Object> rows = Schema.<Object>builder("rows").numeric("late", row -> 0).build();
    Schema<Object> trained = rows.withDefinition("late", "ab".repeat(32));
    Schema<Object> newer = rows.withDefinition("late", "cd".repeat(32));
    ModelFiles version =
        FILES.withEncoding(InputEncoding.numeric(trained)).withSignature(trained.fingerprint());

    assertThat(ask(trained, version).answer()).isEqualTo(Answer.YES);
    for (Schema<Object> other : List.of(newer, rows)) {
      assertThat(loads(other, version)).isFalse();
      assertThat(ask(other, version).answer()).isEqualTo(Answer.NO);
      assertThat(ask(other, version).sentence())
          .contains("Feature late was computed in training by definition ababababab");
    }
  }

  private static boolean loads(Schema<Object> rows, ModelFiles version) {
    try {
      new Binding(rows).load(VERSION, version).close();
      return true;
    } catch (MlopsException | IllegalArgumentException e) {
      return false;
    }
  }

  /** A feature is a name and a kind; of each name there is at most one in a schema. */
  private record Named(String name, int kind) {
    void addTo(SchemaBuilder<Object> schema) {
      switch (kind) {
        case 0 -> schema.numeric(name, row -> 0);
        case 1 -> schema.categorical(name, row -> "");
        case 2 -> schema.text(name, row -> "");
        case 3 -> schema.vector(name, 3, row -> new float[3]);
        case 4 -> schema.bool(name, row -> true);
        default -> schema.time(name, row -> 0);
      }
    }

    EncodedColumn column(int how) {
      return switch (how) {
        case 0 -> new EncodedColumn.Numeric(name, Float.NaN);
        case 1 -> new EncodedColumn.Scaled(name, 0, 1, 0f);
        case 2 -> new EncodedColumn.OneHot(name, List.of("a", "b"), EncodedColumn.Unseen.ZEROS);
        case 3 -> new EncodedColumn.OneHot(name, List.of("1", "2.5"), EncodedColumn.Unseen.ZEROS);
        case 4 -> new EncodedColumn.Ordinal(name, List.of("1", "1.0"), EncodedColumn.Unseen.REJECT);
        default -> new EncodedColumn.Vector(name, 3);
      };
    }
  }

  private static Schema<Object> schema(List<Named> features) {
    SchemaBuilder<Object> schema = Schema.builder("Row");
    Set<String> names = new LinkedHashSet<>();
    features.stream().filter(f -> names.add(f.name())).forEach(f -> f.addTo(schema));
    return schema.build();
  }

  @Provide
  Arbitrary<List<Named>> features() {
    return Combinators.combine(
            Arbitraries.of("a", "b", "c", "ü \"x\""), Arbitraries.integers().between(0, 5))
        .as(Named::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(5);
  }

  @Provide
  Arbitrary<List<Integer>> ways() {
    return Arbitraries.integers().between(0, 5).list().ofSize(5);
  }

  @Property(tries = 2000)
  void canServe_withEncoding_agreesWithTheLoader(
      @ForAll("features") List<Named> instance,
      @ForAll("features") List<Named> version,
      @ForAll("ways") List<Integer> ways) {
    List<EncodedColumn> columns = new ArrayList<>();
    for (int i = 0; i < version.size(); i++) {
      columns.add(version.get(i).column(ways.get(i)));
    }
    // The signature is another's on purpose: with an encoding it does not count.
    ModelFiles files =
        FILES.withEncoding(InputEncoding.of(columns)).withSignature(schema(version).fingerprint());
    Schema<Object> rows = schema(instance);
    assertThat(ask(rows, files).answer()).isEqualTo(loads(rows, files) ? Answer.YES : Answer.NO);
  }

  @Property(tries = 1000)
  void canServe_withoutEncoding_agreesWithTheLoader(
      @ForAll("features") List<Named> instance, @ForAll("features") List<Named> version) {
    for (List<Named> trainedOn : List.of(version, instance)) {
      ModelFiles files = FILES.withSignature(schema(trainedOn).fingerprint());
      Schema<Object> rows = schema(instance);
      assertThat(ask(rows, files).answer()).isEqualTo(loads(rows, files) ? Answer.YES : Answer.NO);
    }
  }

  @SuppressWarnings("unchecked")
  private static Schema<Object> of(Class<? extends Record> type) {
    return (Schema<Object>) (Schema<?>) Schema.of(type);
  }

  @Test
  void canServe_rowsLackFeatures_namesEachOfThem() {
    InputEncoding encoding =
        InputEncoding.of(
            List.of(
                new EncodedColumn.Numeric("distance", Float.NaN),
                new EncodedColumn.OneHot("carrier", List.of("AA"), EncodedColumn.Unseen.ZEROS),
                new EncodedColumn.Ordinal("carrier", List.of("AA"), EncodedColumn.Unseen.ZEROS),
                new EncodedColumn.Numeric("hour", Float.NaN)));
    CanServe answer = ask(of(Old.class), FILES.withEncoding(encoding));
    assertThat(answer.yes()).isFalse();
    assertThat(answer.sentence())
        .isEqualTo(
            "pod-1 cannot serve delay:2: it reads carrier, hour, which rows of Old(origin,"
                + " distance) lack.");
  }

  @Test
  void canServe_rowsHaveMoreThanIsRead_isYes() {
    Schema<Object> more = schema(List.of(new Named("a", 1), new Named("b", 0), new Named("c", 3)));
    InputEncoding encoding = InputEncoding.of(List.of(new EncodedColumn.Numeric("b", Float.NaN)));
    CanServe answer = ask(more, FILES.withEncoding(encoding));
    assertThat(answer).isEqualTo(new CanServe(Answer.YES, "pod-1 can serve delay:2."));
  }

  @Test
  void canServe_featureOfAnotherKind_saysWhatTheLoaderSays() {
    InputEncoding encoding =
        InputEncoding.of(List.of(new EncodedColumn.Numeric("origin", Float.NaN)));
    assertThat(ask(of(Old.class), FILES.withEncoding(encoding)).sentence())
        .isEqualTo(
            "pod-1 cannot serve delay:2: The encoding reads origin as a number, but in Old it is"
                + " origin: categorical.");
  }

  @Test
  void canServe_signatureOfAnother_showsBoth() {
    Schema<Object> numbers = schema(List.of(new Named("a", 0)));
    String other = "f".repeat(64);
    assertThat(ask(numbers, FILES.withSignature(other)).sentence())
        .startsWith("pod-1 cannot serve delay:2: it was trained on rows with signature fffffffffff")
        .contains("rows of Row(a) have signature " + numbers.fingerprint().substring(0, 11));
    assertThat(ask(of(Old.class), FILES.withSignature(of(Old.class).fingerprint())).sentence())
        .contains("stores no encoding, and without one rows of Old(origin, distance) do not fit");
  }

  /** A loader of graphs with one input for each feature: what they read is in the file. */
  private static final class ByName implements ModelLoader<Object, String> {
    private final Schema<Object> schema;

    ByName(Schema<Object> schema) {
      this.schema = schema;
    }

    @Override
    public Set<String> formats() {
      return Set.of("onnx");
    }

    @Override
    public Optional<Schema<Object>> schema() {
      return Optional.of(schema);
    }

    @Override
    public boolean takesRowsAsTheyAre() {
      return false;
    }

    @Override
    public boolean mayTakeFeaturesByName() {
      return true;
    }

    @Override
    public Model<Object, String> load(ModelVersion version, ModelArtifact artifact) {
      return inputs -> List.of();
    }
  }

  @Test
  void canServe_featuresByName_isYesForItsOwnRowsAndUnknownForOthersNeverNo() {
    Schema<Object> rows = of(Old.class);
    FleetInstance instance = announced(new ByName(rows));
    CanServe own = Servable.of(VERSION, FILES.withSignature(rows.fingerprint())).by(instance);
    assertThat(own.answer()).isEqualTo(Answer.YES);
    for (ModelFiles files : List.of(FILES, FILES.withSignature("f".repeat(64)))) {
      CanServe other = Servable.of(VERSION, files).by(instance);
      assertThat(other.answer()).isEqualTo(Answer.UNKNOWN);
      assertThat(other.sentence())
          .startsWith("delay:2 stores no encoding, and only its files tell which features it reads")
          .contains("pod-1 can serve it with rows of Old(origin, distance)");
    }
  }

  @Test
  void canServe_announcedByAnOlderLibrary_isAnsweredAsBefore() {
    FleetInstance said = announced(new ByName(of(Old.class)));
    String older = Announced.toJson(said).toString().replace(",\"byName\":true", "");
    assertThat(older).doesNotContain("byName");
    FleetInstance read = Announced.fromJson(older.getBytes(UTF_8), "announcement");
    ModelFiles files = FILES.withSignature(of(Old.class).fingerprint());
    assertThat(Servable.of(VERSION, files).by(read).answer()).isEqualTo(Answer.NO);
  }

  @Test
  void canServe_formatNobodyReads_saysWhichAreRead() {
    ModelFiles tree = ModelFiles.of("tree", Map.of("model.bin", new byte[1]));
    assertThat(ask(of(Old.class), tree).sentence())
        .isEqualTo("pod-1 cannot serve delay:2: it has the format tree; pod-1 reads onnx.");
    assertThat(Servable.of(VERSION, tree).by(announced()).sentence()).endsWith("pod-1 reads none.");
  }

  @Test
  void canServe_notEnoughSaid_isUnknownNeverYes() {
    Schema<Object> numbers = schema(List.of(new Named("a", 0)));
    CanServe noSignature = ask(numbers, FILES);
    assertThat(noSignature.answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(noSignature.sentence()).contains("neither encoding nor signature");
    ModelFiles constant = Models.constant("a").withSignature("f".repeat(64));
    CanServe noRows = Servable.of(VERSION, constant).by(announced(Models.LOADER));
    assertThat(noRows.answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(noRows.sentence()).contains("pod-1 does not say what its rows are");
    assertThat(noRows.yes()).isFalse();
  }

  @Test
  void vector_ofUndeclaredLength_isAnnouncedAsSuch() {
    @SuppressWarnings("ArrayRecordComponent")
    record Embedded(float[] text) {}
    Schema<Object> rows = of(Embedded.class);
    FleetInstance said = announced(new Binding(rows));
    assertThat(said.readers().get(0).rows().orElseThrow().columns().get(0).length()).isZero();
    InputEncoding encoding = InputEncoding.of(List.of(new EncodedColumn.Vector("text", 8)));
    assertThat(ask(rows, FILES.withEncoding(encoding)).yes()).isTrue();
  }
}
