package io.mlops4j.cli;

import static io.mlops4j.cli.Shell.HELD_OUT;
import static io.mlops4j.cli.Shell.LINEAR;
import static io.mlops4j.cli.Shell.MODEL;
import static io.mlops4j.cli.Shell.XGBOOST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.cli.Shell.Said;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each command does, says and exits with. Models and rows are those of from-python. */
class CommandsTest {
  /** Version 1 is champion; version 2 is evaluated beside it. Copied, never written. */
  @TempDir static Path template;

  @TempDir Path directory;
  private Shell shell;
  private Path policy;

  @BeforeAll
  static void makesATemplate() throws IOException {
    Path gates = Files.writeString(template.resolve("policy.json"), text("\"atLeast\": 0.6", 500));
    Shell first = new Shell(template.resolve("two"));
    first.register(MODEL, LINEAR);
    first.tell("evaluate", MODEL, "1", "--rows", HELD_OUT.toString(), "--policy", gates.toString());
    assertThat(first.tell("promote", MODEL, "1", "--policy", gates.toString()).exit()).isZero();
    first.register(MODEL, XGBOOST);
    first.copyTo(template.resolve("unmeasured"));
    first.tell("evaluate", MODEL, "2", "--rows", HELD_OUT.toString(), "--policy", gates.toString());
  }

  @BeforeEach
  void makesAPolicy() throws IOException {
    shell = new Shell(directory.resolve("registry"));
    policy = policy("\"atLeast\": 0.6", 500);
  }

  /** AUC of scikit-learn on these rows: linear 0.61444, xgboost 0.64379. */
  private Path policy(String bound, int minRows) throws IOException {
    Path file = Files.createTempFile(directory, "policy", ".json");
    return Files.writeString(file, text(bound, minRows));
  }

  private static String text(String bound, int minRows) {
    return """
        {"format": 1, "name": "delay", "minRows": %d,
         "gates": [{"metric": "auc", %s}, {"metric": "auc", "beatsChampionBy": {"absolute": 0.005}}],
         "evaluation": {"label": "late"}}
        """
        .formatted(minRows, bound);
  }

  private Said evaluate(String version) {
    return shell.tell(
        "evaluate", MODEL, version, "--rows", HELD_OUT.toString(), "--policy", policy.toString());
  }

  private Said promote(String version, Path gates, String... more) {
    String[] args =
        Stream.concat(
                Stream.of("promote", MODEL, version, "--policy", gates.toString()), Stream.of(more))
            .toArray(String[]::new);
    return shell.tell(args);
  }

  /** A registry whose champion is version 1, with a version 2 that was not measured yet. */
  private void championAndAnother() {
    new Shell(template.resolve("unmeasured")).copyTo(shell.registry());
  }

  /** The same, both measured on the same rows. */
  private void championAndCandidate() {
    new Shell(template.resolve("two")).copyTo(shell.registry());
  }

  @Test
  void register_export_isVersionOneWithItsLineage() {
    Said said =
        shell.tell(
            "register",
            MODEL,
            "--export",
            LINEAR.toString(),
            "--create",
            "--tag",
            "run=42",
            "--format",
            "json");

    assertThat(said.exit()).isZero();
    assertThat(said.json().path("number").asInt()).isEqualTo(1);
    assertThat(said.json().path("data").asText()).isEqualTo("January-February 2001");
    JsonNode shown = shell.ask("show", MODEL, "1", "--format", "json").json();
    assertThat(shown.path("lineage").path("tags").path("run").asText()).isEqualTo("42");
    assertThat(shown.path("lineage").path("runtime").asText()).startsWith("CPython");
    assertThat(shown.path("lineage").path("createdBy").asText()).isEqualTo("ci");
    assertThat(shown.path("stage").asText()).isEqualTo("NONE");
  }

