package io.mlops4j.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * aliases/<model>/<alias>/<number>.json: creating the next number exclusively is the
 * compare-and-swap, and the last record that can be read says where the alias points, 0 for
 * nowhere. A torn record keeps its number and is passed over. An alias is no promotion, so the
 * model's log knows nothing of it.
 */
final class AliasBook {
  private static final Logger LOG = LoggerFactory.getLogger(AliasBook.class);
  private static final Pattern NAME = Pattern.compile("[a-z0-9_-][a-z0-9._-]{0,63}");
  private static final int MAX_ATTEMPTS = 1_000;

  private final String model;
  private final ObjectStore store;
  private final RegistryOptions options;

  AliasBook(String model, ObjectStore store, RegistryOptions options) {
    this.model = model;
    this.store = store;
    this.options = options;
  }

  static String requireName(String alias) {
    if (!NAME.matcher(alias).matches() || alias.equals("production")) {
      throw new IllegalArgumentException(
          "alias: \""
              + Text.printable(alias, 64)
              + "\" (expected: 1 to 64 of a-z 0-9 . _ -, not starting with a dot, and not"
              + " production, which only a promotion moves)");
    }
    return alias;
  }

  /** Returns the version's number, or 0. */
  int read(String alias) {
    List<String> keys = keys(alias);
    for (int i = keys.size() - 1; i >= 0; i--) {
      Optional<Integer> version = version(keys.get(i));
      if (version.isPresent()) {
        return version.get();
      }
    }
    return 0;
  }

  /** Empty if its writer died, or it was damaged since; what cannot be read now is neither. */
  private Optional<Integer> version(String key) {
    byte[] bytes;
    try {
      bytes = store.get(key).orElseThrow(() -> new IntegrityException(key + " is gone."));
    } catch (IntegrityException e) {
      LOG.debug("Alias {}: the record before it counts.", key, e);
      return Optional.empty();
    }
    try {
      return Optional.of(Json.parse(bytes, key).path("version").asInt());
    } catch (MlopsException e) {
      LOG.debug("Alias {}: the record before it counts.", key, e);
      return Optional.empty();
    }
  }

  SortedMap<String, Integer> all() {
    SortedMap<String, Integer> aliases = new TreeMap<>();
    for (String key : store.list("aliases/" + model)) {
      String alias = key.split("/")[2];
      if (!aliases.containsKey(alias)) {
        aliases.put(alias, read(alias));
      }
    }
    aliases.values().removeIf(number -> number == 0);
    return aliases;
  }

  void write(String alias, int number, String reason) {
    ObjectNode json = Json.object();
    json.put("v", LogRecord.FORMAT);
    json.put("alias", alias);
    json.put("version", number);
    json.put("reason", Text.printable(reason, 2000));
    json.put("by", Text.printable(options.actor(), 256));
    json.put("at", options.time().now().toString());
    byte[] record = Json.canonical(json);
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      int next = keys(alias).size() + 1;
      String key = key(alias, next);
      if (store.putIfAbsent(key, record)) {
        return;
      }
    }
    throw new MlopsException(
        "Alias " + alias + " of " + model + ": gave up after losing " + MAX_ATTEMPTS + " races.");
  }

  /**
   * Returns what is wrong with the aliases, but for damaged objects: whoever reads every object
   * says so.
   */
  List<Problem> verify(ModelLog log) {
    List<Problem> problems = new ArrayList<>();
    Map<String, Integer> expected = new HashMap<>();
    int versions;
    try {
      versions = log.read(state -> state.versions().size());
    } catch (IntegrityException e) {
      // The log is corrupt; whoever verifies the log says so.
      return problems;
    }
    for (String key : store.list("aliases/" + model)) {
      String alias = key.split("/")[2];
      int number = expected.merge(alias, 1, Integer::sum);
      if (!key.equals(key(alias, number))) {
        problems.add(new Problem(key, "A record before it was deleted: " + key(alias, number)));
        return problems;
      }
      wrong(key, alias, versions).ifPresent(what -> problems.add(new Problem(key, what)));
    }
    return problems;
  }

  private Optional<String> wrong(String key, String alias, int versions) {
    try {
      JsonNode json = Json.parse(store.get(key).orElseThrow(), key);
      int version = json.path("version").asInt(-1);
      if (!json.path("alias").asText().equals(alias)) {
        return Optional.of("It says it is about " + json.path("alias") + ".");
      }
      return version < 0 || version > versions
          ? Optional.of("It names version " + version + "; there are " + versions + ".")
          : Optional.empty();
    } catch (IntegrityException e) {
      return Optional.empty();
    } catch (MlopsException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private List<String> keys(String alias) {
    return store.list(folder(alias));
  }

  private String key(String alias, int number) {
    return String.format(Locale.ROOT, "%s/%06d.json", folder(alias), number);
  }

  private String folder(String alias) {
    return "aliases/" + model + "/" + alias;
  }
}
