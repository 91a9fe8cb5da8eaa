package io.mlops4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** docs/cli.md says what is so. */
class CliPageTest {
  @TempDir Path directory;

  private static String page() throws IOException {
    return Files.readString(Path.of("../docs/cli.md"));
  }

  @Test
  void policy_ofThePage_isRead() throws IOException {
    String page = page();
    int start = page.indexOf("```json") + "```json".length();
    Path file = directory.resolve("policy.json");
    Files.writeString(file, page.substring(start, page.indexOf("```", start)));

    PolicyFile read = PolicyFile.read(file);

    assertThat(read.policy().gates()).hasSize(13);
    assertThat(read.plan().slices()).hasSize(2);
    assertThat(
            read.plan()
                .evaluator(
                    Columns.schema(
                        "rows",
                        Columns.union(
                            List.of(
                                new Column("housing", io.mlops4j.core.FeatureKind.CATEGORICAL),
                                new Column("age", io.mlops4j.core.FeatureKind.NUMERIC)),
                            read.plan().columns())),
                    Plan.Task.BINARY,
                    read.metrics()))
        .isNotNull();
  }

  @Test
  void exitCodes_areThoseOfThePage() throws IOException {
    List<String> rows =
        page().lines().filter(line -> line.matches("\\| \\d+ \\| `[a-z-]+` \\|.*")).toList();

    assertThat(rows)
        .extracting(row -> row.replaceFirst("\\| (\\d+) \\| `([a-z-]+)` \\|.*", "$1 $2"))
        .containsExactlyElementsOf(
            Arrays.stream(ExitCode.values())
                .map(code -> code.code() + " " + Decisions.word(code))
                .toList());
    String usage = Shell.run("--help").out().replaceAll("\\s+", " ");
    for (ExitCode code : ExitCode.values()) {
      assertThat(usage).contains(" " + code.code() + " ");
    }
  }

  @Test
  void commands_areAllOnThePage() throws IOException {
    String page = page();
    for (String name : new CommandLine(new Mlops()).getSubcommands().keySet()) {
      if (!name.equals("help")) {
        assertThat(page).contains(name.equals("unfreeze") ? "`freeze`, `unfreeze" : name);
      }
    }
  }
}