  @Test
  void register_files_areAVersionThatIsEvaluatedLikeItsExport() {
    shell.register(MODEL, LINEAR);
    Said said =
        shell.tell(
            "register",
            MODEL,
            "--file",
            LINEAR.resolve("model.onnx").toString(),
            "--encoding",
            LINEAR.resolve("encoding.json").toString(),
            "--schema",
            LINEAR.resolve("signature.json").toString(),
            "--golden",
            LINEAR.resolve("golden.json").toString(),
            "--baseline",
            LINEAR.resolve("baseline.json").toString(),
            "--data-name",
            "winter",
            "--data-digest",
            "a".repeat(64),
            "--data-rows",
            "130255",
            "--commit",
            "82bac9d",
            "--dirty",
            "--param",
            "C=1.0",
            "--training-metric",
            "loss=0.5",
            "--parent",
            MODEL + ":1");

    assertThat(said.exit()).as(said.err()).isZero();
    JsonNode lineage = shell.ask("show", MODEL, "2", "--format", "json").json().path("lineage");
    assertThat(lineage.path("data").asText()).isEqualTo("winter");
    assertThat(lineage.path("dataRows").asLong()).isEqualTo(130_255);
    assertThat(lineage.path("workTree").asText()).isEqualTo("DIRTY");
    assertThat(lineage.path("hyperparameters").path("C").asText()).isEqualTo("1.0");
    assertThat(lineage.path("trainingMetrics").path("loss").asDouble()).isEqualTo(0.5);
    assertThat(lineage.path("parents").get(0).asText()).isEqualTo(MODEL + ":1");
    JsonNode first = auc("1");
    JsonNode second = auc("2");
    assertThat(second).isEqualTo(first);
  }

  private JsonNode auc(String version) {
    return shell
        .tell(
            "evaluate",
            MODEL,
            version,
            "--rows",
            HELD_OUT.toString(),
            "--policy",
            policy.toString(),
            "--format",
            "json")
        .json()
        .path("metrics")
        .path("auc");
  }

  @Test
  void register_damagedOrUnknownFiles_storesNothing() throws IOException {
    Path broken = Files.createDirectory(directory.resolve("export"));
    try (Stream<Path> files = Files.list(LINEAR)) {
      for (Path file : files.toList()) {
        Files.copy(file, broken.resolve(file.getFileName()));
      }
    }
    Files.writeString(broken.resolve("model.onnx"), "changed");

    Said changed = shell.tell("register", MODEL, "--export", broken.toString(), "--create");
    Said absent = shell.tell("register", MODEL, "--file", "nowhere.onnx", "--create");
    Said both =
        shell.tell(
            "register", MODEL, "--export", LINEAR.toString(), "--encoding", "x.json", "--create");

    assertThat(changed.exit()).isEqualTo(21);
    assertThat(changed.err()).contains("model.onnx");
    assertThat(absent.exit()).isEqualTo(21);
    assertThat(absent.err()).contains("nowhere.onnx", "does not exist");
    assertThat(both.exit()).isEqualTo(2);
    assertThat(shell.registry()).doesNotExist();
  }

  @Test
  void register_noRegistryAndNotToldToMakeOne_saysSo() {
    Said said = shell.tell("register", MODEL, "--export", LINEAR.toString());

    assertThat(said.exit()).isEqualTo(20);
    assertThat(said.err()).contains("There is no registry in", "--create");
    assertThat(shell.registry()).doesNotExist();
  }

  @Test
  void evaluate_withAChampion_comparesOnTheSameRowsAndStoresBoth() {
    championAndAnother();

    Said said =
        shell.tell(
            "evaluate",
            MODEL,
            "latest",
            "--rows",
            HELD_OUT.toString(),
            "--policy",
            policy.toString(),
            "--format",
            "json");

    JsonNode json = said.json();
    assertThat(said.exit()).isZero();
    assertThat(json.path("champion").asText()).isEqualTo(MODEL + ":1");
    assertThat(json.path("stored").asBoolean()).isTrue();
    assertThat(json.path("championStored").asBoolean()).as("it has this evidence").isFalse();
    // sklearn.metrics.roc_auc_score(rows.late, rows.xgboost)
    assertThat(json.path("metrics").path("auc").path("value").asDouble())
        .isCloseTo(0.6437944331743334, within(1e-6));
    JsonNode difference = json.path("comparisons").get(0).path("differences").path("auc");
    assertThat(difference.path("value").asDouble()).isCloseTo(0.029351, within(1e-5));
    assertThat(difference.path("p").asDouble()).isBetween(0.0, 0.05);
  }

