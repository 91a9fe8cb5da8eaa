package io.mlops4j.registry;

import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.core.SchemaBuilder;
import io.mlops4j.core.Text;
import io.mlops4j.registry.CanServe.Answer;
import io.mlops4j.registry.FleetInstance.Column;
import io.mlops4j.registry.FleetInstance.Reader;
import io.mlops4j.registry.FleetInstance.Rows;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What decides whether a version can be loaded for some rows. The decision is the loaders': an
 * encoding is bound to the announced features by the code that binds it when loading, and without
 * one the signatures must be equal.
 */
record Servable(
    ModelVersion version,
    String format,
    Optional<InputEncoding> encoding,
    Optional<String> signature) {

  static Servable of(ModelVersion version, ModelArtifact artifact) {
    return new Servable(version, artifact.format(), artifact.encoding(), artifact.signature());
  }

  CanServe by(FleetInstance instance) {
    Optional<Reader> reader =
        instance.readers().stream().filter(r -> r.formats().contains(format)).findFirst();
    if (reader.isEmpty()) {
      return no(instance, "it has the format " + shown(format) + "; " + reads(instance) + ".");
    }
    if (reader.get().rows().isEmpty()) {
      return new CanServe(
          Answer.UNKNOWN,
          instance.id()
              + " does not say what its rows are, so nobody can tell whether it can serve "
              + version
              + ". Let its ModelLoader answer schema().");
    }
    Rows rows = reader.get().rows().get();
    return encoding.isPresent() ? bound(instance, encoding.get(), rows) : unencoded(instance, rows);
  }

  private static String reads(FleetInstance instance) {
    Set<String> formats = new TreeSet<>();
    instance.readers().forEach(reader -> formats.addAll(reader.formats()));
    return instance.id() + " reads " + (formats.isEmpty() ? "none" : String.join(", ", formats));
  }

  private CanServe bound(FleetInstance instance, InputEncoding columns, Rows rows) {
    Set<String> names = rows.columns().stream().map(Column::name).collect(Collectors.toSet());
    List<String> missing =
        columns.columns().stream()
            .map(EncodedColumn::feature)
            .distinct()
            .filter(feature -> !names.contains(feature))
            .map(Servable::shown)
            .toList();
    if (!missing.isEmpty()) {
      return no(
          instance,
          "it reads "
              + String.join(", ", missing)
              + ", which rows of "
              + describe(rows)
              + " lack.");
    }
    try {
      columns.bind(schema(rows));
    } catch (MlopsException e) {
      return no(instance, String.valueOf(e.getMessage()));
    }
    return yes(instance);
  }

  private CanServe unencoded(FleetInstance instance, Rows rows) {
    if (!rows.asTheyAre() && rows.byName()) {
      return named(instance, rows);
    }
    if (!rows.asTheyAre()) {
      return no(
          instance,
          "it stores no encoding, and without one rows of " + describe(rows) + " do not fit.");
    }
    if (signature.isEmpty()) {
      return new CanServe(
          Answer.UNKNOWN,
          version
              + " stores neither encoding nor signature, so nobody can tell whether "
              + instance.id()
              + " can serve it. Register versions with one of the two.");
    }
    return signature.get().equals(rows.signature())
        ? yes(instance)
        : no(
            instance,
            "it was trained on rows with signature "
                + Text.printable(signature.get(), 12)
                + " and stores no encoding; rows of "
                + describe(rows)
                + " have signature "
                + Text.printable(rows.signature(), 12)
                + ".");
  }

  /** Trained on the same rows it fits them; of other rows only its files tell what it reads. */
  private CanServe named(FleetInstance instance, Rows rows) {
    return signature.isPresent() && signature.get().equals(rows.signature())
        ? yes(instance)
        : new CanServe(
            Answer.UNKNOWN,
            version
                + " stores no encoding, and only its files tell which features it reads by name, so"
                + " nobody can tell whether "
                + instance.id()
                + " can serve it with rows of "
                + describe(rows)
                + ". Register versions with an encoding, or with the signature of these rows.");
  }

  private CanServe yes(FleetInstance instance) {
    return new CanServe(Answer.YES, instance.id() + " can serve " + version + ".");
  }

  private CanServe no(FleetInstance instance, String why) {
    return new CanServe(Answer.NO, instance.id() + " cannot serve " + version + ": " + why);
  }

  private static String describe(Rows rows) {
    return rows.type()
        + rows.columns().stream().map(Column::name).collect(Collectors.joining(", ", "(", ")"));
  }

  private static String shown(String name) {
    return Text.printable(name, 64);
  }

  /** The announced features as a schema: enough to bind to, with nothing to read. */
  static Schema<Object> schema(Rows rows) {
    SchemaBuilder<Object> schema = Schema.builder(rows.type());
    for (Column column : rows.columns()) {
      switch (column.kind()) {
        case NUMERIC -> schema.numeric(column.name(), row -> Double.NaN);
        case TIME -> schema.time(column.name(), row -> Double.NaN);
        case CATEGORICAL -> schema.categorical(column.name(), row -> null);
        case TEXT -> schema.text(column.name(), row -> null);
        // A vector of undeclared length binds like any other.
        case VECTOR -> schema.vector(column.name(), Math.max(1, column.length()), row -> null);
      }
    }
    Schema<Object> built = schema.build();
    for (Column column : rows.columns()) {
      if (column.definition().isPresent()) {
        built = built.withDefinition(column.name(), column.definition().get());
      }
    }
    return built;
  }
}
