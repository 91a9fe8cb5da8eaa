package io.mlops4j.registry.tracking;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Progress;
import io.mlops4j.registry.IntegrityException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Finds the runs of an experiment without looking at each. Everything here is derived: whoever
 * deletes it loses speed, not runs (a pack that is damaged is passed over, its runs are looked up).
 *
 * Entries: tracking/index/<experiment>/g000001/<run>.<chunks>, empty objects that say "look at this
 * run". A generation of GENERATION entries is sealed (tracking/seals/<experiment>/g000001), then its
 * runs are packed (tracking/packs/<experiment>/g000001), and nobody lists its entries again.
 *
 * No entry gets lost between a writer and whoever packs: an entry is written into generation g, then
 * the chunk, then the seal of g is looked for. Not there: the seal comes later, and whoever packs
 * lists after sealing, so it sees the entry and the chunk. There: the entry is written again into
 * the next generation. No lock; equal entries and packs of several writers do no harm.
 *
 * A run that had not ended when its generation was packed is a dash, which readers look up, and the
 * next pack takes it up once it has ended or died. Of several lines of a run the one with most
 * chunks counts; entries of unpacked generations are looked up and count more than any line.
 */
final class RunIndex {
  private static final Logger LOG = LoggerFactory.getLogger(RunIndex.class);
  static final int GENERATION = 1_000;
  private static final int LIST_EVERY = 100;
  private static final int CACHED_RUNS = 2_000;

  private final ObjectStore store;
  private final String experiment;
  private final SignsOfLife signs;

  /** Guards what follows. */
  private final Object lock = new Object();

