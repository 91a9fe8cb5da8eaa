package io.mlops4j.registry;

import io.mlops4j.core.Digests;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Progress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads what no model's log refers to: everything else there is in a store. */
final class StoreVerification {
  private static final String BLOBS = DirectoryObjectStore.BLOBS;

  private final ObjectStore store;
  private final Progress progress;
  private final List<Problem> problems = new ArrayList<>();

  StoreVerification(ObjectStore store, Progress progress) {
    this.store = store;
    this.progress = progress;
  }

  /** What is wrong, where nobody has looked: not at these blobs, at logs, or at policies. */
  List<Problem> run(Set<String> checked) {
    Set<String> models = new HashSet<>(store.list("names"));
    Set<String> nameless = new TreeSet<>();
    List<String> keys = store.list("");
    int done = 0;
    for (String key : keys) {
      String[] parts = key.split("/", -1);
      if (key.startsWith(BLOBS)) {
        if (!checked.contains(parts[parts.length - 1])) {
          blob(key, parts[parts.length - 1]);
        }
      } else if (parts.length == 4 && parts[0].equals("models")) {
        if (!models.contains("names/" + parts[1])) {
          nameless.add(parts[1]);
        }
      } else if (!parts[0].equals("policies")) {
        object(key);
      }
      progress.report("objects", ++done, keys.size());
    }
    nameless.forEach(
        model ->
            problems.add(
                new Problem(
                    "names/" + model, "It is missing, but there is a log of " + model + ".")));
    if (store instanceof BlobStore durable) {
      durable.aside().forEach(held -> blob(BLOBS + "…", held.digest()));
      durable
          .strangers()
          .forEach(file -> problems.add(new Problem(file, "It is not of this store.")));
    }
    return problems;
  }

  private void object(String key) {
    try {
      // Empty if it was ephemeral and is gone.
      store.get(key);
    } catch (IntegrityException e) {
      problems.add(new Problem(key, e.sentence()));
    }
  }

  private void blob(String key, String digest) {
    try {
      Optional<String> actual =
          store instanceof BlobStore durable
              ? durable.blobDigest(digest)
              : store.get(key).map(Digests::sha256);
      if (actual.isPresent() && !actual.get().equals(digest)) {
        problems.add(
            new Problem("blob " + digest, "It is damaged: its digest is " + actual.get() + "."));
      }
    } catch (MlopsException e) {
      problems.add(new Problem("blob " + digest, String.valueOf(e.getMessage())));
    }
  }
}