  @Test
  void evaluate_champion_isMeasuredAgainOnOtherRowsThanBefore() throws IOException {
    championAndAnother();
    Path half = directory.resolve("half.csv");
    Files.write(half, Files.readAllLines(HELD_OUT).subList(0, 601));

    Said said =
        shell.tell(
            "evaluate",
            MODEL,
            "2",
            "--rows",
            half.toString(),
            "--label",
            "late",
            "--format",
            "json");

    assertThat(said.json().path("championStored").asBoolean()).isTrue();
    assertThat(shell.ask("decide", MODEL, "2", "--policy", policy.toString()).exit())
        .as("both were measured on these rows")
        .isIn(0, 10);
  }

  @Test
  void evaluate_twice_isStoredOnce() {
    shell.register(MODEL, LINEAR);

    evaluate("1");
    Said again = evaluate("1");

    assertThat(again.out()).contains("the same as before; not stored again");
    assertThat(shell.ask("history", MODEL, "--format", "json").json().path("total").asInt())
        .isEqualTo(2);
  }

  @Test
  void evaluate_html_writesThePage() throws IOException {
    shell.register(MODEL, LINEAR);
    Path page = directory.resolve("page.html");

    Said said =
        shell.tell(
            "evaluate",
            MODEL,
            "1",
            "--rows",
            HELD_OUT.toString(),
            "--label",
            "late",
            "--html",
            page.toString());
    Said nowhere =
        shell.tell(
            "evaluate",
            MODEL,
            "1",
            "--rows",
            HELD_OUT.toString(),
            "--label",
            "late",
            "--html",
            directory.resolve("no/page.html").toString());

    assertThat(said.exit()).isZero();
    assertThat(Files.readString(page)).contains("</html>", MODEL + ":1");
    assertThat(nowhere.exit()).isEqualTo(2);
    assertThat(nowhere.err()).contains("--html");
  }

  @Test
  void evaluate_trainingRows_areNamed() throws IOException {
    Said first =
        shell.tell(
            "register",
            MODEL,
            "--export",
            LINEAR.toString(),
            "--create",
            "--data-digest",
            "0".repeat(64));
    assertThat(first.exit()).isZero();
    String digest =
        shell
            .tell(
                "evaluate",
                MODEL,
                "1",
                "--rows",
                HELD_OUT.toString(),
                "--label",
                "late",
                "--format",
                "json")
            .json()
            .path("datasetDigest")
            .asText();
    shell.tell("register", MODEL, "--export", LINEAR.toString(), "--data-digest", digest);

    Said said = evaluate("2");
    Said decided = shell.ask("decide", MODEL, "2", "--policy", policy.toString());

    assertThat(said.out()).contains("was trained on these very rows");
    assertThat(decided.exit()).as("never a pass").isEqualTo(11);
  }

  @Test
  void promote_gatesPass_isChampion() {
    championAndCandidate();

    Said dry = shell.ask("decide", MODEL, "2", "--policy", policy.toString(), "--format", "json");
    Said said = promote("2", policy, "--if-champion", "1", "--format", "json");

    assertThat(dry.exit()).isZero();
    assertThat(dry.json().path("promoted").asBoolean()).isFalse();
    assertThat(said.exit()).isZero();
    assertThat(said.json().path("promoted").asBoolean()).isTrue();
    assertThat(said.json().path("outcome").asText()).isEqualTo("passed");
    assertThat(said.json().path("gates")).hasSize(2);
    try (ModelRegistry registry = ModelRegistry.open(shell.registry())) {
      assertThat(registry.model(MODEL).champion().orElseThrow().number()).isEqualTo(2);
      assertThat(registry.model(MODEL).version(1).stage()).isEqualTo(Stage.ARCHIVED);
    }
  }

  @Test
  void promote_gateFails_exitsWithTenAndTheChampionStays() throws IOException {
    championAndCandidate();
    Path strict = policy("\"atLeast\": 0.65", 500);

    Said dry = shell.ask("decide", MODEL, "2", "--policy", strict.toString());
    Said said = promote("2", strict);

    assertThat(dry.exit()).isEqualTo(10);
    assertThat(said.exit()).isEqualTo(10);
    assertThat(said.out()).contains("not promoted", "FAIL", "0.643794", "0.65");
    assertThat(shell.ask("list", "--format", "json").json().at("/models/0/champion").asInt())
        .isEqualTo(1);
    assertThat(shell.ask("history", MODEL).out()).contains(MODEL + ":2 was not promoted");
  }

