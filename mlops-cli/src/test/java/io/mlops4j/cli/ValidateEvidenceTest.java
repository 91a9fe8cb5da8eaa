package io.mlops4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.cli.Shell.Said;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code validate} records is evidence about exactly the data a version was trained on. */
class ValidateEvidenceTest {
  record Loan(double amount, String region) {}

  private static final String ROWS = "amount,region,bad\n1,north,0\n2,south,1\n3,north,0\n";

  @TempDir Path directory;
  private Shell shell;
  private Path suite;
  private Path rows;

  @BeforeEach
  void writesFiles() throws IOException {
    shell = new Shell(directory.resolve("registry"));
    suite = write("suite.json", suite(9));
    rows = write("rows.csv", ROWS);
    write("model.txt", "model");
    write(
        "signature.json",
        """
        {"format": 1, "features": [
          {"name": "amount", "kind": "numeric"}, {"name": "region", "kind": "categorical"}]}
        """);
    write(
        "policy.json",
        "{\"format\": 1, \"name\": \"valid\", \"gates\": [{\"dataValidated\": true}]}");
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }

  private static String suite(int most) {
    return """
        {"format": 1,
         "features": [
           {"name": "amount", "kind": "numeric"}, {"name": "region", "kind": "categorical"}],
         "expectations": [{"expect": "between", "feature": "amount", "min": 0, "max": %d}]}
        """
        .formatted(most);
  }

