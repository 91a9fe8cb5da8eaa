package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompatibleSplitTest {
  // Facts from GrowthBook's cases.json, spec 0.8.0 (MIT): group "hash".
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      quoteCharacter = '`',
      value = {
        "`` a 1 0.22",
        "`` b 1 0.077",
        "b a 1 0.946",
        "ef d 1 0.652",
        "asdf 8952klfjas09ujk 1 0.549",
        "`` 123 1 0.011",
        "`` ___)((*\":& 1 0.563",
        "seed a 2 0.0505",
        "seed b 2 0.2696",
        "foo ab 2 0.2575",
        "foo def 2 0.2019",
        "89123klj 8952klfjas09ujkasdf 2 0.124",
        "90850943850283058242805 123 2 0.7516",
        "()**(%$##$%#$# ___)((*\":& 2 0.0128",
        // Not in cases.json, which is all ASCII: charCodeAt as JavaScript has it, by Python.
        "seed zo\u00eb 2 0.9207",
      })
  void growthBookHash_publishedVectors_match(
      String seed, String unit, int version, double expected) {
    assertThat(CompatibleSplit.growthBookHash(version, seed, unit)).isEqualTo(expected);
  }

  @Test
  void armIndex_reducedCoverage_hasGrowthBooksRanges() {
    // "uneven weights, reduced coverage, 3 variations": [0, .04) [.2, .26) [.5, .6), where .04 is
    // the double 0.2 * 0.2, a little above: GrowthBook lets the bucket 0.04 in, and so do we.
    CompatibleSplit split = CompatibleSplit.growthBook(2, "seed", 0.2, 0.2, 0.3, 0.5);
    for (int i = 0; i < 20_000; i++) {
      double n = CompatibleSplit.growthBookHash(2, "seed", "u" + i);
      int expected =
          n < 0.2 * 0.2
              ? 0
              : n >= 0.2 && n < 0.26 ? 1 : n >= 0.5 && n < 0.6 ? 2 : Experiment.NOT_IN;
      assertThat(split.armIndex("u" + i)).isEqualTo(expected);
    }
    assertThat(split.armIndex(null)).isEqualTo(Experiment.NOT_IN);
    assertThat(split.armIndex(" ")).isEqualTo(Experiment.NOT_IN);
  }

  @Test
  void armIndex_coverageGrows_movesNobodyWhoIsIn() {
    CompatibleSplit small = CompatibleSplit.growthBook(2, "ramp", 0.1, 0.5, 0.5);
    CompatibleSplit large = CompatibleSplit.growthBook(2, "ramp", 0.7, 0.5, 0.5);
    for (int i = 0; i < 10_000; i++) {
      int arm = small.armIndex("u" + i);
      if (arm != Experiment.NOT_IN) {
        assertThat(large.armIndex("u" + i)).isEqualTo(arm);
      }
    }
  }

  // python: int.from_bytes(hashlib.md5((salt + "-" + key).encode()).digest()[:4], "big") % shards
  @ParameterizedTest
  @CsvSource({"flag-split,alice,10000,1675", "traffic,zo\u00eb,10000,3722", "'','',7,0"})
  void eppoShard_md5_matchesPython(String salt, String subject, int shards, int expected) {
    assertThat(CompatibleSplit.eppoShard(salt, subject, shards)).isEqualTo(expected);
  }

  @Test
  void growthBook_outOfRange_throwsInsteadOfCorrecting() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CompatibleSplit.growthBook(99, "s", 1, 0.5, 0.5))
        .withMessage("version: 99 (expected: 1 or 2)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CompatibleSplit.growthBook(2, "s", 1.5, 0.5, 0.5))
        .withMessageStartingWith("coverage: 1.5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CompatibleSplit.growthBook(2, "s", 1, 0.4, 0.1))
        .withMessage("weights: sum 0.5 (expected: 0.99..1.01)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CompatibleSplit.eppoShard("s", "u", 0))
        .withMessageStartingWith("totalShards: 0");
  }
}
