package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ElementsTest {
  @Test
  void list_withANull_isRefusedByNameAndIndex() {
    assertThatNullPointerException()
        .isThrownBy(() -> Elements.list("parents", Arrays.asList("a", null)))
        .withMessage("parents[1]: null (expected: no nulls in it)");
    assertThatNullPointerException()
        .isThrownBy(() -> Elements.list("gates", new String[1]))
        .withMessage("gates[0]: null (expected: no nulls in it)");
  }

  @Test
  void list_ofWhatChangesLater_doesNot() {
    List<String> mine = new ArrayList<>(List.of("a"));
    List<String> copy = Elements.list("parents", mine);
    mine.add("b");
    assertThat(copy).containsExactly("a");
    assertThat(Elements.list("parents", copy)).as("copied once").isSameAs(copy);
  }

  @Test
  void sortedMap_keepsItsOrder_andRefusesNulls() {
    SortedMap<String, Integer> mine = new TreeMap<>(Comparator.reverseOrder());
    mine.put("a", 1);
    mine.put("b", 2);
    SortedMap<String, Integer> copy = Elements.sortedMap("tags", mine);
    mine.clear();
    assertThat(copy.keySet()).containsExactly("b", "a");
    assertThatNullPointerException()
        .isThrownBy(
            () -> Elements.sortedMap("tags", new TreeMap<>(Collections.singletonMap("x", null))))
        .withMessage("tags[x]: null (expected: no nulls in it)");
    assertThatNullPointerException()
        .isThrownBy(() -> Elements.requireNoNulls("tags", Collections.singletonMap(null, 1)))
        .withMessage("tags: a null key (expected: no nulls in it)");
  }

  /** No clock of nanoseconds comes that far; it must not come round from the other side either. */
  @Test
  void schedule_inVirtualTimeBeyondItsClock_isNeverDue() {
    VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
    List<String> ran = new ArrayList<>();
    time.advance(Duration.ofDays(1));
    time.schedule(Duration.ofSeconds(Long.MAX_VALUE), () -> ran.add("endless"));
    time.schedule(Duration.ofSeconds(Long.MIN_VALUE), () -> ran.add("now"));
    time.advance(Duration.ofDays(365));
    assertThat(ran).containsExactly("now");
  }
}
