package io.mlops4j.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.PublicMethods;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Numbers, durations, instants, texts, lists and arrays that nobody should give, one at a time in
 * place of each argument of each public method, record and constructor of this module.
 */
@Timeout(20)
class BadInputTest {
  private static final PublicMethods METHODS = FeatureSamples.methods();

  static Stream<PublicMethods.Place> places() {
    return METHODS.places().filter(place -> !PublicMethods.badValues(place).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("places")
  void everyArgument_bad_worksOrSaysWhatIsAllowed(PublicMethods.Place place) throws Exception {
    assertThat(METHODS.faults(place)).isEmpty();
  }

  /** The control: it does ask what there is. */
  @Test
  void places_ofThisModule_areMany() {
    assertThat(places()).hasSizeGreaterThan(60);
  }

  @Test
  void replace_expiresAtTheEndsOfTime_isKeptOrOver() {
    org.h2.jdbcx.JdbcDataSource database = new org.h2.jdbcx.JdbcDataSource();
    database.setURL("jdbc:h2:mem:ends;DB_CLOSE_DELAY=-1");
    for (OnlineStore store :
        List.of(
            OnlineStore.inMemory(1 << 20, FeatureSamples.time()),
            OnlineStore.jdbc(database, "ends", FeatureSamples.time()))) {
      assertThat(store.replace("t", "kept", null, new byte[1], Instant.MAX)).isTrue();
      assertThat(store.replace("t", "over", null, new byte[1], Instant.MIN)).isTrue();
      assertThat(store.get("t", "kept")).isPresent();
      assertThat(store.get("t", "over")).isEmpty();
      store.close();
    }
  }
}
