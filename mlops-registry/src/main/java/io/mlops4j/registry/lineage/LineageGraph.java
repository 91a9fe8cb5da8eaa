package io.mlops4j.registry.lineage;

import io.mlops4j.core.Elements;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.Stage;
import io.mlops4j.report.Report;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Which version came from what: a picture of a registry's lineage at one moment. Immutable and
 * thread-safe.
 *
 * <p>There is no index: {@link #of} reads every version's manifest once, one at a time, and keeps
 * data set, run, stage and parents of each, a few hundred bytes a version.
 */
public final class LineageGraph {
  private final SortedMap<ModelVersion, Node> nodes;
  private final SortedMap<ModelVersion, SortedSet<ModelVersion>> children = new TreeMap<>();

  private LineageGraph(SortedMap<ModelVersion, Node> nodes) {
    this.nodes = Collections.unmodifiableSortedMap(nodes);
    nodes
        .values()
        .forEach(
            node ->
                node.parents()
                    .forEach(
                        parent ->
                            children
                                .computeIfAbsent(parent, p -> new TreeSet<>())
                                .add(node.version())));
  }

  /**
   * What is known about one version.
   *
   * @param version model and number
   * @param stage where it is
   * @param dataName what its training data is called
   * @param dataDigest the digest of its rows
   * @param snapshot the digest of the snapshot it was read from
   * @param run the id of the run it came out of
   * @param parents what it was made from
   */
  public record Node(
      ModelVersion version,
      Stage stage,
      String dataName,
      String dataDigest,
      String snapshot,
      String run,
      List<ModelVersion> parents) {
    /** Copies the list. */
    public Node {
      Objects.requireNonNull(version, "version");
      Objects.requireNonNull(stage, "stage");
      Objects.requireNonNull(dataName, "dataName");
      Objects.requireNonNull(dataDigest, "dataDigest");
      Objects.requireNonNull(snapshot, "snapshot");
      Objects.requireNonNull(run, "run");
      Objects.requireNonNull(parents, "parents");
      parents = Elements.list("parents", parents);
    }
  }

  /**
   * Returns the graph of all models of a registry, or of its namespace.
   *
   * @param registry what to read
   * @return the graph as of now; a version whose manifest is damaged is left out and quarantined,
   *     as on any reading
   */
  public static LineageGraph of(ModelRegistry registry) {
    SortedMap<ModelVersion, Node> nodes = new TreeMap<>();
    for (String name : registry.models()) {
      add(registry.model(name), nodes);
    }
    return new LineageGraph(nodes);
  }

  /**
   * Returns the graph of one model's versions; parents of other models are known by name only.
   *
   * @param model what to read
   * @return the graph as of now
   */
  public static LineageGraph of(RegisteredModel<?, ?> model) {
    SortedMap<ModelVersion, Node> nodes = new TreeMap<>();
    add(model, nodes);
    return new LineageGraph(nodes);
  }

  private static void add(RegisteredModel<?, ?> model, SortedMap<ModelVersion, Node> nodes) {
    for (RegisteredVersion<?, ?> version : model.versions()) {
      try {
        Lineage lineage = version.lineage();
        nodes.put(
            version.version(),
            new Node(
                version.version(),
                version.stage(),
                lineage.data().name(),
                lineage.data().digest(),
                lineage.data().snapshot(),
                lineage.run(),
                lineage.parents()));
      } catch (io.mlops4j.registry.IntegrityException e) {
        // Reading quarantined it; verify() tells what is wrong with it.
        nodes.remove(version.version());
      }
    }
  }

  /**
   * Returns all versions.
   *
   * @return by model and number
   */
  public List<Node> nodes() {
    return List.copyOf(nodes.values());
  }

  /**
   * Returns the versions that were trained on some data.
   *
   * @param data the data set's name, the digest of its rows, or the digest of its snapshot
   * @return by model and number; possibly empty
   */
  public List<ModelVersion> trainedOn(String data) {
    Objects.requireNonNull(data, "data");
    return those(
        node ->
            node.dataName().equals(data)
                || node.dataDigest().equals(data)
                || node.snapshot().equals(data));
  }

  /**
   * Returns the versions that came out of a run.
   *
   * @param run its id
   * @return by model and number; possibly empty
   */
  public List<ModelVersion> outOf(String run) {
    Objects.requireNonNull(run, "run");
    return those(node -> node.run().equals(run));
  }

  private List<ModelVersion> those(Predicate<Node> wanted) {
    return nodes.values().stream().filter(wanted).map(Node::version).toList();
  }

  /**
   * Returns the versions that were made from one, and from those, and so on.
   *
   * @param version where to begin; need not be known
   * @return by model and number, without the version itself, even if lineage goes in a circle
   */
  public List<ModelVersion> descendants(ModelVersion version) {
    Objects.requireNonNull(version, "version");
    return reached(version, at -> children.getOrDefault(at, Collections.emptySortedSet()));
  }

  /**
   * Returns what a version was made from, and what those were, and so on.
   *
   * @param version where to begin
   * @return by model and number, without the version itself; parents that no one registered, too
   */
  public List<ModelVersion> ancestors(ModelVersion version) {
    Objects.requireNonNull(version, "version");
    return reached(version, this::parents);
  }

  List<ModelVersion> parents(ModelVersion version) {
    Node node = nodes.get(version);
    return node == null ? List.of() : node.parents();
  }

  Set<ModelVersion> children(ModelVersion version) {
    return children.getOrDefault(version, Collections.emptySortedSet());
  }

  private static List<ModelVersion> reached(
      ModelVersion from,
      java.util.function.Function<ModelVersion, ? extends Iterable<ModelVersion>> next) {
    SortedSet<ModelVersion> seen = new TreeSet<>();
    List<ModelVersion> left = new ArrayList<>(List.of(from));
    while (!left.isEmpty()) {
      for (ModelVersion one : next.apply(left.remove(left.size() - 1))) {
        if (!one.equals(from) && seen.add(one)) {
          left.add(one);
        }
      }
    }
    return List.copyOf(seen);
  }

  /**
   * Returns the graph for people: data sets, the versions trained on each, and under each version
   * those that were made from it.
   *
   * @return a report of one table; {@code toText()} or {@code toHtml()} renders it
   */
  public Report toReport() {
    return GraphReport.of(this);
  }

  /** Returns how many versions there are. */
  @Override
  public String toString() {
    return "Lineage of " + nodes.size() + (nodes.size() == 1 ? " version" : " versions");
  }
}
