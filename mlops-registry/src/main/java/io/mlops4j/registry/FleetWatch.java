package io.mlops4j.registry;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The announcements of one model: ephemeral/fleet/<model>/<session>.<number>. A session is one
 * announcement of one instance; its number grows with each renewal, and the newest counts.
 *
 * Who is alive, decided without comparing clocks wherever that is possible:
 * - A number that grew between two of our looks at most LIVE apart: alive, for LIVE by our own
 *   monotonic clock. No wall clock takes part, so clocks may jump or be hours apart.
 * - A number that has stood still for LIVE under our eyes: dead.
 * - At first sight (or when we have not looked for longer than LIVE) only wall clocks can tell:
 *   alive, for LIVE, unless the announcement is older than LIVE + CLOCKS or more than CLOCKS in the
 *   future. So who dies unseen passes for alive at a first sight up to LIVE + 2 CLOCKS later, and
 *   for LIVE from then on: 12 minutes at most.
 *
 * An owner keeps its previous announcement beside the newest for one interval: a listing that runs
 * while both a creation and a removal happen may miss what is created, but not both.
 */
final class FleetWatch {
  static final Duration RENEW = Duration.ofSeconds(20);
  static final Duration LIVE = Duration.ofSeconds(60);
  static final Duration CLOCKS = Duration.ofMinutes(5);

  private static final Logger LOG = LoggerFactory.getLogger(FleetWatch.class);
  private static final int LOOKS = 5;
  private static final Pattern KEY = Pattern.compile(".*/([0-9a-f-]{36})\\.(\\d{10})");

  private final String prefix;
  private final ObjectStore store;
  private final Time time;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Optional<FleetInstance>> contents = new HashMap<>();
  private final Map<String, Seen> seen = new HashMap<>();
  private boolean looked;
  private long lastLook;

  FleetWatch(String model, ObjectStore store, Time time) {
    this.prefix = ObjectStore.EPHEMERAL + "/fleet/" + model;
    this.store = store;
    this.time = time;
  }

  /** The newest number of a session, since when it is, and whether it was plausible then. */
  private record Seen(long number, long since, boolean plausible) {}

  String key(String session, long number) {
    return String.format(Locale.ROOT, "%s/%s.%010d", prefix, session, number);
  }

  /** Who is alive, by name. */
  List<FleetInstance> live() {
    lock.lock();
    try {
      List<FleetInstance> live = new ArrayList<>();
      look()
          .forEach(
              (session, keys) -> {
                Seen state = seen.get(session);
                if (state != null && state.plausible() && age(state) <= LIVE.toNanos()) {
                  newest(keys).ifPresent(live::add);
                }
              });
      live.sort(Comparator.comparing(FleetInstance::id).thenComparing(FleetInstance::session));
      return List.copyOf(live);
    } finally {
      lock.unlock();
    }
  }

  /** Removes what those have left who have stood still for LIVE under our eyes. */
  void forgetTheDead() {
    lock.lock();
    try {
      look()
          .forEach(
              (session, keys) -> {
                Seen state = seen.get(session);
                if (state != null && age(state) > LIVE.toNanos()) {
                  keys.values().forEach(store::remove);
                }
              });
    } finally {
      lock.unlock();
    }
  }

  /** As of the last look: one that takes long lets nobody look dead. */
  private long age(Seen state) {
    return lastLook - state.since();
  }

  private Optional<FleetInstance> newest(NavigableMap<Long, String> keys) {
    return keys.descendingMap().values().stream()
        .map(key -> contents.getOrDefault(key, Optional.empty()))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** Sessions, each with its keys by number; updates what we have seen. */
  private Map<String, NavigableMap<Long, String>> look() {
    // Before reading: what appears meanwhile must not look younger than it is.
    long now = time.nanos();
    Instant wallClock = time.now();
    Map<String, NavigableMap<Long, String>> sessions = read();
    boolean continuous = looked && now - lastLook <= LIVE.toNanos();
    seen.keySet().retainAll(sessions.keySet());
    sessions.forEach(
        (session, keys) -> {
          long number = keys.lastKey();
          Seen before = seen.get(session);
          if (before == null || (number > before.number() && !continuous)) {
            seen.put(session, new Seen(number, now, isPlausible(newest(keys), wallClock)));
          } else if (number > before.number()) {
            seen.put(session, new Seen(number, now, true));
          }
        });
    looked = true;
    lastLook = now;
    return sessions;
  }

  private static boolean isPlausible(Optional<FleetInstance> instance, Instant now) {
    return instance
        .map(FleetInstance::lastSeen)
        .filter(said -> !said.isBefore(now.minus(LIVE).minus(CLOCKS)))
        .filter(said -> !said.isAfter(now.plus(CLOCKS)))
        .isPresent();
  }

  /** Lists and reads. An object that is gone when it is read was replaced: listed again. */
  private Map<String, NavigableMap<Long, String>> read() {
    for (int attempt = 1; ; attempt++) {
      Map<String, NavigableMap<Long, String>> sessions = new TreeMap<>();
      List<String> keys = store.list(prefix);
      contents.keySet().retainAll(keys);
      boolean vanished = false;
      for (String key : keys) {
        Matcher matcher = KEY.matcher(key);
        if (matcher.matches()) {
          if (content(key)) {
            sessions
                .computeIfAbsent(matcher.group(1), session -> new TreeMap<>())
                .put(Long.parseLong(matcher.group(2)), key);
          } else {
            vanished = true;
          }
        }
      }
      if (!vanished || attempt == LOOKS) {
        return sessions;
      }
    }
  }

  /**
   * False if there is no such object any more. A damaged one is there and says nothing. One that
   * cannot be read now is an error: whoever wrote it must not look dead for that.
   */
  private boolean content(String key) {
    if (contents.containsKey(key)) {
      return true;
    }
    try {
      Optional<byte[]> bytes = store.get(key);
      if (bytes.isEmpty()) {
        return false;
      }
      contents.put(key, Optional.of(Announced.fromJson(bytes.get(), key)));
    } catch (IntegrityException e) {
      LOG.warn("Announcement {} cannot be read and is passed over; it is renewed soon.", key, e);
      contents.put(key, Optional.empty());
    }
    return true;
  }
}
