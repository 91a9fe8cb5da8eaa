package io.mlops4j.examples.batchscoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.cli.Mlops;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The schedulers' own command lines, run on a real model and real rows. */
class BatchScoringTest {
  private static final Path FLIGHTS = Path.of("../from-python");

  @TempDir Path root;

  @BeforeEach
  void register() throws IOException {
    Files.createDirectories(root.resolve("data/in"));
    for (String name : List.of("flights.csv", "2026-11-25.csv")) {
      Files.copy(
          FLIGHTS.resolve("data/flights-heldout.csv"), root.resolve("data/in").resolve(name));
    }
    String registry = root.resolve("models").toString();
    run(
        "register", "flight-delay", "--create", "--as", "ci", "--registry", registry, "--export",
        FLIGHTS.resolve("exports/flights-linear").toString());
    run(
        "evaluate", "flight-delay", "1", "--as", "ci", "--registry", registry, "--rows",
        FLIGHTS.resolve("data/flights-heldout.csv").toString(), "--label", "late");
    Path policy = root.resolve("policy.json");
    Files.writeString(
        policy,
        "{\"format\": 1, \"name\": \"p\", \"gates\": [{\"metric\": \"auc\", \"atLeast\": 0.6}]}");
    run(
        "promote", "flight-delay", "1", "--as", "ci", "--registry", registry, "--policy",
        policy.toString());
  }

  private static String run(String... args) {
    StringWriter text = new StringWriter();
    int exit = Mlops.run(new PrintWriter(text), new PrintWriter(text), args);
    assertThat(exit).as("%s", text).isZero();
    return text.toString();
  }

  private static Object at(Object node, Object... keys) {
    Object found = node;
    for (Object key : keys) {
      found =
          key instanceof Integer index
              ? ((List<?>) found).get(index)
              : Objects.requireNonNull(((Map<?, ?>) found).get(key), key.toString());
    }
    return found;
  }

  private static Object yaml(String file) throws IOException {
    var load = new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build());
    return Objects.requireNonNull(load.loadFromString(Files.readString(Path.of(file))));
  }

  private static List<String> texts(Object list) {
    return ((List<?>) list).stream().map(String::valueOf).toList();
  }

  /** The list of strings that is the command in a Python file, f-strings filled in. */
  private static List<String> python(String file) throws IOException {
    String source = Files.readString(Path.of(file));
    int begin = source.indexOf("command = [");
    String list = source.substring(begin, source.indexOf("]", begin));
    List<String> words = new ArrayList<>();
    Matcher strings = Pattern.compile("f?\"([^\"]*)\"").matcher(list);
    while (strings.find()) {
      words.add(strings.group(1).replaceAll("\\{(ds|day)\\}", "2026-11-25"));
    }
    return words;
  }

  private Map<String, List<String>> commands() throws IOException {
    Object job = at(yaml("kubernetes/cronjob.yaml"), "spec", "jobTemplate", "spec");
    Object kubernetes = at(job, "template", "spec", "containers", 0);
    Object argo =
        at(yaml("argo/cron-workflow.yaml"), "spec", "workflowSpec", "templates", 0, "container");
    assertThat(texts(at(kubernetes, "command"))).containsExactly("mlops");
    assertThat(texts(at(argo, "command"))).containsExactly("mlops");
    assertThat(texts(at(job, "podFailurePolicy", "rules", 0, "onExitCodes", "values")))
        .containsExactly("2", "12", "20", "21", "22");
    String line =
        Files.readAllLines(Path.of("cron/crontab")).stream()
            .filter(l -> l.matches("\\d.*"))
            .findFirst()
            .orElseThrow();
    List<String> cron = Arrays.asList(line.split(" +"));
    List<String> airflow = python("airflow/score_flights.py");
    List<String> prefect = python("prefect/score_flights.py");
    assertThat(airflow.get(0)).isEqualTo("mlops");
    assertThat(prefect).isEqualTo(airflow);
    return Map.of(
        "kubernetes", texts(at(kubernetes, "args")),
        "argo", texts(at(argo, "args")),
        "cron", cron.subList(cron.indexOf("mlops") + 1, cron.size()),
        "airflow", airflow.subList(1, airflow.size()),
        "prefect", prefect.subList(1, prefect.size()));
  }

  @TestFactory
  List<DynamicTest> commands_ofEverySchedulerScoreTheRows() throws IOException {
    return commands().entrySet().stream()
        .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> score(entry.getValue())))
        .toList();
  }

  private void score(List<String> command) throws IOException {
    String[] args =
        command.stream()
            .map(word -> word.replace("=/models", "=" + root.resolve("models")))
            .map(word -> word.replace("=/data", "=" + root.resolve("data")))
            .toArray(String[]::new);
    Path out =
        command.stream()
            .filter(word -> word.startsWith("--to=/data"))
            .map(word -> root.resolve("data" + word.substring("--to=/data".length())))
            .findFirst()
            .orElseThrow();
    Files.deleteIfExists(out);
    Files.deleteIfExists(Path.of(out + ".job.json"));

    assertThat(run(args)).contains("flight-delay:1", "1,000", "PSI");

    List<String> lines = Files.readAllLines(out);
    assertThat(lines).hasSize(1_001).first().isEqualTo("origin,destination,risk");
    assertThat(run(args)).contains("nothing was left to do");
  }
}
