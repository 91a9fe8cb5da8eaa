package io.mlops4j.examples.cipromotion;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.examples.cipromotion.Workspace.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The workflow files' own steps, run in their order on real models and rows. */
class CiPromotionTest {
  private static final Path PROMOTE = Path.of(".github/workflows/promote.yml");
  private static final Path ROLLBACK = Path.of(".github/workflows/rollback.yml");

  @TempDir Path root;
  private Workspace workspace;

  @BeforeEach
  void checksOut() throws IOException {
    workspace = new Workspace(root);
    for (String name : List.of("GITHUB_ENV", "GITHUB_STEP_SUMMARY")) {
      workspace.set(name, Files.createFile(root.resolve(name)).toString());
    }
    workspace.set("GITHUB_ACTOR", "ada");
    workspace.set("GITHUB_SHA", "82bac9d");
    workspace.set("GITHUB_RUN_ID", "4711");
    workspace.set("MODEL", "flight-delay");
  }

  private static Map<?, ?> yaml(Path file) throws IOException {
    var load = new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build());
    return (Map<?, ?>) Objects.requireNonNull(load.loadFromString(Files.readString(file)));
  }

  private static Object at(Object node, String... keys) {
    Object found = node;
    for (String key : keys) {
      found = Objects.requireNonNull(((Map<?, ?>) found).get(key), key);
    }
    return found;
  }

  /** What GitHub makes of a job's steps. */
  private record Job(boolean passed, int exit, List<String> ran, String output) {}

  private Job github(Path file, String job) throws Exception {
    boolean failed = false;
    int exit = 0;
    List<String> ran = new ArrayList<>();
    StringBuilder output = new StringBuilder();
    for (Object step : (List<?>) at(yaml(file), "jobs", job, "steps")) {
      Map<?, ?> entry = (Map<?, ?>) step;
      if (!entry.containsKey("run") || (failed && !"always()".equals(entry.get("if")))) {
        continue;
      }
      Ran result = workspace.bash((String) entry.get("run"));
      ran.add((String) entry.get("name"));
      output.append(result.output());
      if (result.exit() != 0 && !failed) {
        failed = true;
        exit = result.exit();
      }
      for (String line : Files.readAllLines(root.resolve("GITHUB_ENV"))) {
        workspace.set(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
      }
    }
    return new Job(!failed, exit, ran, output.toString());
  }

  private String summary() throws IOException {
    // A colon is escaped in Markdown.
    return Files.readString(root.resolve("GITHUB_STEP_SUMMARY")).replace("\\", "");
  }

  @Test
  void github_betterCandidate_isPromoted() throws Exception {
    workspace.champion("flights-linear");
    workspace.export("flights-xgboost");

    Job job = github(PROMOTE, "promote");

    assertThat(job.passed()).as(job.output()).isTrue();
    assertThat(job.ran())
        .containsExactly(
            "Check the policy",
            "Register the candidate",
            "Evaluate it beside the champion",
            "Promote it if every gate passes",
            "Tell what happened");
    assertThat(summary())
        .contains("# flight-delay:2 on heldout.csv", "# flight-delay:2 promoted against")
        .contains("> **PASS**", "github ada");
    assertThat(workspace.mlops("show", "flight-delay", "champion")).startsWith("flight-delay:2");
  }

  @Test
  void github_gateFails_theJobFailsAndTheChampionStays() throws Exception {
    workspace.champion("flights-xgboost");
    workspace.export("flights-linear");

    Job job = github(PROMOTE, "promote");

    assertThat(job.passed()).isFalse();
    assertThat(job.exit()).as(job.output()).isEqualTo(10);
    assertThat(job.ran()).endsWith("Promote it if every gate passes", "Tell what happened");
    assertThat(summary()).contains("# flight-delay:2 not promoted against flight-delay:1: FAIL");
    assertThat(job.output()).contains("flight-delay:2 was not promoted");
    assertThat(workspace.mlops("show", "flight-delay", "champion")).startsWith("flight-delay:1");
  }

  @Test
  void githubRollback_returnsToTheChampionBefore() throws Exception {
    workspace.champion("flights-linear");
    workspace.champion("flights-xgboost");
    workspace.set("REASON", "p99 doubled; $(touch injected)");

    Job job = github(ROLLBACK, "rollback");

    assertThat(job.passed()).as(job.output()).isTrue();
    assertThat(workspace.mlops("show", "flight-delay", "champion")).startsWith("flight-delay:1");
    assertThat(workspace.mlops("history", "flight-delay", "--last", "1"))
        .contains("p99 doubled; $(touch injected)", "(github ada)");
    assertThat(workspace.file("injected")).doesNotExist();
  }

  @Test
  void gitlab_gateFails_theJobFailsAndTheChampionStays() throws Exception {
    workspace.champion("flights-xgboost");
    workspace.export("flights-linear");
    workspace.set("GITLAB_USER_LOGIN", "ada");
    workspace.set("CI_COMMIT_SHA", "82bac9d");
    workspace.set("CI_JOB_ID", "4711");
    Map<?, ?> jobs = yaml(Path.of(".gitlab-ci.yml"));

    Ran policy = workspace.bash(script(jobs, "policy"));
    Ran promote = workspace.bash(script(jobs, "promote"));

    assertThat(policy.exit()).isZero();
    assertThat(promote.exit()).as(promote.output()).isEqualTo(10);
    assertThat(Files.readString(workspace.file("summary.md"))).contains("FAIL");
    assertThat(workspace.mlops("show", "flight-delay", "champion")).startsWith("flight-delay:1");
  }

  private static String script(Map<?, ?> jobs, String job) {
    List<String> lines = new ArrayList<>();
    for (Object line : (List<?>) at(jobs, job, "script")) {
      lines.add((String) line);
    }
    return String.join("\n", lines);
  }

  @Test
  void everyScript_namesOnlyVariablesThatItsFileOrTheRunnerSets() throws IOException {
    for (Path file : List.of(PROMOTE, ROLLBACK)) {
      // An expression in a script would be pasted into it, whatever somebody typed.
      for (Object job : ((Map<?, ?>) at(yaml(file), "jobs")).values()) {
        for (Object step : (List<?>) at(job, "steps")) {
          assertThat(String.valueOf(((Map<?, ?>) step).get("run"))).doesNotContain("${{");
        }
      }
      assertThat(at(yaml(file), "defaults", "run", "shell")).isEqualTo("bash");
      assertThat(at(yaml(file), "env", "MODEL")).isEqualTo("flight-delay");
    }
  }
}
