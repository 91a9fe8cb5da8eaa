package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.Schema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files nobody exported, promoted one after another: cut, flipped, of another model, of no model.
 * Each is served or refused in one line that names the version; the version before answers all the
 * while, and no session is left.
 */
@Timeout(60)
class BrokenFilesTest {
  private static final float[] ROW = {1, 2, 3, 4};
  private static final Schema<float[]> FOUR = Models.FOUR;

  private final SwitchableSource<float[], OnnxOutputs> source = new SwitchableSource<>();
  private int number = 1;

  @BeforeEach
  void count() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  @AfterEach
  void noSessionIsLeftOpen() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  private static ModelRelease<float[], OnnxOutputs> release(int number, Map<String, byte[]> files) {
    return Models.release(
        number,
        () -> OnnxModel.outputs(FOUR).load(Models.version(number), ModelFiles.of("onnx", files)));
  }

  private Predictor<float[], OnnxOutputs> serving() {
    source.select(release(1, external(Models.bytes("weights.bin"))));
    return Predictor.from(source).name("files").build();
  }

  private static Map<String, byte[]> external(byte[] weights) {
    return Map.of("model.onnx", Models.bytes("external_pair.onnx"), "weights.bin", weights);
  }

  /** Promotes files; returns why they are not served, or the empty text if they are. */
  private String promoted(Predictor<float[], OnnxOutputs> predictor, Map<String, byte[]> files) {
    ServingPredictor<float[], OnnxOutputs> serving =
        (ServingPredictor<float[], OnnxOutputs>) predictor;
    number++;
    source.select(release(number, files));
    serving.awaitLoader();
    if (serving.version().orElseThrow().number() == number) {
      try {
        assertThat(predictor.predict(ROW).names()).isNotEmpty();
      } catch (PredictionFailedException e) {
        assertThat(e).hasMessageContaining("version m:" + number); // it runs, and fails on the row
      }
      source.select(release(1, external(Models.bytes("weights.bin")))); // back
      serving.awaitLoader();
      assertThat(answer(predictor)).containsExactly(40.5, 49.5);
      assertThat(OnnxSession.OPEN).hasValue(1);
      return "";
    }
    assertThat(serving.version().orElseThrow().number()).isEqualTo(1);
    assertThat(answer(predictor)).containsExactly(40.5, 49.5);
    assertThat(OnnxSession.OPEN).hasValue(1);
    String problem = serving.status().problem().orElseThrow();
    assertThat(problem).contains("m:" + number).hasSizeLessThan(1_200);
    assertThat(problem.chars().filter(c -> c < ' ').toArray()).as(problem).isEmpty();
    return problem;
  }

  private static double[] answer(Predictor<float[], OnnxOutputs> predictor) {
    return predictor.predict(ROW).numbers("scores"); // columns.json: numpy
  }

  private static Map<String, byte[]> one(byte[] graph) {
    return Map.of("model.onnx", graph);
  }