  /** Registers a version of {@code loans} that was trained on rows of this digest. */
  private void register(String digest, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "register",
                "loans",
                "--file",
                directory.resolve("model.txt").toString(),
                "--model-format",
                "constant",
                "--create"));
    if (!digest.isEmpty()) {
      args.addAll(List.of("--data-name", "march", "--data-digest", digest, "--data-rows", "3"));
    }
    args.addAll(List.of(more));
    Said said = shell.tell(args.toArray(String[]::new));
    assertThat(said.exit()).as(said.toString()).isZero();
  }

  private String[] command(String... more) {
    return Stream.concat(
            Stream.of("validate", "--rows", rows.toString(), "--suite", suite.toString()),
            Arrays.stream(more))
        .toArray(String[]::new);
  }

  private String digest() {
    return Shell.run(command("--format", "json")).json().path("digest").asText();
  }

  private int decide(String version) {
    return shell
        .ask("decide", "loans", version, "--policy", directory.resolve("policy.json").toString())
        .exit();
  }

  private String head() {
    return shell.ask("history", "loans", "--format", "json").json().path("head").asText();
  }

  private void requireRefused(int exit, String sentence, Said said) {
    assertThat(said.exit()).as(said.toString()).isEqualTo(exit);
    assertThat(said.err()).contains(sentence);
  }

  @Test
  void validate_theTrainingData_passesItsGateAfterwards() throws IOException {
    register(digest());
    assertThat(decide("1")).as("nothing recorded").isEqualTo(11);

    Said said = shell.tell(command("loans", "1", "--format", "json"));

    assertThat(said.exit()).as(said.toString()).isZero();
    assertThat(said.json().path("version").asText()).isEqualTo("loans:1");
    assertThat(said.json().path("stored").asBoolean()).isTrue();
    assertThat(said.json().path("evidence").asText()).hasSize(64);
    assertThat(decide("1")).isZero();
    String head = head();
    Said again = shell.tell(command("loans", "latest"));
    assertThat(again.exit()).isZero();
    assertThat(again.out()).contains("the same as before; not stored again");
    assertThat(head()).isEqualTo(head);

    register("e".repeat(64));
    assertThat(decide("2")).as("another version's data").isEqualTo(11);
  }

  @Test
  void validate_trainingDataThatDoesNotHold_failsItsGateUntilItHolds() throws IOException {
    register(digest());
    suite = write("suite.json", suite(2));
    Said said = shell.tell(command("loans", "1"));
    assertThat(said.exit()).isEqualTo(10);
    assertThat(said.out()).contains("Training data of", "loans:1");
    assertThat(decide("1")).isEqualTo(10);
    suite = write("suite.json", suite(9));
    assertThat(shell.tell(command("loans", "1")).exit()).isZero();
    assertThat(decide("1")).isZero();
    suite = write("suite.json", suite(2));
    assertThat(shell.tell(command("loans", "1")).exit()).isEqualTo(10);
    assertThat(decide("1")).as("the same failure again is new after a pass").isEqualTo(10);
  }

  @Test
  void validate_byAnotherSuite_isStoredAndShownByItsDigest() throws IOException {
    register(digest());
    String first = shell.tell(command("loans", "1", "--format", "json")).json().path("suite") + "";
    suite = write("suite.json", suite(10));
    Said other = shell.tell(command("loans", "1", "--format", "json"));
    assertThat(other.json().path("stored").asBoolean()).as("the same numbers").isTrue();
    assertThat(other.json().path("suite") + "").isNotEqualTo(first);

    JsonNode checks = shell.ask("show", "loans", "1", "--format", "json").json().path("checks");
    assertThat(checks).hasSize(2);
    assertThat(checks.get(0).path("suite") + "").isEqualTo(first);
    assertThat(checks.get(1).path("suite")).isEqualTo(other.json().path("suite"));
    assertThat(checks.get(1).path("evidence")).isEqualTo(other.json().path("evidence"));
    String short12 = other.json().path("suite").asText().substring(0, 12);
    assertThat(shell.ask("show", "loans", "1").out())
        .contains("Checks", "data-validation", "PASS", short12);
    assertThat(shell.tell(command("loans", "1")).out()).contains("Suite", short12);
  }

  @Test
  void validate_otherRows_isRefusedAndProvesNothing() throws IOException {
    register(digest());
    String head = head();
    rows = write("rows.csv", ROWS.replace("3,north", "4,north"));
    requireRefused(
        12,
        "rows.csv is not what loans:1 was trained on: the digest of its rows is ",
        shell.tell(command("loans", "1")));
    rows = write("rows.csv", ROWS.replace("3,north", "x,north"));
    requireRefused(12, "Some rows of rows.csv cannot be read", shell.tell(command("loans", "1")));
    assertThat(head()).isEqualTo(head);
    assertThat(decide("1")).isEqualTo(11);
  }

  /** As Python and {@code LabeledDataset} say what a model was trained on: with the label. */
  @Test
  void validate_digestWithLabels_isRecognisedByTheLabelColumn() throws IOException {
    String labeled =
        LabeledDataset.of(
                Schema.of(Loan.class),
                List.of(
                    new Labeled<>(new Loan(1, "north"), 0),
                    new Labeled<>(new Loan(2, "south"), 1),
                    new Labeled<>(new Loan(3, "north"), 0)))
            .digest();
    Path signature = directory.resolve("signature.json");
    register(labeled, "--schema", signature.toString());
    requireRefused(12, "If that digest has labels, add --label", shell.tell(command("loans", "1")));
    requireRefused(
        21,
        "columns it reads is not known. Give --schema",
        shell.tell(command("loans", "1", "--label", "bad")));
    String[] rest = {"--label", "bad", "--schema", signature.toString()};
    rows = write("rows.csv", ROWS.replace("2,south,1", "2,south,0"));
    requireRefused(
        12,
        ", with the label ",
        shell.tell(
            command(
                Stream.concat(Stream.of("loans", "1"), Arrays.stream(rest))
                    .toArray(String[]::new))));
    assertThat(decide("1")).isEqualTo(11);
    rows = write("rows.csv", ROWS);
    Said said =
        shell.tell(
            command(
                Stream.concat(Stream.of("loans", "1"), Arrays.stream(rest))
                    .toArray(String[]::new)));
    assertThat(said.exit()).as(said.toString()).isZero();
    assertThat(decide("1")).isZero();
    rows = write("rows.csv", ROWS.replace(",0\n", ",good\n").replace(",1\n", ",bad\n"));
    Said texts =
        shell.tell(
            command(
                Stream.concat(Stream.of("loans", "1", "--positive", "bad"), Arrays.stream(rest))
                    .toArray(String[]::new)));
    assertThat(texts.exit()).as(texts.toString()).isZero();
    assertThat(texts.out()).contains("not stored again");
  }

  @Test
  void validate_halfAQuestion_isUsage() {
    register(digest());
    String head = head();
    String registry = shell.registry().toString();
    for (String[] args :
        new String[][] {
          {"loans"},
          {"loans", "1"},
          {"--registry", registry, "--as", "ci"},
          {"loans", "--registry", registry, "--as", "ci"},
          {"--label", "bad"},
          {"--positive", "yes"},
          {"--schema", "x.json"}
        }) {
      requireRefused(
          2, "To record what comes out, name MODEL and VERSION", Shell.run(command(args)));
    }
    requireRefused(2, "Who does this?", shell.ask(command("loans", "1")));
    requireRefused(2, "--serving asks less", shell.tell(command("loans", "1", "--serving")));
    requireRefused(2, "cannot be one", shell.tell(command("loans", "newest")));
    requireRefused(2, "three", shell.tell(command("loans", "1", "three")));
    assertThat(head()).isEqualTo(head);
  }

  @Test
  void validate_nothingToRecordAbout_saysWhatIsMissing() throws IOException {
    requireRefused(20, "There is no registry in", shell.tell(command("loans", "1")));
    register("");
    requireRefused(12, "loans:1 was trained on is not known", shell.tell(command("loans", "1")));
    requireRefused(20, "Model 'laons' not found", shell.tell(command("laons", "1")));
    requireRefused(20, "Version '7' of model 'loans' not found", shell.tell(command("loans", "7")));
    register("e".repeat(64));
    rows = directory.resolve("absent.csv");
    requireRefused(21, "no such file", shell.tell(command("loans", "2")));
    rows = write("rows.csv", ROWS);
    suite = write("suite.json", "{}");
    requireRefused(2, "suite.json", shell.tell(command("loans", "2")));
  }
}
