package io.mlops4j.registry.lineage;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.Stage;
import io.mlops4j.registry.lineage.LineageGraph.Node;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Status;
import io.mlops4j.report.Table;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A graph as a tree drawn in a table: a version stands under its first parent, and where it is
 * reached again, a line says so instead of repeating what is under it.
 */
final class GraphReport {
  private static final int MOST_ROWS = 5_000;
  private static final int DEEPEST = 40;
  private static final int SHORT = 12;

  private final LineageGraph graph;
  private final Map<ModelVersion, Node> nodes = new TreeMap<>();
  private final Set<ModelVersion> drawn = new HashSet<>();
  private final List<List<Cell>> rows = new ArrayList<>();
  private boolean more;

  private GraphReport(LineageGraph graph) {
    this.graph = graph;
    graph.nodes().forEach(node -> nodes.put(node.version(), node));
  }

  static Report of(LineageGraph graph) {
    return new GraphReport(graph).report();
  }

  private Report report() {
    for (Node node : nodes.values()) {
      if (node.parents().stream().noneMatch(nodes::containsKey)) {
        node.parents().stream().findFirst().ifPresent(this::stranger);
        tree(node.version());
      }
    }
    // What is left has only parents it is an ancestor of: lineage that goes in a circle.
    nodes.keySet().stream()
        .filter(version -> !drawn.contains(version))
        .toList()
        .forEach(this::tree);
    Report report =
        Report.titled("Lineage")
            .subtitle(graph.toString())
            .add(
                KeyValues.of("Versions", nodes.size())
                    .and("Data sets", data().size())
                    .and(
                        "Made from others",
                        nodes.values().stream().filter(n -> !n.parents().isEmpty()).count()));
    if (more) {
      report = report.add(Callout.warning("Only the first " + MOST_ROWS + " lines are shown."));
    }
    return report.add(
        Section.titled("Versions and what was made from them")
            .add(new Table("", List.of("Version", "Stage", "Data", "Digest", "Run"), rows)),
        Section.titled("Data sets").add(dataTable()));
  }

  /** A parent that is not registered here. */
  private void stranger(ModelVersion parent) {
    if (drawn.add(parent)) {
      row(parent + " (not in this registry)", null);
    }
  }

  private record Step(ModelVersion version, String lead, String branch) {}

  /** Depth first, without recursion: lineage may be as long as the registry is old. */
  private void tree(ModelVersion root) {
    Deque<Step> left = new ArrayDeque<>();
    left.push(new Step(root, "", ""));
    while (!left.isEmpty()) {
      Step step = left.pop();
      Node node = nodes.get(step.version());
      boolean again = !drawn.add(step.version());
      String lead = step.lead().length() > 2 * DEEPEST ? "… " : step.lead();
      row(lead + step.branch() + step.version() + (again ? " (see above)" : ""), node);
      if (again) {
        continue;
      }
      List<ModelVersion> under = new ArrayList<>(graph.children(step.version()));
      String below =
          lead + (step.branch().isEmpty() ? "" : step.branch().startsWith("└") ? "·  " : "│  ");
      for (int i = under.size() - 1; i >= 0; i--) {
        left.push(new Step(under.get(i), below, i == under.size() - 1 ? "└─ " : "├─ "));
      }
    }
  }

  private void row(String label, @org.jspecify.annotations.Nullable Node node) {
    if (rows.size() >= MOST_ROWS) {
      more = true;
      return;
    }
    rows.add(
        node == null
            ? List.of(Cell.of(label), Cell.of(null), Cell.of(null), Cell.of(null), Cell.of(null))
            : List.of(
                Cell.of(label),
                Cell.badge(status(node.stage()), node.stage().name()),
                known(node.dataName()),
                known(shortened(node.dataDigest())),
                known(node.run())));
  }

  private static Cell known(String text) {
    return Cell.of(text.equals(Lineage.UNKNOWN) ? null : text);
  }

  private static String shortened(String digest) {
    return digest.length() <= SHORT ? digest : digest.substring(0, SHORT);
  }

  private static Status status(Stage stage) {
    return switch (stage) {
      case PRODUCTION -> Status.PASS;
      case REJECTED, QUARANTINED -> Status.FAIL;
      default -> Status.INFO;
    };
  }

  private Map<String, List<Node>> data() {
    Map<String, List<Node>> data = new TreeMap<>();
    for (Node node : nodes.values()) {
      if (!node.dataDigest().equals(Lineage.UNKNOWN)) {
        data.computeIfAbsent(node.dataDigest(), digest -> new ArrayList<>()).add(node);
      }
    }
    return data;
  }

  private Table dataTable() {
    List<List<Cell>> lines = new ArrayList<>();
    data()
        .forEach(
            (digest, users) ->
                lines.add(
                    List.of(
                        Cell.of(users.get(0).dataName()),
                        Cell.of(shortened(digest)),
                        Cell.of(users.size()),
                        Cell.of(versions(users)))));
    return new Table("", List.of("Data", "Digest", "Versions", "Trained on it"), lines);
  }

  private static String versions(List<Node> users) {
    int shown = Math.min(users.size(), 8);
    String list =
        String.join(
            ", ", users.subList(0, shown).stream().map(n -> n.version().toString()).toList());
    return users.size() > shown ? list + ", and " + (users.size() - shown) + " more" : list;
  }
}
