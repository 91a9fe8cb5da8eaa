package io.mlops4j.drift.alert;

import io.mlops4j.core.Text;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes one line per event. */
final class LoggingSink implements AlertSink {
  private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);
  private static final int LONGEST = 4_000;

  @Override
  public void send(AlertEvent event) {
    String evidence = Text.printable(event.evidence(), LONGEST);
    if (event.status() == AlertEvent.Status.FIRING) {
      LOG.warn("[{}] {} {} fires: {}", event.severity(), event.group(), event.alert(), evidence);
    } else {
      LOG.info(
          "[{}] {} {} is resolved. It was: {}",
          event.severity(),
          event.group(),
          event.alert(),
          evidence);
    }
  }

  @Override
  public String name() {
    return "log";
  }
}
