package io.mlops4j.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Text;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/*
 * policies/<digest of the name>/<number>.json, each holding the digest of the record before it:
 * creating the next number exclusively is the compare-and-swap. The policy itself is a blob under
 * its own digest. A torn record keeps its number and is passed over.
 */
final class PolicyBook {
  private static final int MAX_ATTEMPTS = 1_000;
  private static final int NAME_DIGITS = 32;

  private final ObjectStore store;
  private final Blobs blobs;
  private final RegistryOptions options;
  private final ConcurrentHashMap<String, PolicyVersion> known = new ConcurrentHashMap<>();

  PolicyBook(ObjectStore store, RegistryOptions options) {
    this.store = store;
    this.blobs = new Blobs(store);
    this.options = options;
  }

  /** The version of this content; stores it if it is new. */
  PolicyVersion publish(GatePolicy policy) {
    String digest = policy.digest();
    PolicyVersion seen = known.get(digest);
    if (seen != null) {
      return seen;
    }
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      Pages pages = read(policy.name());
      Optional<PolicyVersion> there =
          pages.versions().stream().filter(v -> v.digest().equals(digest)).findFirst();
      if (there.isPresent() || written(policy, digest, pages)) {
        PolicyVersion version = there.orElseGet(() -> last(read(policy.name()).versions(), digest));
        known.putIfAbsent(digest, version);
        return version;
      }
    }
    throw new MlopsException(
        "Policy " + policy.name() + ": gave up after losing " + MAX_ATTEMPTS + " races.");
  }

  private static PolicyVersion last(List<PolicyVersion> versions, String digest) {
    return versions.stream().filter(v -> v.digest().equals(digest)).findFirst().orElseThrow();
  }

  private boolean written(GatePolicy policy, String digest, Pages pages) {
    blobs.put(policy.toJson(), "policy " + policy.name());
    ObjectNode json = Json.object();
    json.put("v", LogRecord.FORMAT);
    json.put("name", policy.name());
    json.put("number", pages.next());
    json.put("digest", digest);
    json.put("prev", pages.head());
    json.put("by", Text.printable(options.actor(), 256));
    json.put("at", options.time().now().toString());
    return store.putIfAbsent(key(policy.name(), pages.next()), Json.canonical(json));
  }

  /** What is stored of one name. */
  private record Pages(List<PolicyVersion> versions, int next, String head, List<String> damage) {}

  List<PolicyVersion> versions(String name) {
    return read(name).versions();
  }

  List<Problem> verify() {
    List<Problem> problems = new ArrayList<>();
    store.list("policies").stream()
        .map(key -> key.split("/")[1])
        .distinct()
        .forEach(
            folder -> {
              Pages pages = readFolder(folder);
              String title =
                  "policy "
                      + pages.versions().stream()
                          .map(PolicyVersion::name)
                          .findFirst()
                          .orElse(folder);
              pages.damage().forEach(what -> problems.add(new Problem(title, what)));
              for (PolicyVersion version : pages.versions()) {
                if (!blobs.digestOf(version.digest()).equals(Optional.of(version.digest()))) {
                  problems.add(
                      new Problem(
                          title,
                          "Version "
                              + version.number()
                              + " is damaged or missing (digest "
                              + version.digest()
                              + ")."));
                }
              }
            });
    return problems;
  }

  private Pages read(String name) {
    return readFolder(folder(name));
  }

  private Pages readFolder(String folder) {
    List<PolicyVersion> versions = new ArrayList<>();
    List<String> damage = new ArrayList<>();
    String head = LogRecord.GENESIS;
    int next = 1;
    for (String key : store.list("policies/" + folder)) {
      int number = next++;
      byte[] bytes = bytes(key, number, damage);
      if (bytes == null) {
        continue;
      }
      try {
        ObjectNode json = Json.parse(bytes, key);
        if (!json.path("prev").asText().equals(head) || json.path("number").asInt() != number) {
          damage.add(
              "Record "
                  + number
                  + " does not follow the one before it: one of the two was changed"
                  + " or deleted.");
        }
        versions.add(version(json));
        head = Digests.sha256(bytes);
      } catch (MlopsException | DateTimeException e) {
        damage.add(torn(number));
      }
    }
    return new Pages(List.copyOf(versions), next, head, damage);
  }

  /** Null if they are torn. What cannot be read now is no damage: the next record builds on it. */
  private byte @Nullable [] bytes(String key, int number, List<String> damage) {
    try {
      return store.get(key).orElseThrow(() -> new IntegrityException(key + " is gone."));
    } catch (IntegrityException e) {
      damage.add(torn(number));
      return null;
    }
  }

  private static String torn(int number) {
    return "Record " + number + " is torn or damaged; it counts as not stored.";
  }

  private static PolicyVersion version(ObjectNode json) {
    return new PolicyVersion(
        json.path("name").asText(),
        json.path("number").asInt(),
        json.path("digest").asText(),
        json.path("by").asText(),
        Instant.parse(json.path("at").asText()));
  }

  private static String folder(String name) {
    return Digests.sha256(name.getBytes(StandardCharsets.UTF_8)).substring(0, NAME_DIGITS);
  }

  private static String key(String name, int number) {
    return String.format(Locale.ROOT, "policies/%s/%06d.json", folder(name), number);
  }
}
