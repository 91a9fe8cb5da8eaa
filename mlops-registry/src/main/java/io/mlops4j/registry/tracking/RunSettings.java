package io.mlops4j.registry.tracking;

import io.mlops4j.core.Elements;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a run begins.
 *
 * @param name what people call it; need not be unique
 * @param owner who owns it; empty means {@link TrackingOptions#owner()}
 * @param parent the id of the run it is a part of, such as a search
 * @param seed what its random numbers start from; empty draws one, which is recorded as well
 * @param tags free labels
 */
public record RunSettings(
    String name,
    Optional<String> owner,
    Optional<String> parent,
    OptionalLong seed,
    SortedMap<String, String> tags) {
  /** Checks the texts and copies the tags. */
  public RunSettings {
    Objects.requireNonNull(tags, "tags");
    Names.line("run name", name);
    owner.ifPresent(who -> Names.line("owner", who));
    parent.ifPresent(Names::runId);
    Objects.requireNonNull(seed, "seed");
    tags = Elements.sortedMap("tags", tags);
    tags.forEach(
        (key, value) -> Names.value("tag", Names.name("tag", key), value, Names.MAX_VALUE));
  }

  /**
   * Returns settings with a name and nothing else.
   *
   * @param name one line
   * @return a start for the {@code with} methods
   */
  public static RunSettings named(String name) {
    return new RunSettings(
        name, Optional.empty(), Optional.empty(), OptionalLong.empty(), new TreeMap<>());
  }

  /**
   * Returns a copy with an owner.
   *
   * @param who one line
   * @return the copy
   */
  public RunSettings withOwner(String who) {
    Objects.requireNonNull(who, "who");
    return new RunSettings(name, Optional.of(who), parent, seed, tags);
  }

  /**
   * Returns a copy with a parent run of the same experiment.
   *
   * @param runId its id
   * @return the copy
   */
  public RunSettings withParent(String runId) {
    Objects.requireNonNull(runId, "runId");
    return new RunSettings(name, owner, Optional.of(runId), seed, tags);
  }

  /**
   * Returns a copy with a seed.
   *
   * @param value any number
   * @return the copy
   */
  public RunSettings withSeed(long value) {
    return new RunSettings(name, owner, parent, OptionalLong.of(value), tags);
  }

  /**
   * Returns a copy with one more tag.
   *
   * @param key its name
   * @param value its value
   * @return the copy
   */
  public RunSettings withTag(String key, String value) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
    SortedMap<String, String> more = new TreeMap<>(tags);
    more.put(key, value);
    return new RunSettings(name, owner, parent, seed, more);
  }
}
