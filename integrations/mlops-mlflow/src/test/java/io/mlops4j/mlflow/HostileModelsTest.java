package io.mlops4j.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Model directories made to do harm: each is refused with one sentence, nothing is written, and the
 * secret that lies beside the directory is never read into a message or a model.
 */
class HostileModelsTest {
  private static final String SECRET = "canary-7f3a";

  @TempDir Path work;
  private Path model;

  @BeforeEach
  void secretBesideACleanModel() throws IOException {
    model = Fixtures.copy("columns", work.resolve("model"));
    Files.writeString(work.resolve("secret"), SECRET);
    Files.copy(model.resolve("model.onnx"), work.resolve("outside.onnx"));
    Files.writeString(work.resolve("outside.json"), "{\"columns\":[],\"data\":[]}");
  }

  @Test
  void read_theCleanModel_isNotRefused() {
    assertThat(MlflowModel.read(model).files().files()).containsExactly("model.onnx");
  }

  static Stream<Arguments> paths() {
    return Stream.of(
            "../outside.onnx",
            "../../../../../../etc/passwd",
            "/etc/passwd",
            "//etc/passwd",
            "extra_files/../../outside.onnx",
            "./model.onnx",
            "model.onnx/.",
            "model.onnx/",
            "extra_files//golden.json",
            "..\\\\outside.onnx",
            "extra_files\\\\..\\\\..\\\\outside.onnx",
            "\\\\\\\\server\\\\share\\\\model.onnx",
            "C:/model.onnx",
            "C:model.onnx",
            "model.onnx:stream",
            "model.onnx::$DATA",
            "%2e%2e/outside.onnx",
            "..%2foutside.onnx",
            "%252e%252e%252foutside.onnx",
            "..%c0%afoutside.onnx",
            "file:///etc/passwd",
            "file:/etc/passwd",
            "http://169.254.169.254/latest/meta-data",
            "s3://bucket/model.onnx",
            "models:/fraud/1",
            "runs:/0/model",
            "model.onnx?x=/../../outside.onnx",
            "model.onnx#/../../outside.onnx",
            "model.onnx\\0.txt",
            "model\\n.onnx",
            "model.onnx\\u202egpj",
            "m\\u043edel.onnx",
            "\\u2024\\u2024/outside.onnx",
            "\\uff0e\\uff0e/outside.onnx",
            "CON",
            "nul.onnx",
            "com1.onnx",
            "extra_files/LPT9",
            "model.onnx.",
            "model.onnx ",
            " model.onnx",
            ".hidden",
            "~/model.onnx",
            "$HOME/model.onnx",
            "${HOME}/model.onnx",
            "-rf",
            "*.onnx",
            "|id",
            "",
            "a".repeat(129),
            "a/".repeat(300) + "a",
            "a/".repeat(16) + "a")
        .map(path -> arguments(path));
  }

  @ParameterizedTest
  @MethodSource("paths")
  void read_dataPath_isRefused(String path) throws IOException {
    rewrite("    data: model.onnx\n    extra_files", "    data: \"" + path + "\"\n    extra_files");

    refused("MLmodel: flavors.onnx.data is \"");
  }

  @ParameterizedTest
  @MethodSource("paths")
  void read_examplePath_isRefused(String path) throws IOException {
    rewrite("artifact_path: input_example.json", "artifact_path: \"" + path + "\"");

    refused("MLmodel: saved_input_example_info.artifact_path is \"");
  }

  @ParameterizedTest
  @MethodSource("paths")
  void read_extraFile_isRefused(String path) throws IOException {
    rewrite("- path: extra_files/golden.json", "- path: \"" + path + "\"");

    refused("MLmodel: flavors.onnx.extra_files is \"");
  }

