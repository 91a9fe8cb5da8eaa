package io.mlops4j.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Season and segments in the document of a baseline. */
final class StrataJson {
  private StrataJson() {}

  static void write(BaselineParts parts, ObjectNode root) {
    Season season = parts.season();
    if (season != null && parts.slots() != null) {
      ObjectNode node = root.putObject("season");
      node.put("cycle", season.cycle().name().toLowerCase(Locale.ROOT));
      node.put("zone", season.zone().getId());
      write(parts.slots(), node);
    }
    if (parts.members() != null) {
      ObjectNode node = root.putObject("segments");
      ArrayNode names = node.putArray("names");
      for (Segment segment : parts.segments()) {
        ObjectNode one = names.addObject();
        one.put("name", segment.name());
        if (segment.feature() != null) {
          one.put("feature", segment.feature());
          ArrayNode cells = one.putArray("cells");
          segment.cells().forEach(cells::add);
        }
      }
      write(parts.members(), node);
    }
  }

  private static void write(Strata strata, ObjectNode node) {
    ArrayNode rows = node.putArray("rows");
    ArrayNode counts = node.putArray("counts");
    for (int s = 0; s < strata.size(); s++) {
      rows.add(strata.rows(s));
      ArrayNode stratum = counts.addArray();
      for (int f = 0; f < strata.features(); f++) {
        ArrayNode cells = stratum.addArray();
        for (long count : strata.counts(s, f)) {
          cells.add(count);
        }
      }
    }
  }

  static BaselineParts read(ObjectNode root, List<FeatureCells> features) {
    @Nullable Season season = null;
    @Nullable Strata slots = null;
    JsonNode node = root.get("season");
    if (node != null) {
      BaselineJson.require(
          BaselineJson.only(node, "cycle", "zone", "rows", "counts"), "unknown field in season");
      season = season(node);
      slots = strata(node, season.slots(), features, "season");
    }
    List<Segment> segments = new ArrayList<>();
    @Nullable Strata members = null;
    JsonNode parts = root.get("segments");
    if (parts != null) {
      BaselineJson.require(
          BaselineJson.only(parts, "names", "rows", "counts") && parts.path("names").isArray(),
          "unknown field in segments");
      parts.path("names").forEach(one -> segments.add(segment(one, features)));
      Set<String> names = new HashSet<>();
      segments.forEach(s -> BaselineJson.require(names.add(s.name()), "two segments of one name"));
      BaselineJson.require(
          segments.size() <= BaselineBuilder.MAX_SEGMENTS, segments.size() + " segments");
      members = strata(parts, segments.size(), features, "segments");
    }
    return new BaselineParts(season, slots, segments, members);
  }

  private static Season season(JsonNode node) {
    try {
      return new Season(
          Season.Cycle.valueOf(node.path("cycle").asText().toUpperCase(Locale.ROOT)),
          ZoneId.of(node.path("zone").asText()));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw BaselineJson.bad("season: cycle or zone is unknown");
    }
  }

  private static Segment segment(JsonNode node, List<FeatureCells> features) {
    BaselineJson.require(BaselineJson.only(node, "name", "feature", "cells"), "unknown field");
    String name = BaselineJson.text(node.path("name"), "a segment's name");
    BaselineJson.require(
        name.length() <= 300 && name.equals(Text.printable(name, 300)), "a segment's name");
    if (!node.has("feature")) {
      return new Segment(name, null, Set.of());
    }
    String by = BaselineJson.text(node.path("feature"), "a segment's feature");
    FeatureCells cells =
        features.stream()
            .filter(f -> f.feature().equals(by))
            .findFirst()
            .orElseThrow(() -> BaselineJson.bad("segment by an unknown feature"));
    Set<Integer> chosen = new TreeSet<>();
    for (JsonNode cell : node.path("cells")) {
      BaselineJson.require(
          cell.isInt() && cell.intValue() >= 0 && cell.intValue() < cells.size(),
          "a segment's cell");
      chosen.add(cell.intValue());
    }
    return new Segment(name, by, chosen);
  }

  private static Strata strata(JsonNode node, int size, List<FeatureCells> features, String what) {
    JsonNode rows = node.path("rows");
    JsonNode counts = node.path("counts");
    BaselineJson.require(rows.size() == size && counts.size() == size, what + ": wrong length");
    long[] perStratum = new long[size];
    long[][][] all = new long[size][features.size()][];
    for (int s = 0; s < size; s++) {
      perStratum[s] = BaselineJson.count(rows.get(s), what + ".rows");
      BaselineJson.require(
          counts.get(s).size() == features.size(), what + ": counts for other features");
      for (int f = 0; f < features.size(); f++) {
        JsonNode cells = counts.get(s).get(f);
        BaselineJson.require(
            cells.isArray() && cells.size() == features.get(f).size(),
            what + ": counts for other cells");
        all[s][f] = new long[cells.size()];
        for (int c = 0; c < all[s][f].length; c++) {
          all[s][f][c] = BaselineJson.count(cells.get(c), what + ".counts");
        }
        BaselineJson.require(
            BaselineJson.sum(all[s][f]) == perStratum[s], what + ": counts do not sum to rows");
      }
    }
    return new Strata(perStratum, all);
  }
}