  @Test
  void promote_tooFewRowsOrNoEvidence_exitsWithEleven() throws IOException {
    shell.register(MODEL, LINEAR);

    Said unmeasured = promote("1", policy);
    evaluate("1");
    Said tooFew = promote("1", policy("\"atLeast\": 0.6", 1_001));

    assertThat(unmeasured.exit()).isEqualTo(11);
    assertThat(tooFew.exit()).isEqualTo(11);
    assertThat(tooFew.out()).contains("INCONCLUSIVE", "1001");
    assertThat(shell.ask("show", MODEL, "champion").exit()).isEqualTo(20);
  }

  @Test
  void promote_frozenStaleOrInAnotherStage_exitsWithTwelveAndWritesNothing() {
    championAndCandidate();
    shell.tell("freeze", MODEL, "--reason", "release week");
    String head = head();

    Said frozen = promote("2", policy);
    assertThat(frozen.exit()).isEqualTo(12);
    assertThat(frozen.err()).contains("frozen", "release week", "ci", "mlops unfreeze");
    assertThat(head()).isEqualTo(head);

    shell.tell("unfreeze", MODEL, "--reason", "released");
    head = head();
    Said stale = promote("2", policy, "--if-champion", "none");
    assertThat(stale.exit()).isEqualTo(12);
    assertThat(stale.err()).contains("Stale", "is 1, not none");
    Said already = promote("1", policy);
    assertThat(already.exit()).isEqualTo(12);
    assertThat(already.err()).contains("it is the champion");
    assertThat(head()).isEqualTo(head);

    shell.tell("move", MODEL, "2", "rejected", "--reason", "broken");
    assertThat(promote("2", policy).err()).contains("REJECTED, for ever");
  }

  @Test
  void promote_approvalAskedFor_exitsWithTwelveUntilItIsThere() throws IOException {
    championAndCandidate();
    Path reviewed =
        Files.writeString(
            directory.resolve("reviewed.json"),
            text("\"atLeast\": 0.6", 500)
                .replace("\"minRows\"", "\"approvals\": [{\"role\": \"owner\"}], \"minRows\""));

    Said waits = promote("2", reviewed, "--format", "json");
    assertThat(waits.exit()).isEqualTo(12);
    assertThat(waits.json().path("verdict").asText()).isEqualTo("pass");
    assertThat(waits.json().path("promoted").asBoolean()).isFalse();
    try (ModelRegistry registry = ModelRegistry.open(shell.registry());
        ModelRegistry rita = registry.as("rita")) {
      var model = rita.model(MODEL);
      assertThat(model.champion().orElseThrow().number()).isEqualTo(1);
      model
          .promotions()
          .approve(model.decision(waits.json().path("decision").asText()), "owner", "read it");
    }
    assertThat(promote("2", reviewed).exit()).isZero();
  }

  private String head() {
    return shell.ask("history", MODEL, "--format", "json").json().path("head").asText();
  }

  @Test
  void rollback_returnsToTheChampionBefore_alsoWhileFrozen() {
    championAndCandidate();
    Said none = shell.tell("rollback", MODEL, "--reason", "too soon");
    promote("2", policy);
    shell.tell("freeze", MODEL, "--reason", "incident");

    Said said = shell.tell("rollback", MODEL, "--reason", "p99 doubled", "--format", "json");

    assertThat(none.exit()).as("there is nothing to return to").isEqualTo(12);
    assertThat(said.exit()).isZero();
    assertThat(said.json().path("champion").asText()).isEqualTo(MODEL + ":1");
    assertThat(said.json().path("withdrawn").asText()).isEqualTo(MODEL + ":2");
    assertThat(shell.ask("history", MODEL, "--last", "1").out())
        .contains(MODEL + ":1 became champion again", "p99 doubled");
  }

