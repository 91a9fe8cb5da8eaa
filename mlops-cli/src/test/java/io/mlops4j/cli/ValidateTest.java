package io.mlops4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.cli.Shell.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidateTest {
  private static final String SUITE =
      """
      {
        "format": 1,
        "features": [
          {"name": "id", "kind": "categorical"},
          {"name": "person", "kind": "text", "sensitive": true},
          {"name": "amount", "kind": "numeric"},
          {"name": "at", "kind": "time"}
        ],
        "expectations": [
          {"expect": "unique", "features": ["id"]},
          {"expect": "between", "feature": "amount", "min": 0, "max": 100, "mostly": 0.5},
          {"expect": "length", "feature": "person", "min": 1, "max": 5},
          {"expect": "knownTo", "feature": "id", "reference": "ids", "severity": "warning"},
          {"expect": "rowCountAgainstPrevious", "min": 0.5, "max": 2}
        ]
      }
      """;

  @TempDir Path directory;
  private Path suite = Path.of("");
  private Path rows = Path.of("");

  @BeforeEach
  void writesFiles() throws IOException {
    suite = write("suite.json", SUITE);
    rows =
        write(
            "rows.csv",
            "id,person,amount,at\na,eve,1,2026-11-26\nb,canary,101,2026-11-26\nc,bob,x,2026\n");
  }

  private Path write(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(file, content);
    return file;
  }

  private Said validate(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("validate", "--rows", rows.toString(), "--suite", suite.toString()));
    args.addAll(List.of(more));
    return Shell.run(args.toArray(String[]::new));
  }

  @Test
  void validate_rowsThatDoNotHold_failsAndNamesLines() throws IOException {
    Path page = directory.resolve("page.html");
    Path result = directory.resolve("result.json");

    Said said =
        validate("--first", "--format", "json", "--html", page.toString(), "--result", result + "");

    assertThat(said.exit()).isEqualTo(10);
    JsonNode json = said.json();
    assertThat(json.path("rows").asInt()).isEqualTo(2);
    assertThat(json.path("unreadable").asInt()).isEqualTo(1);
    assertThat(json.path("sentence").asText())
        .contains("rows are readable: 1 of 3 rows fails.")
        .contains("person has 1 to 5 characters: 1 of 2 rows fails.");
    assertThat(said.out() + Files.readString(page) + Files.readString(result))
        .contains("(withheld)")
        .doesNotContain("canary");
    assertThat(said.out()).contains("line 4, column amount");
  }

  @Test
  void validate_rowsThatHold_passes() throws IOException {
    rows = write("rows.csv", "id,person,amount,at\na,eve,1,2026-11-26\nb,bob,101,2026-11-26\n");
    Path ids = write("ids.csv", "code\na\nb\n");

    Said said = validate("--first", "--reference", "ids=" + ids + "#code");

    assertThat(said.exit()).as(said.out()).isZero();
    assertThat(said.out()).contains("2 rows, all 7 expectations hold.");
  }

  @Test
  void validate_nothingToCompareWith_isInconclusiveUntilItIsGiven() throws IOException {
    rows = write("rows.csv", "id,person,amount,at\na,eve,1,2026-11-26\n");
    Path result = directory.resolve("result.json");

    assertThat(validate("--result", result.toString()).exit()).isEqualTo(11);
    assertThat(validate("--previous", result.toString()).exit()).isZero();

    // What a newer library wrote, too, as long as it only added to it.
    String written = Files.readString(result);
    Files.writeString(
        result, written.replace("\"format\":1", "\"format\":1,\"minor\":9,\"new\":[]"));
    assertThat(validate("--previous", result.toString()).exit()).isZero();
    Files.writeString(result, written.replace("\"format\":1", "\"format\":2"));
    Said refused = validate("--previous", result.toString());
    assertThat(refused.exit()).isNotZero();
    assertThat(refused.err())
        .contains("of format 2.0, which a newer library wrote")
        .contains("Update this one, or let it make the result again.");
  }

  @Test
  void validate_suiteThatIsWrong_saysWhere() throws IOException {
    suite = write("suite.json", SUITE.replace("\"mostly\": 0.5", "\"mostly\": 2"));
    Said said = validate();
    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.err())
        .contains("expectations[1].mostly: mostly: 2.0 (expected: above 0, at most 1).");

    suite = write("suite.json", SUITE.replace("\"amount\", \"min\"", "\"amonut\", \"min\""));
    assertThat(validate().err()).contains("Schema rows has no feature amonut.");
  }

  @Test
  void validate_noSuchRows_isInput() {
    rows = directory.resolve("absent.csv");

    assertThat(validate().exit()).isEqualTo(21);
  }
}
