package io.mlops4j.examples.featurestore;

import java.time.Instant;

/**
 * What is known of a flight once it has landed.
 *
 * @param flight its number
 * @param origin airport code
 * @param departed when it took off
 * @param landed when it landed: from then on its delay is known
 * @param delayMinutes arrival delay, negative if early
 */
public record Landing(
    String flight, String origin, Instant departed, Instant landed, int delayMinutes) {
  /** Beyond this a flight is called delayed, as the US Department of Transportation does. */
  static final int DELAYED_MINUTES = 15;

  double late() {
    return delayMinutes > DELAYED_MINUTES ? 1 : 0;
  }
}