  @Test
  void move_followsTheStagesAndNeverToProduction() {
    shell.register(MODEL, LINEAR);

    assertThat(shell.tell("move", MODEL, "1", "validation").exit()).isEqualTo(12);
    assertThat(shell.tell("move", MODEL, "1", "staging").out()).contains("from NONE to STAGING");
    assertThat(shell.tell("move", MODEL, "1", "validation").exit()).isZero();
    assertThat(shell.tell("move", MODEL, "1", "production").exit()).isEqualTo(2);
    assertThat(shell.tell("move", MODEL, "1", "archived").err()).contains("--reason");
    assertThat(shell.tell("move", MODEL, "1", "archived", "--reason", "later").exit()).isZero();
    assertThat(promote("1", policy).err()).contains("mlops move flight-delay 1 staging");
  }

  @Test
  void compare_showsGainsAndWhatIsDifferent() {
    championAndAnother();

    Said unmeasured = shell.ask("compare", MODEL, "2", "champion");
    evaluate("2");
    Said said = shell.ask("compare", MODEL, "2", "champion", "--format", "json");

    assertThat(unmeasured.exit()).isEqualTo(20);
    assertThat(unmeasured.err()).contains("never evaluated on the same rows");
    assertThat(said.json().path("metrics").get(0).path("gain").asDouble())
        .isCloseTo(0.029351, within(1e-5));
    assertThat(said.json().path("differences").toString()).contains("parameter max_depth");
    assertThat(shell.ask("compare", MODEL, "2", "1").out()).contains("gain of the first");
  }

  @Test
  void list_showsModelsAndVersions() {
    championAndAnother();

    assertThat(shell.ask("list").out()).contains(MODEL);
    JsonNode versions = shell.ask("list", MODEL, "--format", "json").json().path("versions");
    assertThat(versions).hasSize(2);
    assertThat(versions.get(0).path("stage").asText()).isEqualTo("PRODUCTION");
    assertThat(shell.ask("show", MODEL, "champion").out()).contains("model.onnx", "0.614");
  }

  @Test
  void verify_flippedByte_exitsWithTwentyTwoAndEvaluateRefuses() throws IOException {
    championAndAnother();
    assertThat(shell.ask("verify").out()).contains("is what was stored");

    String digest =
        shell
            .ask("show", MODEL, "1", "--format", "json")
            .json()
            .path("files")
            .path("model.onnx")
            .asText();
    Path blob = shell.registry().resolve("blobs/sha256/" + digest.substring(0, 2) + "/" + digest);
    byte[] bytes = Files.readAllBytes(blob);
    bytes[100] ^= 1;
    Files.write(blob, bytes);

    Said said = shell.ask("verify", "--format", "json");
    assertThat(said.exit()).isEqualTo(22);
    assertThat(said.json().path("outcome").asText()).isEqualTo("integrity");
    assertThat(said.json().path("problems").toString()).contains(MODEL + ":1", digest);
    Said evaluated = evaluate("1");
    assertThat(evaluated.exit()).isEqualTo(22);
    assertThat(evaluated.err()).contains("model.onnx", digest.substring(0, 12));
  }

  @Test
  void anyCommand_unknownModelVersionOrRegistry_exitsWithTwenty() {
    shell.register(MODEL, LINEAR);

    assertThat(shell.ask("show", "fruad", "1").err())
        .contains("Model 'fruad' not found in", "Known models: flight-delay.");
    assertThat(shell.ask("show", MODEL, "7").err())
        .contains("Version '7' of model 'flight-delay' not found. Its versions: 1..1.");
    Said champion = shell.ask("decide", MODEL, "champion", "--policy", policy.toString());
    assertThat(champion.exit()).isEqualTo(20);
    assertThat(champion.err()).contains("nothing is in production");
    Said empty = Shell.run("list", "--registry", directory.toString(), "--format", "json");
    assertThat(empty.exit()).isEqualTo(20);
    assertThat(empty.json().path("error").asText()).contains("a directory without one");
  }

