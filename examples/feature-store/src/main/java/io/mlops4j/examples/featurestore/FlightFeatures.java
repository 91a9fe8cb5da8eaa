package io.mlops4j.examples.featurestore;

import static io.mlops4j.features.Aggregate.count;
import static io.mlops4j.features.Aggregate.mean;
import static io.mlops4j.features.Window.lastEvents;
import static io.mlops4j.features.Window.within;

import io.mlops4j.core.Schema;
import io.mlops4j.features.Entity;
import io.mlops4j.features.FeatureSet;
import io.mlops4j.features.FeatureView;
import java.time.Duration;

/** Every feature of this service, declared once. */
final class FlightFeatures {
  static final Schema<Flight> FLIGHT =
      Schema.of(Flight.class).only("origin", "destination", "distance", "hour", "dayOfWeek");

  static final Entity<String> AIRPORT = Entity.of("airport", String.class);

  /** Of the flights that left an airport: known when they have landed. */
  static final FeatureView<Landing, String> DEPARTED =
      FeatureView.named("departed", AIRPORT, Schema.of(Landing.class), Landing::origin)
          .happened(Landing::departed)
          .known(Landing::landed)
          .id(Landing::flight)
          .column("late", Landing::late)
          .feature("lateShare20", mean("late"), lastEvents(20))
          .ttl(Duration.ofDays(1))
          .build();

  /** Of the same flights by when they landed: what came in during the last hour. */
  static final FeatureView<Landing, String> LANDED =
      FeatureView.named("landed", AIRPORT, Schema.of(Landing.class), Landing::origin)
          .happened(Landing::landed)
          .knownAtOnce()
          .id(Landing::flight)
          .feature("meanDelay1h", mean("delayMinutes"), within(Duration.ofHours(1)))
          .feature("landings1h", count(), within(Duration.ofHours(1)))
          .build();

  static final FeatureSet<Flight> SET =
      FeatureSet.of(FLIGHT, Flight::at).with(DEPARTED, Flight::origin).with(LANDED, Flight::origin);

  private FlightFeatures() {}
}
