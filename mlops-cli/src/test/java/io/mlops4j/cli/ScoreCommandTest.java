package io.mlops4j.cli;

import static io.mlops4j.cli.Shell.HELD_OUT;
import static io.mlops4j.cli.Shell.LINEAR;
import static io.mlops4j.cli.Shell.MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mlops score}: what cron, Airflow or a Kubernetes CronJob runs. */
class ScoreCommandTest {
  @TempDir Path directory;
  private Shell shell = new Shell(Path.of(""));

  @BeforeEach
  void register() {
    shell = new Shell(directory.resolve("registry"));
    shell.register(MODEL, LINEAR);
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  @Test
  void score_csv_writesWhatPythonAnswered() throws IOException {
    var said =
        shell.ask(
            "score",
            MODEL,
            "latest",
            "--rows",
            HELD_OUT.toString(),
            "--to",
            file("out.csv"),
            "--keep",
            "origin,linear",
            "--profile",
            "--format",
            "json",
            "--progress",
            "1");

    assertThat(said.exit()).as(said.err()).isZero();
    assertThat(said.json().get("records").intValue()).isEqualTo(1_000);
    assertThat(said.json().get("psi").get("distance").doubleValue()).isBetween(0.0, 0.2);
    assertThat(said.json().get("psi").has("(score)")).isTrue();
    List<String> lines = Files.readAllLines(directory.resolve("out.csv"));
    assertThat(lines).hasSize(1_001).first().isEqualTo("origin,linear,score");
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",");
      assertThat(Double.parseDouble(cells[2]))
          .isCloseTo(Double.parseDouble(cells[1]), within(1e-5));
    }
    assertThat(said.err()).contains("mlops: rows: 1,000 of 1,000 (100 %)");
  }

  @Test
  void score_again_exitsWithZeroAndDoesNothing() {
    String[] args = {"score", MODEL, "1", "--rows", HELD_OUT.toString(), "--to", file("out.jsonl")};
    assertThat(shell.ask(args).exit()).isZero();
    var again = shell.ask(args);
    assertThat(again.exit()).isZero();
    assertThat(again.out()).contains("nothing was left to do");
  }

  @Test
  void score_anotherModelIntoTheSameOutput_isRefused() {
    String[] args = {
      "score", MODEL, "latest", "--rows", HELD_OUT.toString(), "--to", file("out.csv")
    };
    assertThat(shell.ask(args).exit()).isZero();
    shell.register(MODEL, Shell.XGBOOST);
    var refused = shell.ask(args);
    assertThat(refused.exit()).isEqualTo(12);
    assertThat(refused.err())
        .contains("model.version was flight-delay:1, is flight-delay:2")
        .contains("model.digest");
    assertThat(shell.ask(with(args, "--restart")).exit()).isZero();
  }

  private static String[] with(String[] args, String... more) {
    return java.util.stream.Stream.of(args, more)
        .flatMap(java.util.Arrays::stream)
        .toArray(String[]::new);
  }

  @Test
  void score_badRows_areAnInputErrorOrListed() throws IOException {
    Path rows = directory.resolve("rows.csv");
    Files.writeString(
        rows,
        """
        origin,destination,distance,hour,dayOfWeek
        ORD,LGA,733,17,5
        ORD,LGA,far,17,5
        ORD,LGA,Infinity,17,5
        """);
    String[] args = {"score", MODEL, "1", "--rows", rows.toString(), "--to", file("out.csv")};
    var failed = shell.ask(args);
    assertThat(failed.exit()).isEqualTo(21);
    assertThat(failed.err()).contains("line 3: column distance: expected a Double");
    var one = shell.ask(with(args, "--rejects", file("bad.jsonl"), "--max-rejects", "1"));
    assertThat(one.exit()).isEqualTo(21);
    assertThat(one.err()).contains("More than 1 bad rows").contains("is not finite");
    var listed =
        shell.ask(
            with(
                args,
                "--rejects",
                file("bad.jsonl"),
                "--chunk-rows",
                "2",
                "--restart",
                "--rows-per-second",
                "1000",
                "--checkpoint-seconds",
                "0"));
    assertThat(listed.exit()).as(listed.err()).isZero();
    assertThat(Files.readAllLines(directory.resolve("bad.jsonl"))).hasSize(2);
  }

  @Test
  void score_database_inAndOut() throws SQLException {
    String url = "jdbc:h2:" + file("db") + ";DB_CLOSE_DELAY=0";
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table flights as select rownum() id, * from csvread('" + HELD_OUT + "')");
      statement.execute("create table risks (id bigint, risk double precision)");
    }
    String[] args = {
      "score",
      MODEL,
      "1",
      "--rows",
      url,
      "--query",
      "select * from flights",
      "--key",
      "id",
      "--to",
      url,
      "--table",
      "risks",
      "--keep",
      "id",
      "--score",
      "risk"
    };
    var said = shell.ask(args);
    assertThat(said.exit()).as(said.err()).isZero();
    assertThat(said.out()).contains("table risks").doesNotContain("DB_CLOSE");
    assertThat(shell.ask(args).out()).contains("nothing was left to do");
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select count(*), max(abs(risk - cast(linear as double precision))) from flights"
                    + " join risks on flights.id = risks.id")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(1_000);
      assertThat(rows.getDouble(2)).isLessThan(1e-5);
    }
  }

  @Test
  void score_wrongOptions_areUsageErrors() {
    for (String[] wrong :
        new String[][] {
          {"--rows", "x.parquet", "--to", "y.csv", "expected: x.csv, x.jsonl"},
          {"--rows", "x.csv", "--to", "y.csv.gz", "a compressed file cannot be written"},
          {"--rows", "jdbc:h2:mem:x", "--to", "y.csv", "add --query"},
          {"--rows", "x.csv", "--to", "jdbc:h2:mem:x", "add --table"},
          {"--rows", "x.csv", "--to", "jdbc:none:x", "No JDBC driver"},
        }) {
      var said = shell.ask("score", MODEL, "1", wrong[0], wrong[1], wrong[2], wrong[3]);
      assertThat(said.exit()).as(said.err()).isEqualTo(2);
      assertThat(said.err()).contains(wrong[4]);
    }
    var absent = shell.ask("score", MODEL, "1", "--rows", file("no.csv"), "--to", file("out.csv"));
    assertThat(absent.exit()).isEqualTo(21);
    assertThat(absent.err()).contains("no.csv cannot be read");
    assertThat(
            shell.ask("score", MODEL, "9", "--rows", file("no.csv"), "--to", file("o.csv")).exit())
        .isEqualTo(20);
    var directoryThatIsAFile =
        shell.ask(
            "score",
            MODEL,
            "1",
            "--rows",
            HELD_OUT.toString(),
            "--to",
            HELD_OUT.toAbsolutePath() + "/out.csv");
    assertThat(directoryThatIsAFile.exit()).isEqualTo(70);
    assertThat(directoryThatIsAFile.err()).contains("cannot be written");
  }
}