  @Test
  void promote_cutFiles_areRefusedOneByOne() {
    try (Predictor<float[], OnnxOutputs> predictor = serving()) {
      byte[] whole = Models.bytes("logreg.onnx");
      int refused = 0;
      for (int i = 0; i < 40; i++) {
        byte[] cut = Arrays.copyOf(whole, i * whole.length / 40);
        refused += promoted(predictor, one(cut)).isEmpty() ? 0 : 1;
      }
      assertThat(refused).isEqualTo(40);
      assertThat(promoted(predictor, one(whole))).isEmpty(); // the control
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlp4", "zipmap.onnx", "multiclass.onnx", "external_pair.onnx"})
  void promote_flippedBytes_areServedOrRefused(String name) {
    Random random = new Random(5);
    int refused = 0;
    try (Predictor<float[], OnnxOutputs> predictor = serving()) {
      byte[] whole = name.equals("mlp4") ? mlp() : Models.bytes(name);
      for (int i = 0; i < 15; i++) {
        byte[] flipped = whole.clone();
        flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        Map<String, byte[]> files = new HashMap<>(external(Models.bytes("weights.bin")));
        files.put("model.onnx", flipped);
        refused += promoted(predictor, files).isEmpty() ? 0 : 1;
      }
    }
    assertThat(refused).isBetween(1, 15);
  }

  private static byte[] mlp() {
    return Graphs.of(4)
        .floats("w", new float[8], 4, 2)
        .node("MatMul", "X w", "h")
        .node("Relu", "h", "y")
        .output("y", 2);
  }

  @Test
  void promote_whatIsNoModel_saysSo() {
    try (Predictor<float[], OnnxOutputs> predictor = serving()) {
      assertThat(promoted(predictor, one(new byte[0]))).contains("m:2");
      assertThat(promoted(predictor, one("a text, not a model\n".getBytes(StandardCharsets.UTF_8))))
          .contains("is no ONNX file");
      assertThat(promoted(predictor, one(Models.bytes("columns.json")))).contains("m:4");
      assertThat(promoted(predictor, one(Models.bytes("plus1.onnx")))).contains("1 floats a row");
      assertThat(promoted(predictor, one(Models.bytes("string_input.onnx"))))
          .contains("no feature for 'X' string [n, 1]");
      assertThat(promoted(predictor, Map.of("a.onnx", mlp(), "b.onnx", mlp())))
          .contains("has 2 files ending in .onnx (expected: 1)");
      assertThat(promoted(predictor, Map.of("model.bin", mlp())))
          .contains("has 0 files ending in .onnx (expected: 1)");
    }
  }

  @Test
  void promote_weightsThatAreNotThere_areRefused() {
    byte[] weights = Models.bytes("weights.bin");
    try (Predictor<float[], OnnxOutputs> predictor = serving()) {
      assertThat(promoted(predictor, one(Models.bytes("external_pair.onnx"))))
          .contains("'weights.bin', which the version does not list");
      for (int length = 0; length < 56; length += 5) { // two weights: from 0 to 32, from 48 to 56
        assertThat(promoted(predictor, external(Arrays.copyOf(weights, length))))
            .contains("'weights.bin' cannot be used")
            .contains("of the " + length + " in the file");
      }
      // Longer is no error: several weights share a file.
      assertThat(promoted(predictor, external(Arrays.copyOf(weights, weights.length + 5))))
          .isEmpty();
    }
  }

  /** A float weight of those dimensions in weights.bin, and a graph that multiplies with it. */
  private static byte[] outside(String location, long offset, long... dims) {
    List<byte[]> tensor = new ArrayList<>();
    for (long dim : dims) {
      tensor.add(Graphs.varint(1, dim));
    }
    tensor.add(Graphs.varint(2, 1));
    tensor.add(Graphs.text(8, "w"));
    tensor.add(entry("location", location));
    tensor.add(entry("offset", Long.toString(offset)));
    tensor.add(Graphs.varint(14, 1));
    return graph(
        List.of(input("X", 4)),
        List.of(node("MatMul", "X w", "y")),
        List.of(Graphs.join(tensor)),
        List.of(value("y", 2)));
  }

  private static byte[] entry(String key, String text) {
    return Graphs.bytes(13, Graphs.join(List.of(Graphs.text(1, key), Graphs.text(2, text))));
  }

  private static byte[] node(String operator, String inputs, String output) {
    List<byte[]> fields = new ArrayList<>();
    for (String name : inputs.split(" ")) {
      fields.add(Graphs.text(1, name));
    }
    fields.add(Graphs.text(2, output));
    fields.add(Graphs.text(4, operator));
    return Graphs.join(fields);
  }

  private static byte[] input(String name, long width) {
    return value(name, width);
  }

  private static byte[] value(String name, long width) {
    byte[] shape =
        Graphs.join(
            List.of(
                Graphs.bytes(1, Graphs.text(2, "n")),
                Graphs.bytes(1, width < 0 ? Graphs.text(2, "d") : Graphs.varint(1, width))));
    byte[] type =
        Graphs.bytes(1, Graphs.join(List.of(Graphs.varint(1, 1), Graphs.bytes(2, shape))));
    return Graphs.join(List.of(Graphs.text(1, name), Graphs.bytes(2, type)));
  }

  private static byte[] graph(
      List<byte[]> inputs, List<byte[]> nodes, List<byte[]> weights, List<byte[]> outputs) {
    List<byte[]> graph = new ArrayList<>();
    nodes.forEach(node -> graph.add(Graphs.bytes(1, node)));
    graph.add(Graphs.text(2, "g"));
    weights.forEach(weight -> graph.add(Graphs.bytes(5, weight)));
    inputs.forEach(in -> graph.add(Graphs.bytes(11, in)));
    outputs.forEach(out -> graph.add(Graphs.bytes(12, out)));
    return Graphs.join(
        List.of(
            Graphs.varint(1, 8),
            Graphs.bytes(7, Graphs.join(graph)),
            Graphs.bytes(8, Graphs.join(List.of(Graphs.text(1, ""), Graphs.varint(2, 17))))));
  }

  @Test
  void promote_weightsOfImpossiblePlaces_areRefused() {
    byte[] weights = Models.bytes("weights.bin");
    try (Predictor<float[], OnnxOutputs> predictor = serving()) {
      for (String away : List.of("../weights.bin", "/etc/passwd", "./weights.bin", "")) {
        Map<String, byte[]> files =
            Map.of("model.onnx", outside(away, 0, 4, 2), "weights.bin", weights);
        assertThat(promoted(predictor, files))
            .contains("in the file '" + away + "', which the version does not list");
      }
      for (long[] dims :
          new long[][] {
            {-4, -2}, {-1, 2}, {4, -2}, {1L << 62, 4}, {1L << 32, 1L << 32}, {0, -1}, {4, 1L << 40}
          }) {
        Map<String, byte[]> files =
            Map.of("model.onnx", outside("weights.bin", 0, dims), "weights.bin", weights);
        assertThat(promoted(predictor, files))
            .as(Arrays.toString(dims))
            .contains("'weights.bin' cannot be used");
      }
      for (long offset : new long[] {41, 72, Long.MAX_VALUE}) {
        Map<String, byte[]> files =
            Map.of("model.onnx", outside("weights.bin", offset, 4, 2), "weights.bin", weights);
        assertThat(promoted(predictor, files)).contains("from " + offset + " of the 72");
      }
      Map<String, byte[]> good =
          Map.of("model.onnx", outside("weights.bin", 0, 4, 2), "weights.bin", weights);
      assertThat(promoted(predictor, good)).isEmpty();
    }
  }

  @Test
  void promote_graphsThatLackOrRepeatSomething_areRefused() {
    List<byte[]> none = List.of();
    byte[] relu = node("Relu", "X", "y");
    try (Predictor<float[], OnnxOutputs> predictor = serving()) {
      assertThat(promoted(predictor, one(graph(none, List.of(relu), none, List.of(value("y", 4))))))
          .contains("m:2");
      byte[] weight = Graphs.tensor("X", new float[] {1, 2, 3, 4}, 1, 4);
      assertThat(
              promoted(
                  predictor,
                  one(graph(none, List.of(relu), List.of(weight), List.of(value("y", 4))))))
          .contains("'m:3' has 0 inputs and 1 outputs (expected: at least 1 of each)");
      assertThat(promoted(predictor, one(graph(List.of(input("X", 4)), List.of(relu), none, none))))
          .contains("'m:4' has 1 inputs and 0 outputs (expected: at least 1 of each)");
      assertThat(promoted(predictor, one(graph(none, none, none, none)))).contains("m:5");
      byte[] x = input("X", 4);
      assertThat(
              promoted(
                  predictor,
                  one(graph(List.of(x, x), List.of(relu), none, List.of(value("y", 4))))))
          .contains("m:6");
      assertThat(
              promoted(
                  predictor,
                  one(graph(List.of(x), List.of(relu, relu), none, List.of(value("y", 4))))))
          .contains("m:7");
      assertThat(
              promoted(
                  predictor,
                  one(
                      graph(
                          List.of(input("X", -1)), List.of(relu), none, List.of(value("y", -1))))))
          .contains("fixed second dimension");
      assertThat(
              promoted(
                  predictor,
                  one(graph(List.of(input("X", 0)), List.of(relu), none, List.of(value("y", 0))))))
          .contains("m:9");
      assertThat(
              promoted(
                  predictor,
                  one(
                      graph(
                          List.of(input("X", 1L << 40)),
                          List.of(relu),
                          none,
                          List.of(value("y", 1L << 40))))))
          .contains("m:10");
    }
  }

  /** Slots take their memory when a session is open already. */
  @Test
  void load_noRoomForBuffers_closesTheSession() {
    record Starving(Schema<float[]> rows) implements OnnxInput<float[]> {
      @Override
      public java.util.Optional<Schema<float[]>> schemaOfRows() {
        return java.util.Optional.of(rows);
      }

      @Override
      public OnnxKernel<float[]> kernel(
          OnnxGraph graph,
          OnnxSession session,
          OutputKind<?> kind,
          @org.jspecify.annotations.Nullable String output,
          Stored stored) {
        throw new OutOfMemoryError("Cannot reserve 4096 bytes of direct buffer memory");
      }
    }

    OnnxLoader<float[], Double> loader =
        new OnnxLoader<>(new Starving(FOUR), OutputKind.REGRESSION);
    assertThatThrownBy(() -> loader.load(Models.file("mlp.onnx")))
        .isInstanceOf(OutOfMemoryError.class);
  }
}
