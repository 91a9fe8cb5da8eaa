package io.mlops4j.pipeline;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.field.expression.Always;
import com.cronutils.model.field.expression.Every;
import com.cronutils.model.field.expression.FieldExpression;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.mlops4j.core.Text;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * When a cron line fires, in a zone. cron-utils only ever sees local times without a zone; what
 * clocks that are turned do to them is decided here, once:
 *
 * <ul>
 *   <li>a local time that is skipped fires as much later as the gap is long (02:30 becomes 03:30),
 *       once, even if that is another of the line's times;
 *   <li>a local time that comes twice fires the first time; a line that fires every hour or every
 *       few hours ({@code *} or {@code *}{@code /n} as its hour) fires both times.
 * </ul>
 *
 * <p>Intervals between neighbouring times are without gap and overlap whatever clocks do. Immutable
 * and thread-safe.
 */
final class CronSchedule {
  private static final Duration TURN = Duration.ofHours(26);
  private final String line;
  private final ZoneId zone;
  private final ExecutionTime times;
  private final boolean everyHour;

  private CronSchedule(String line, ZoneId zone, ExecutionTime times, boolean everyHour) {
    this.line = line;
    this.zone = zone;
    this.times = times;
    this.everyHour = everyHour;
  }

  static CronSchedule of(String line, ZoneId zone) {
    Cron cron;
    try {
      cron =
          new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX))
              .parse(line)
              .validate();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "cron: \""
              + Text.printable(line, 100)
              + "\" (expected: minute hour day-of-month month day-of-week, such as \"0 3 * * 1\"): "
              + Text.printable(String.valueOf(e.getMessage()), 200),
          e);
    }
    ExecutionTime times = ExecutionTime.forCron(cron);
    FieldExpression hour = cron.retrieve(CronFieldName.HOUR).getExpression();
    CronSchedule schedule =
        new CronSchedule(line, zone, times, hour instanceof Always || hour instanceof Every);
    // The 30th of February parses, and never comes.
    ZonedDateTime any = LocalDateTime.of(2000, 1, 1, 0, 0).atZone(ZoneOffset.UTC);
    if (times.nextExecution(any).isEmpty()) {
      throw new IllegalArgumentException(
          "cron: \"" + line + "\" never fires (expected: a day that exists)");
    }
    return schedule;
  }

  /** The last time at or before a moment. */
  Optional<Instant> lastAt(Instant moment) {
    return Optional.ofNullable(around(moment, false).floor(moment));
  }

  /** The first time after a moment. */
  Optional<Instant> nextAfter(Instant moment) {
    return Optional.ofNullable(around(moment, true).higher(moment));
  }

  /** The interval that ends when the schedule fires. */
  Optional<Interval> endingAt(Instant fire) {
    return lastAt(fire.minusNanos(1)).map(before -> new Interval(before, fire));
  }

  /** The intervals within a range, at most so many and one more. */
  List<Interval> intervals(Interval range, int most) {
    List<Interval> result = new ArrayList<>();
    Optional<Instant> from = nextAfter(range.from().minusNanos(1));
    while (from.isPresent() && result.size() <= most) {
      Optional<Instant> to = nextAfter(from.get());
      if (to.isEmpty() || to.get().isAfter(range.to())) {
        break;
      }
      result.add(new Interval(from.get(), to.get()));
      from = to;
    }
    return result;
  }

  /**
   * The times near a moment: at least one on the wanted side, and all within a day if clocks are
   * turned then, because local times are not in the order of instants there.
   */
  private NavigableSet<Instant> around(Instant moment, boolean forward) {
    ZoneRules rules = zone.getRules();
    LocalDateTime local = LocalDateTime.ofInstant(moment, zone);
    ZoneOffsetTransition turn = rules.nextTransition(moment.minus(TURN));
    boolean turned = turn != null && turn.getInstant().isBefore(moment.plus(TURN));
    LocalDateTime from = turned ? local.minusHours(4) : local;
    LocalDateTime to = turned ? local.plusHours(4) : local;
    NavigableSet<Instant> found = new TreeSet<>();
    // Local times do not know the zone: UTC stands for none.
    ZonedDateTime at =
        forward
            ? from.atZone(ZoneOffset.UTC).minusNanos(1)
            : to.atZone(ZoneOffset.UTC).plusNanos(1);
    boolean enough = false;
    while (!enough) {
      Optional<ZonedDateTime> next = forward ? times.nextExecution(at) : times.lastExecution(at);
      if (next.isEmpty()) {
        return found;
      }
      at = next.get();
      found.addAll(instants(at.toLocalDateTime()));
      enough =
          forward
              ? found.higher(moment) != null && !at.toLocalDateTime().isBefore(to)
              : found.floor(moment) != null && !at.toLocalDateTime().isAfter(from);
    }
    return found;
  }

  private List<Instant> instants(LocalDateTime local) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    Instant first = ZonedDateTime.ofLocal(local, zone, null).toInstant();
    return offsets.size() < 2 || !everyHour
        ? List.of(first)
        : List.of(first, local.toInstant(offsets.get(1)));
  }

  @Override
  public String toString() {
    return line + " " + zone;
  }
}