  static Stream<Arguments> yaml() {
    String bomb =
        """
        a: &a [x,x,x,x,x,x,x,x,x,x]
        b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]
        flavors: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]
        """;
    return Stream.of(
        arguments("a Python object", "flavors: !!python/object/apply:os.system [id]\n", "the tag"),
        arguments("a Python name", "x: !!python/name:os.system ''\n", "the tag"),
        arguments("a Java object", "x: !!javax.script.ScriptEngineManager []\n", "the tag"),
        arguments("a local tag", "flavors: !env HOME\n", "the tag !env"),
        arguments("binary", "x: !!binary aGk=\n", "the tag"),
        arguments("a tagged string", "x: !!str 1\n", "the tag"),
        arguments("a billion laughs", bomb, "uses the alias *a"),
        arguments("a loop", "flavors: &f\n  onnx: *f\n", "uses the alias *f"),
        arguments("a merge", "a: &a {b: c}\nflavors:\n  <<: *a\n", "uses the alias *a"),
        arguments("deep lists", "x: " + "[".repeat(40) + "]".repeat(40) + "\n", "deeper than 32"),
        arguments("deeper lists", "x: " + "[".repeat(100_000), "deeper than 32"),
        arguments("deep mappings", "{a: ".repeat(50_000), "deeper than 32"),
        arguments("many values", "x: [" + "1,".repeat(30_000) + "1]\n", "more than 20000 values"),
        arguments("a key twice", "flavors: {}\nflavors: {}\n", "says \"flavors\" twice"),
        arguments("two documents", "a: 1\n---\nb: 2\n", "more than one document"),
        arguments("a list", "- a\n- b\n", "is no YAML mapping"),
        arguments("a text", "hello\n", "is no YAML mapping"),
        arguments("nothing", "", "is no YAML mapping"),
        arguments("a mapping as key", "? {a: b}\n: c\n", "as a key"),
        arguments("a tab", "a:\n\t- b\n", "is not valid YAML"),
        arguments("an open quote", "a: 'b\n", "is not valid YAML"),
        arguments("a control character", "a: b\u0007\n", "is not valid YAML"),
        arguments("no flavours", "run_id: 1\n", "has no onnx flavour (it has none)"),
        arguments("flavours that are a text", "flavors: onnx\n", "has no onnx flavour"),
        arguments(
            "only pickles",
            "flavors:\n  python_function: {loader_module: os}\n  sklearn: {pickled_model: m.pkl}\n",
            "has no onnx flavour (it has python_function, sklearn). Export the model to ONNX"),
        arguments("no file", "flavors: {onnx: {code: x}}\n", "does not name the model's file"),
        arguments("a list as file", "flavors: {onnx: {data: [a]}}\n", "does not name the model's"),
        arguments("a signature that is a list", signature("[]"), "is no text"),
        arguments("a signature that is no JSON", signature("'[{'"), "is not valid JSON"),
        arguments("a signature in two values", signature("'[],\"w\":1'"), "not one JSON value"),
        arguments("a signature that is an object", signature("'{}'"), "is no JSON list"),
        arguments("a column without type", signature("'[{}]'"), "needs a text \"type\""),
        arguments(
            "a name that is a list", signature("'[{\"type\":\"long\",\"name\":[]}]'"), "needs"),
        arguments("a tensor without shape", signature("'[{\"type\":\"tensor\"}]'"), "tensor-spec"),
        arguments(
            "a huge tensor", signature(tensor("[-1,99999999999]")), "has the dimension 999999"),
        arguments("a negative tensor", signature(tensor("[-2,3]")), "has the dimension -2"),
        arguments(
            "columns and tensors",
            signature(
                "'[{\"type\":\"long\",\"name\":\"a\"},"
                    + "{\"type\":\"tensor\",\"tensor-spec\":{\"dtype\":\"int64\",\"shape\":[-1]}}]'"),
            "mixes columns and tensors"),
        arguments(
            "a deep signature", signature("'" + "[".repeat(5000) + "'"), "is not valid JSON"));
  }

  private static String signature(String inputs) {
    return "flavors: {onnx: {data: model.onnx}}\nsignature:\n  inputs: " + inputs + "\n";
  }