  private final Set<Integer> damaged = ConcurrentHashMap.newKeySet();
  private final Map<Integer, List<Pack.Line>> tables = new HashMap<>();
  private final Map<String, RunChunks> opened =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RunChunks> eldest) {
          return size() > CACHED_RUNS;
        }
      };
  private int generation;
  private int entries;
  private int sinceListed;

  RunIndex(ObjectStore store, String experiment, SignsOfLife signs) {
    this.store = store;
    this.experiment = experiment;
    this.signs = signs;
  }

  /** Says that a run has news; write them next, and {@link #confirm} then. */
  int announce(String id, long chunks) {
    int into = current();
    put(into, id, chunks);
    return into;
  }

  /** Makes sure that the news are seen. */
  void confirm(String id, long chunks, int announcedIn) {
    int into = announcedIn;
    while (isSealed(into)) {
      leave(into);
      into = current();
      put(into, id, chunks);
    }
    rollIfFull();
  }

  private int current() {
    synchronized (lock) {
      if (generation == 0) {
        generation = numbers("seals").stream().reduce(0, Math::max) + 1;
        entries = store.list(entriesOf(generation)).size();
      }
      return generation;
    }
  }

  private void leave(int sealed) {
    synchronized (lock) {
      generation = generation == sealed ? 0 : generation;
    }
  }

  /** Without the lock: threads that start runs wait for the disk together. */
  private void put(int into, String id, long chunks) {
    store.putIfAbsent(entriesOf(into) + "/" + id + "." + chunks, new byte[0]);
    synchronized (lock) {
      entries += into == generation ? 1 : 0;
      sinceListed++;
    }
  }

  /** Others fill the generation, too: count again every so often. */
  private void rollIfFull() {
    synchronized (lock) {
      if (generation > 0 && sinceListed >= LIST_EVERY) {
        sinceListed = 0;
        entries = store.list(entriesOf(generation)).size();
      }
      if (entries < GENERATION || generation == 0) {
        return;
      }
      int full = generation;
      generation = 0;
      try {
        store.putIfAbsent(key("seals", full), new byte[0]);
        pack(full);
      } catch (MlopsException e) {
        // The run is written; the next writer packs what is sealed.
        LOG.warn("Experiment {}: runs were not packed; queries are slower.", experiment, e);
      }
    }
  }

  private void pack(int last) {
    NavigableSet<Integer> packed = numbers("packs");
    for (int g = 1; g <= last; g++) {
      if (packed.contains(g)) {
        continue;
      }
      Set<String> ids = ids(g);
      ids.addAll(openLines(packed));
      PackWriter pack = new PackWriter();
      for (String id : new TreeSet<>(ids)) {
        RunChunks chunks = new RunChunks(store, experiment, id);
        if (chunks.open()) {
          pack.add(signs.now(chunks.state(), chunks.last()), chunks.last());
        }
      }
      store.putIfAbsent(key("packs", g), pack.toBytes());
      packed.add(g);
    }
  }

  /** Runs that had not ended when they were packed, and have not been packed since. */
  private Set<String> openLines(Set<Integer> packed) {
    Set<String> open = new HashSet<>();
    Map<String, Pack.Line> best = best(packed);
    best.forEach(
        (id, line) -> {
          if (line.open()) {
            open.add(id);
          }
        });
    return open;
  }

  /** Is shown runs; the record is made when it is asked for. */
  interface RunConsumer {
    void accept(Row row, Supplier<RunRecord> record);
  }

  /** Shows every run, in no order. */
  void scan(RunConsumer consumer, Progress progress) {
    NavigableSet<Integer> packed = numbers("packs");
    int sealed = numbers("seals").stream().reduce(0, Math::max);
    Set<String> live = new HashSet<>();
    for (int g = sealed + 1; g >= 1; g--) {
      if (!packed.contains(g) || table(g).isEmpty()) {
        live.addAll(ids(g));
      }
    }
    Map<String, Pack.Line> best = best(packed);
    best.forEach(
        (id, line) -> {
          if (line.open()) {
            live.add(id);
          }
        });
    long total = best.keySet().stream().filter(id -> !live.contains(id)).count() + live.size();
    long done = 0;
    for (String id : live) {
      find(id).ifPresent(run -> consumer.accept(new RunRow(run), () -> run));
      progress.report("runs of " + experiment, ++done, total);
    }
    for (int g : packed.descendingSet()) {
      done += scanPack(g, best, live, consumer);
      progress.report("runs of " + experiment, done, total);
    }
  }

  private int scanPack(int g, Map<String, Pack.Line> best, Set<String> live, RunConsumer consumer) {
    List<Pack.Line> wanted =
        table(g).orElse(List.of()).stream()
            .filter(line -> line.equals(best.get(line.id())) && !live.contains(line.id()))
            .toList();
    if (!wanted.isEmpty()) {
      Pack pack = Pack.open(g, packBytes(g), what(g));
      for (Pack.Line line : wanted) {
        PackedRun run = pack.run(line);
        consumer.accept(run, run::toRecord);
      }
    }
    return wanted.size();
  }

  private Map<String, Pack.Line> best(Set<Integer> packed) {
    Map<String, Pack.Line> best = new HashMap<>();
    for (int g : packed) {
      for (Pack.Line line : table(g).orElse(List.of())) {
        // A later pack is as good: it may have closed what an earlier one left open.
        best.merge(line.id(), line, (a, b) -> b.chunks() >= a.chunks() ? b : a);
      }
    }
    return best;
  }

  /** The lines of a pack, or empty if it is damaged. */
  private Optional<List<Pack.Line>> table(int g) {
    synchronized (lock) {
      List<Pack.Line> known = tables.get(g);
      if (known != null) {
        return Optional.of(known);
      }
    }
    try {
      List<Pack.Line> lines = Pack.open(g, packBytes(g), what(g)).lines();
      synchronized (lock) {
        tables.put(g, lines);
      }
      return Optional.of(lines);
    } catch (IntegrityException e) {
      if (damaged.add(g)) {
        LOG.warn("{} is damaged; its runs are looked up one by one: {}", what(g), e.getMessage());
      }
      return Optional.empty();
    }
  }

  private byte[] packBytes(int g) {
    return store
        .get(key("packs", g))
        .orElseThrow(() -> new IntegrityException(what(g) + " is gone."));
  }

  /** A run as it is now, whatever the index says. */
  Optional<RunRecord> find(String id) {
    synchronized (lock) {
      RunChunks chunks = opened.get(id);
      if (chunks != null) {
        chunks.catchUp();
      } else {
        chunks = new RunChunks(store, experiment, id);
        if (!chunks.open()) {
          return Optional.empty();
        }
        opened.put(id, chunks);
      }
      return Optional.of(signs.now(chunks.state(), chunks.last()));
    }
  }

  /** The runs that entries and packs name, and how many chunks each had at least. */
  Map<String, Long> counts() {
    Map<String, Long> counts = new HashMap<>();
    for (String key : store.list("tracking/index/" + experiment)) {
      String chunks = key.substring(key.lastIndexOf('.') + 1);
      counts.merge(idOf(key), chunks.matches("\\d{1,10}") ? Long.parseLong(chunks) : 0, Math::max);
    }
    best(numbers("packs")).forEach((id, line) -> counts.merge(id, line.chunks(), Math::max));
    return counts;
  }

  private Set<String> ids(int g) {
    Set<String> ids = new HashSet<>();
    for (String key : store.list(entriesOf(g))) {
      ids.add(idOf(key));
    }
    return ids;
  }

  private static String idOf(String entry) {
    String name = entry.substring(entry.lastIndexOf('/') + 1);
    return name.substring(0, Math.max(0, name.indexOf('.')));
  }

  private boolean isSealed(int g) {
    return store.get(key("seals", g)).isPresent();
  }

  private NavigableSet<Integer> numbers(String kind) {
    TreeSet<Integer> numbers = new TreeSet<>();
    List<String> keys = new ArrayList<>(store.list("tracking/" + kind + "/" + experiment));
    for (String key : keys) {
      String name = key.substring(key.lastIndexOf('/') + 1);
      if (name.matches("g\\d{6}")) {
        numbers.add(Integer.parseInt(name.substring(1)));
      }
    }
    return numbers;
  }

  private String entriesOf(int g) {
    return key("index", g);
  }

  private String key(String kind, int g) {
    return String.format(Locale.ROOT, "tracking/%s/%s/g%06d", kind, experiment, g);
  }

  private String what(int g) {
    return "pack " + g + " of experiment " + experiment;
  }
}
