package io.mlops4j.examples.springservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Alert rules, dashboard and runbook agree with each other and with the table of meters. */
class OperationsTest {
  private static final String RULES = "docs/prometheus/mlops4j-rules.yml";
  private static final String DASHBOARD = "docs/grafana/mlops4j.json";
  private static final String RUNBOOK = "docs/runbook.md";

  /** A selector, with what it asks of labels. */
  private static final Pattern SELECTED =
      Pattern.compile("([a-z_:][a-z0-9_:]*)\\{([^}]*)}", Pattern.CASE_INSENSITIVE);

  private static final Pattern MATCHER = Pattern.compile("([a-z_]+)(?:=~|!=|=|!~)\"([^\"]*)\"");
  private static final Pattern NAME = Pattern.compile("\\b[a-z_:][a-z0-9_:]*+(?!\\s*\\()");
  private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset");

  private static Map<?, ?> parsed(String text) {
    return new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
  }

  private static Object at(Map<?, ?> map, String key) {
    return Objects.requireNonNull(map.get(key), () -> key + " in " + map.keySet());
  }

  private static List<Map<?, ?>> maps(Map<?, ?> map, String key) {
    List<Map<?, ?>> found = new ArrayList<>();
    for (Object each : (List<?>) at(map, key)) {
      found.add((Map<?, ?>) each);
    }
    return found;
  }

  private static List<Map<?, ?>> alerts(String rules) {
    return maps(parsed(rules), "groups").stream()
        .flatMap(group -> maps(group, "rules").stream())
        .toList();
  }

  private static List<String> expressions(List<Map<?, ?>> holders) {
    return holders.stream().map(holder -> (String) at(holder, "expr")).toList();
  }

  private static List<String> dashboardExpressions(String json) {
    Map<?, ?> dashboard = parsed(json);
    List<String> found = new ArrayList<>();
    for (Map<?, ?> panel : maps(dashboard, "panels")) {
      found.addAll(expressions(maps(panel, "targets")));
    }
    for (Map<?, ?> variable : maps((Map<?, ?>) at(dashboard, "templating"), "list")) {
      if (variable.get("query") instanceof String query && query.startsWith("label_values(")) {
        found.add(query.substring("label_values(".length(), query.indexOf(',')));
      }
    }
    return found;
  }

  /** Returns the names of series in an expression. */
  private static SortedSet<String> names(String expression) {
    String bare =
        expression
            .replaceAll("\\b(by|without|on|ignoring)\\s*\\([^)]*\\)", " ")
            .replaceAll("\\{[^}]*}", " ")
            .replaceAll("\\[[^]]*]", " ")
            .replaceAll("\\b[0-9.]+\\b", " ");
    SortedSet<String> names = new TreeSet<>();
    Matcher name = NAME.matcher(bare);
    while (name.find()) {
      if (!WORDS.contains(name.group())) {
        names.add(name.group());
      }
    }
    return names;
  }

  private static void assertNamesAreKnown(List<String> expressions, MeterNames known) {
    assertThat(expressions)
        .isNotEmpty()
        .allSatisfy(
            expression -> {
              assertThat(names(expression)).isNotEmpty().allMatch(known::knows);
              Matcher selected = SELECTED.matcher(expression);
              while (selected.find()) {
                assertLabelsAreKnown(selected.group(1), selected.group(2), known);
              }
            });
  }

  private static void assertLabelsAreKnown(String name, String labels, MeterNames known) {
    Matcher label = MATCHER.matcher(labels);
    while (label.find()) {
      if (label.group(1).equals("model")) {
        continue;
      }
      for (String value : label.group(2).split("\\|")) {
        assertThat(known.knows(name, value)).as("%s{%s}", name, label.group()).isTrue();
      }
    }
  }

  private static void assertRunbookHasAllAlerts(String rules, String runbook) {
    List<String> names = new ArrayList<>();
    for (Map<?, ?> alert : alerts(rules)) {
      String name = (String) at(alert, "alert");
      names.add(name);
      Map<?, ?> annotations = (Map<?, ?>) at(alert, "annotations");
      assertThat(annotations.get("runbook_url"))
          .isEqualTo(RUNBOOK + "#" + name.toLowerCase(Locale.ROOT));
      assertThat((String) annotations.get("summary")).isNotBlank();
    }
    List<String> sections =
        runbook
            .lines()
            .filter(line -> line.startsWith("## "))
            .map(line -> line.substring(3))
            .toList();
    assertThat(sections).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(names);
  }

  @Test
  void names_inRulesAndDashboard_areMetersOfTheTable() {
    MeterNames known = MeterNames.documented();
    assertNamesAreKnown(expressions(alerts(MeterNames.read(RULES))), known);
    assertNamesAreKnown(dashboardExpressions(MeterNames.read(DASHBOARD)), known);
  }

  @Test
  void names_thatNobodyExports_areNoticed() {
    MeterNames known = MeterNames.documented();
    assertThat(names("sum by (a) (rate(mlops_x_total{b=\"c\"}[5m])) / mlops_y > 0.1 or z{q=\"1\"}"))
        .containsExactly("mlops_x_total", "mlops_y", "z");
    String rules = MeterNames.read(RULES);
    String dashboard = MeterNames.read(DASHBOARD);
    List<String> wrong =
        List.of(
            changed(rules, "mlops_predict_p99_seconds", "mlops_predict_p99"),
            changed(rules, "process_cpu_usage", "process_cpu"),
            changed(rules, "mlops_alert_state", "mlops_alerts"),
            changed(rules, "reason=\"queue_full\"", "reason=\"full\""));
    assertThat(wrong)
        .allSatisfy(
            text ->
                assertThatThrownBy(() -> assertNamesAreKnown(expressions(alerts(text)), known))
                    .isInstanceOf(AssertionError.class));
    for (String name : List.of("mlops_batch_size_max", "mlops_drift_psi", "mlops_quality_value")) {
      String other = changed(dashboard, name, "mlops_big");
      assertThatThrownBy(() -> assertNamesAreKnown(dashboardExpressions(other), known))
          .isInstanceOf(AssertionError.class);
    }
    MeterNames shorter =
        new MeterNames(MeterNames.read("docs/serving.md").replace("`mlops.version`", "`mlops.v`"));
    assertThatThrownBy(() -> assertNamesAreKnown(expressions(alerts(rules)), shorter))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> known.assertExportedIn("mlops_predict_p99_seconds{} 1\n"))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void runbook_hasASectionPerAlertAndNoOther() {
    String rules = MeterNames.read(RULES);
    String runbook = MeterNames.read(RUNBOOK);
    assertRunbookHasAllAlerts(rules, runbook);
    assertNoticed(rules, changed(runbook, "## MlopsCpuHigh", "### MlopsCpuHigh"));
    assertNoticed(rules, runbook + "\n## MlopsImagined\n");
    assertNoticed(changed(rules, "#mlopscpuhigh", "#mlopscpu"), runbook);
    assertNoticed(changed(rules, "alert: MlopsNoVersion", "alert: MlopsOther"), runbook);
  }

  private static void assertNoticed(String rules, String runbook) {
    assertThatThrownBy(() -> assertRunbookHasAllAlerts(rules, runbook))
        .isInstanceOf(AssertionError.class);
  }

  private static String changed(String text, String from, String to) {
    assertThat(text).contains(from);
    return text.replace(from, to);
  }
}