  private static String tensor(String shape) {
    return "'[{\"type\":\"tensor\",\"tensor-spec\":{\"dtype\":\"int64\",\"shape\":"
        + shape
        + "}}]'";
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("yaml")
  void read_mlmodelFile_isRefused(String name, String yaml, String why) throws IOException {
    Files.writeString(model.resolve("MLmodel"), yaml);

    refused(why);
  }

  @Test
  void read_mlmodelInAnotherCharset_isRefused() throws IOException {
    Files.write(model.resolve("MLmodel"), "flavors: ü".getBytes(StandardCharsets.ISO_8859_1));

    refused("is not valid UTF-8");
  }

  @Test
  void read_mlmodelOverTheLimit_isRefused() throws IOException {
    Files.write(model.resolve("MLmodel"), new byte[(4 << 20) + 1]);

    refused("file MLmodel has more than 4194304 bytes. Raise the limit (MlflowLimits)");
  }

  @Test
  void read_modelOverTheLimit_isRefused() {
    long size = Fixtures.bytes("models/columns/model.onnx").length;

    assertThat(
            MlflowModel.read(model, MlflowLimits.withDefaults().withMaxModelBytes(size))
                .files()
                .files())
        .hasSize(1);
    Throwable problem =
        catchThrowable(
            () -> MlflowModel.read(model, MlflowLimits.withDefaults().withMaxModelBytes(size - 1)));
    assertThat(problem).hasMessageContaining("model.onnx has more than " + (size - 1) + " bytes");
  }

  @Test
  void read_noMlmodel_isRefused() throws IOException {
    Files.delete(model.resolve("MLmodel"));

    refused("has no file MLmodel. It is no complete model directory.");
  }

  @Test
  void read_noModel_isRefused() throws IOException {
    Files.delete(model.resolve("model.onnx"));

    refused("has no file model.onnx. It is no complete model directory.");
  }

  @Test
  void read_modelIsALink_isNotFollowed() throws IOException {
    Files.delete(model.resolve("model.onnx"));
    Files.createSymbolicLink(model.resolve("model.onnx"), work.resolve("outside.onnx"));

    refused("model.onnx leads through a symbolic link, which is not followed");
  }

  @Test
  void read_mlmodelIsALink_isNotFollowed() throws IOException {
    Files.delete(model.resolve("MLmodel"));
    Files.createSymbolicLink(model.resolve("MLmodel"), work.resolve("secret"));

    refused("MLmodel leads through a symbolic link");
  }

  @Test
  void read_folderIsALink_isNotFollowed() throws IOException {
    Files.delete(model.resolve("extra_files/golden.json"));
    Files.delete(model.resolve("extra_files"));
    Files.copy(model.resolve("model.onnx"), work.resolve("golden.json"));
    Files.createSymbolicLink(model.resolve("extra_files"), work);

    refused("extra_files/golden.json leads through a symbolic link");
  }

  @Test
  void read_linkToNothing_isNotFollowed() throws IOException {
    Files.delete(model.resolve("input_example.json"));
    Files.createSymbolicLink(model.resolve("input_example.json"), work.resolve("absent"));

    refused("input_example.json leads through a symbolic link");
  }

  @Test
  void read_modelIsADirectory_isRefused() throws IOException {
    Files.delete(model.resolve("model.onnx"));
    Files.createDirectory(model.resolve("model.onnx"));

    refused("model.onnx is no plain file. Only regular files are read.");
  }

  @Test
  void read_fileAsFolder_isRefused() throws IOException {
    rewrite("- path: extra_files/golden.json", "- path: MLmodel/golden.json");

    refused("MLmodel/golden.json is no plain file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../outside.onnx",
        "/etc/../../etc/",
        "////////////etc",
        "a/b/c/weights.x",
        "..\\..\\outside.x",
        "C:\\weights.data",
        "%2e%2e/outside.",
        "file:///etc/pas",
        "CON.............",
        "nul.weights.dat",
        "model.onnx:data",
        "another123.onnx"
      })
  void read_weightsSomewhereElse_areNotOpened(String location) throws IOException {
    Files.delete(model.resolve("extra_files/golden.json"));
    for (String file : new String[] {"MLmodel", "model.onnx", "model.onnx.data"}) {
      Files.write(model.resolve(file), Fixtures.bytes("models/external/" + file));
    }
    String name = location.substring(0, Math.min(15, location.length()));
    String graph =
        new String(Fixtures.bytes("models/external/model.onnx"), StandardCharsets.ISO_8859_1);
    assertThat(graph).contains("model.onnx.data");
    Files.write(
        model.resolve("model.onnx"),
        graph.replace("model.onnx.data", name).getBytes(StandardCharsets.ISO_8859_1));

    refused("model.onnx");
  }

  @Test
  void read_weightsMissing_namesTheFile() throws IOException {
    Path external = Fixtures.copy("external", work.resolve("external"));
    Files.delete(external.resolve("model.onnx.data"));
    model = external;

    refused("has no file model.onnx.data");
  }

  @Test
  void read_weightsAreALink_areNotFollowed() throws IOException {
    Path external = Fixtures.copy("external", work.resolve("external"));
    Files.delete(external.resolve("model.onnx.data"));
    Files.createSymbolicLink(external.resolve("model.onnx.data"), work.resolve("secret"));
    model = external;

    refused("model.onnx.data leads through a symbolic link");
  }

  @Test
  void read_modelAndWeightsOverTheLimit_areRefused() throws IOException {
    Path external = Fixtures.copy("external", work.resolve("external"));
    long both =
        Files.size(external.resolve("model.onnx"))
            + Files.size(external.resolve("model.onnx.data"));
    MlflowLimits limits = MlflowLimits.withDefaults();

    assertThat(MlflowModel.read(external, limits.withMaxModelBytes(both)).files().files())
        .hasSize(2);
    assertThat(catchThrowable(() -> MlflowModel.read(external, limits.withMaxModelBytes(both - 1))))
        .isInstanceOf(MlflowException.class)
        .hasMessageContaining("model.onnx.data has more than 1279 bytes");
  }

  @Test
  void read_pickleInstead_isRefused() throws IOException {
    Files.write(model.resolve("model.onnx"), new byte[] {(byte) 0x80, 4, (byte) 0x95, 0, 0});

    refused("model.onnx is no ONNX file");
  }

  @Test
  void read_emptyModel_isRefused() throws IOException {
    Files.write(model.resolve("model.onnx"), new byte[0]);

    refused("model.onnx is no ONNX file: it has no graph (0 bytes)");
  }

  @Test
  void read_modelCutOffAnywhere_isRefusedOrWhole() throws IOException {
    byte[] whole = Fixtures.bytes("models/columns/model.onnx");
    for (int length = 0; length < whole.length; length++) {
      Files.write(model.resolve("model.onnx"), Arrays.copyOf(whole, length));
      Throwable problem = catchThrowable(() -> MlflowModel.read(model));
      if (problem != null) {
        assertThat(problem).as("%d bytes", length).isInstanceOf(MlflowException.class);
      }
    }
  }

  private void rewrite(String from, String to) throws IOException {
    String yaml = Fixtures.mlmodel("columns");
    assertThat(yaml).contains(from);
    Files.writeString(model.resolve("MLmodel"), yaml.replace(from, to));
  }

  /** One sentence of ours, without the secret; nothing on disk is changed. */
  private void refused(String why) throws IOException {
    Map<String, Long> before = listing();

    Throwable problem = catchThrowable(() -> MlflowModel.read(model));

    assertThat(problem).isInstanceOf(MlflowException.class).hasMessageContaining(why);
    assertThat(problem.getMessage())
        .startsWith("MLflow model " + model)
        .endsWith(".")
        .doesNotContain(SECRET)
        .doesNotContainPattern("\\p{Cntrl}")
        .hasSizeLessThan(600);
    assertThat(listing()).isEqualTo(before);
  }

  private Map<String, Long> listing() throws IOException {
    Map<String, Long> files = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(work)) {
      for (Path path : walk.toList()) {
        files.put(path.toString(), Files.isRegularFile(path) ? Files.size(path) : -1);
      }
    }
    return files;
  }
}
