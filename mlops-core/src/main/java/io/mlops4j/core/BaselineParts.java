package io.mlops4j.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reference counts of parts of the training rows.
 *
 * @param season what slots are, or null
 * @param slots counts per slot, or null
 * @param segments in order
 * @param members counts per segment, or null
 */
record BaselineParts(
    @Nullable Season season,
    @Nullable Strata slots,
    List<Segment> segments,
    @Nullable Strata members) {
  static final BaselineParts NONE = new BaselineParts(null, null, List.of(), null);

  BaselineParts {
    segments = List.copyOf(segments);
  }

  /**
   * Slots and segments are counted live, too: other ones do not merge. Nothing if there are none.
   */
  void identify(StringBuilder identity) {
    if (season != null) {
      identity.append("season ").append(season.cycle()).append(' ').append(season.zone());
      identity.append('\n');
    }
    for (Segment segment : segments) {
      String name = segment.name();
      identity.append("segment ").append(name.length()).append(':').append(name).append('|');
      identity.append(segment.feature() == null ? "" : segment.feature());
      identity.append('|').append(segment.cells()).append('\n');
    }
  }
}
