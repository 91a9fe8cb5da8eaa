package io.mlops4j.drift;

import io.mlops4j.core.Time;
import io.mlops4j.drift.log.LoggedPrediction;
import io.mlops4j.drift.log.ReportedLabel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes events to a ledger with a durable log, and once a day drops there what is old. */
final class LogRetention implements EventQueue.Destination {
  private static final Logger LOG = LoggerFactory.getLogger(LogRetention.class);
  private static final Duration PERIOD = Duration.ofDays(1);

  private final String name;
  private final QualityLedger ledger;
  private final Time time;
  private final Duration retention;
  private Instant droppedAt = Instant.MIN;

  LogRetention(String name, QualityLedger ledger, Time time, Duration retention) {
    this.name = name;
    this.ledger = ledger;
    this.time = time;
    this.retention = retention;
  }

  @Override
  public void apply(List<LoggedPrediction> predictions, List<ReportedLabel> labels) {
    ledger.apply(predictions, labels);
    // Whichever clock is behind: a replay of old days must not empty the log, nor a wrong stamp.
    Instant now = time.now();
    Instant latest = ledger.latest();
    if (latest.equals(Instant.MIN)) {
      return; // labels came before any prediction
    }
    Instant day = latest.isBefore(now) ? latest : now;
    if (droppedAt.equals(Instant.MIN) || Duration.between(droppedAt, day).compareTo(PERIOD) > 0) {
      droppedAt = day;
      try {
        ledger.dropBefore(Time.after(day, retention.negated()));
      } catch (RuntimeException e) {
        // What came is kept and counted: only tidying up failed, and is tried again tomorrow.
        LOG.warn("Quality monitor of {} could not drop what is old.", name, e);
      }
    }
  }
}