  @Test
  void anyCommand_badUsage_exitsWithTwoAndSaysWhat() {
    shell.register(MODEL, LINEAR);

    assertThat(shell.ask("freeze", MODEL, "--reason", "x").err()).contains("Add --as");
    assertThat(shell.ask("show", MODEL, "two").err()).contains("a number, latest or champion");
    assertThat(shell.ask("history", MODEL, "--last", "0").exit()).isEqualTo(2);
    assertThat(Shell.run().exit()).isEqualTo(2);
    assertThat(Shell.run("promot").err()).contains("promot", "Try 'mlops help'");
    Said json = Shell.run("decide", MODEL, "--format=json");
    assertThat(json.exit()).isEqualTo(2);
    assertThat(json.json().path("outcome").asText()).isEqualTo("usage");
    Said noDriver = Shell.run("list", "--registry", "jdbc:oracle://ada:secret@db/models?p=secret");
    assertThat(noDriver.exit()).isEqualTo(2);
    assertThat(noDriver.err()).contains("No JDBC driver", "//db/models.").doesNotContain("secret");
    assertThat(shell.tell("register", "../evil", "--export", LINEAR.toString()).exit())
        .isEqualTo(2);
    assertThat(Shell.run("--version").exit()).isZero();
    assertThat(Shell.run("help", "promote").out()).contains("--if-champion");
    assertThat(Shell.run("generate-completion").out()).contains("complete -F");
  }

  @Test
  void anyCommand_storeCannotBeReached_exitsWithSeventy() {
    Said said =
        Shell.run(
            "list",
            "--registry",
            "jdbc:h2:mem:absent;IFEXISTS=TRUE",
            "--format",
            "json",
            "--stacktrace");

    assertThat(said.exit()).isEqualTo(70);
    assertThat(said.json().path("outcome").asText()).isEqualTo("internal");
    assertThat(said.err()).contains("at io.mlops4j.");
  }

  @Test
  void summary_isAppendedAsMarkdownWhateverTheFormat() throws IOException {
    Path summary = directory.resolve("summary.md");
    Files.writeString(summary, "before\n");
    shell.register(MODEL, LINEAR);

    promote("1", policy, "--summary", summary.toString(), "--format", "json");
    Said missing = shell.ask("show", MODEL, "9", "--summary", summary.toString());
    Said nowhere = promote("1", policy, "--summary", directory.resolve("no/summary.md").toString());

    // A colon is escaped in Markdown.
    assertThat(Files.readString(summary).replace("\\", ""))
        .startsWith("before\n# flight-delay:1 not promoted")
        .contains("| auc |", "INCONCLUSIVE", "> **FAIL** Version '9'");
    assertThat(missing.exit()).isEqualTo(20);
    assertThat(nowhere.exit()).isEqualTo(2);
    assertThat(shell.ask("show", MODEL, "9", "--format", "markdown").out())
        .startsWith("# mlops show");
  }

  @Test
  void anyCommand_registryInADatabase_worksAsInADirectory() {
    String url = "jdbc:h2:mem:cli;DB_CLOSE_DELAY=-1;PASSWORD=secret;USER=ada";
    Said none = Shell.run("list", "--registry", url);
    Said registered =
        Shell.run(
            "register",
            MODEL,
            "--export",
            LINEAR.toString(),
            "--registry",
            url,
            "--as",
            "ci",
            "--create",
            "--quiet");
    Said evaluated =
        Shell.run(
            "evaluate",
            MODEL,
            "1",
            "--rows",
            HELD_OUT.toString(),
            "--policy",
            policy.toString(),
            "--registry",
            url,
            "--as",
            "ci");
    Said promoted =
        Shell.run(
            "promote", MODEL, "1", "--policy", policy.toString(), "--registry", url, "--as", "ci");
    Said listed = Shell.run("list", "--registry", url);

    assertThat(none.exit()).isEqualTo(20);
    assertThat(none.err()).contains("jdbc:h2:mem:cli (a database without one)");
    assertThat(registered.out()).as(registered.err()).isEqualTo("1\n");
    assertThat(evaluated.exit()).as(evaluated.err()).isZero();
    assertThat(promoted.exit()).as(promoted.err()).isZero();
    assertThat(listed.out()).contains("Models in jdbc:h2:mem:cli", MODEL);
    assertThat(none.err() + listed.out()).doesNotContain("secret");
  }
}
