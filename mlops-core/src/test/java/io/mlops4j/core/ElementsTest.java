package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
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

  @Test
  void set_andMap_areCopiedOnce_andRefuseNulls() {
    Set<String> names = new HashSet<>(Set.of("a"));
    Map<String, Integer> counts = new HashMap<>(Map.of("a", 1));
    Set<String> set = Elements.set("names", names);
    Map<String, Integer> map = Elements.map("counts", counts);
    names.clear();
    counts.clear();
    assertThat(set).containsExactly("a").isUnmodifiable();
    assertThat(map).containsOnly(Map.entry("a", 1)).isUnmodifiable();
    assertThat(Elements.set("names", set)).isSameAs(set);
    assertThat(Elements.map("counts", map)).isSameAs(map);
    assertThatNullPointerException()
        .isThrownBy(() -> Elements.set("names", Collections.singleton(null)))
        .withMessage("names[0]: null (expected: no nulls in it)");
    assertThatNullPointerException()
        .isThrownBy(() -> Elements.map("counts", Collections.singletonMap("a\nb", null)))
        .withMessage("counts[a?b]: null (expected: no nulls in it)");
    assertThatNullPointerException()
        .isThrownBy(() -> Elements.map("counts", Collections.singletonMap(null, 1)))
        .withMessage("counts: a null key (expected: no nulls in it)");
  }

  @Test
  void orderedMap_keepsItsOrder_andRefusesNulls() {
    Map<String, Integer> mine = new LinkedHashMap<>();
    mine.put("z", 1);
    mine.put("a", 2);
    mine.put("m", 3);
    Map<String, Integer> copy = Elements.orderedMap("arms", mine);
    mine.clear();
    assertThat(copy.keySet()).containsExactly("z", "a", "m");
    assertThat(copy).isUnmodifiable();
    assertThatNullPointerException()
        .isThrownBy(() -> Elements.orderedMap("arms", Collections.singletonMap("z", null)))
        .withMessage("arms[z]: null (expected: no nulls in it)");
  }

  @Test
  void requireNoNulls_ofACollection_namesTheFirst() {
    List<@Nullable String> twice = Arrays.asList("a", null, "b", null);
    Elements.requireNoNulls("rows", List.of("a", "b"));
    assertThat(Elements.required("rows", 0, "a")).isEqualTo("a");
    assertThatNullPointerException()
        .isThrownBy(() -> Elements.requireNoNulls("rows", twice))
        .withMessage("rows[1]: null (expected: no nulls in it)");
    assertThatNullPointerException()
        .isThrownBy(() -> Elements.required("rows", 1L << 40, null))
        .withMessage("rows[1099511627776]: null (expected: no nulls in it)");
  }

  /** Whose fault it is shows in the name, too, where the whole argument is missing. */
  @Test
  void everything_null_isRefusedByName() {
    List<ThrowingCallable> calls =
        List.of(
            () -> Elements.list("x", ElementsTest.<List<String>>nothing()),
            () -> Elements.list("x", ElementsTest.<String[]>nothing()),
            () -> Elements.set("x", ElementsTest.<Set<String>>nothing()),
            () -> Elements.map("x", ElementsTest.<Map<String, String>>nothing()),
            () -> Elements.orderedMap("x", ElementsTest.<Map<String, String>>nothing()),
            () -> Elements.sortedMap("x", ElementsTest.<SortedMap<String, String>>nothing()),
            () -> Elements.requireNoNulls("x", ElementsTest.<Map<String, String>>nothing()),
            () -> Elements.requireNoNulls("x", ElementsTest.<List<String>>nothing()));
    for (ThrowingCallable call : calls) {
      assertThatNullPointerException().isThrownBy(call).withMessage("x");
    }
  }

  /** A list that another thread empties while it is copied: the error is not lost. */
  @Test
  void list_whoseNullIsGoneMeanwhile_stillFails() {
    List<String> changing =
        new AbstractList<>() {
          private int asked;

          @Override
          public String get(int index) {
            return asked++ == 0 ? ElementsTest.<String>nothing() : "a";
          }

          @Override
          public int size() {
            return 1;
          }
        };
    assertThatNullPointerException().isThrownBy(() -> Elements.list("x", changing));
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
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
