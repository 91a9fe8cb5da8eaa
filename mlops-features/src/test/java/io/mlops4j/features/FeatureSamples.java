package io.mlops4j.features;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.PublicMethods;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.Dataset;
import io.mlops4j.features.Clicks.Click;
import io.mlops4j.features.Clicks.Row;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import javax.sql.DataSource;

/** An object of each public type of this module, and arguments for its methods. */
final class FeatureSamples {
  private static final FeatureView<Click, String> VIEW = Clicks.view(null);
  private static final List<Click> CLICKS = Clicks.events(1, 30);
  private static final List<Row> ROWS = Clicks.rows(1, 20);
  private static final Baseline BASELINE = Baseline.fit(Clicks.ROW, ROWS::stream);

  private FeatureSamples() {}

  static PublicMethods methods() {
    PublicMethods methods = new PublicMethods(FeatureView.class);
    Function<Object, Object> same = any -> any;
    ToDoubleFunction<Object> half = any -> 0.5;
    Consumer<Object> nobody = any -> {};
    return stores(methods)
        .sample(Function.class, () -> same)
        .sample(ToDoubleFunction.class, () -> half)
        .sample(Consumer.class, () -> nobody)
        .sample(MeterRegistry.class, SimpleMeterRegistry::new)
        .sample(ZoneId.class, () -> ZoneOffset.UTC)
        .sample(Path.class, () -> Path.of("target"))
        .sample(Time.class, FeatureSamples::time)
        .sample(Schema.class, () -> Clicks.ROW)
        .sample(Baseline.class, () -> BASELINE)
        .sample(Dataset.class, () -> Clicks.dataset(CLICKS))
        .sample(Entity.class, () -> Clicks.USER)
        .sample(Aggregate.class, () -> Aggregate.count())
        .sample(Window.class, () -> Window.within(Duration.ofHours(1)))
        .sample("new Window: span", () -> Optional.of(Duration.ofHours(1)))
        .sample("new Window: events", OptionalInt::empty)
        .sample(FeatureView.class, () -> VIEW)
        .sample(FeatureViewBuilder.class, FeatureSamples::builder)
        .sample(FeatureSet.class, () -> Clicks.set(VIEW))
        .sample("OnlineFeatures.row: row", () -> new Row("u1", Clicks.START, 1))
        .sample("ServingSkew.add: row", () -> new Row("u1", Clicks.START, 1))
        .sample("OnlineView.read: key", () -> "u1")
        .sample("FeatureSet.with: prefix", () -> "y")
        .sample("FeatureSet.join: rows", () -> Dataset.of(Clicks.ROW, ROWS))
        .sample(
            "PointInTimeJoin.differences: served",
            () -> join().events(VIEW, Clicks.dataset(CLICKS)).dataset())
        .sample(PointInTimeJoin.class, FeatureSamples::join)
        .sample(FeatureRow.class, FeatureSamples::row)
        .sample(FeatureValues.class, () -> row().of("clicks"))
        .sample("FeatureRow.of: view", () -> "clicks")
        .sample("FeatureRow.number: feature", () -> "count")
        .sample("FeatureValues.number: feature", () -> "count")
        .sample("FeatureValues.text: feature", () -> "lastPage")
        .sample(ServingSkew.class, () -> ServingSkew.against(BASELINE, Clicks.ROW));
  }

  private static PublicMethods stores(PublicMethods methods) {
    org.h2.jdbcx.JdbcDataSource database = new org.h2.jdbcx.JdbcDataSource();
    database.setURL("jdbc:h2:mem:asked;DB_CLOSE_DELAY=-1");
    return methods
        .sample(DataSource.class, () -> database)
        .sample(OnlineStore.class, () -> OnlineStore.inMemory(1 << 20, time()))
        .sample("OnlineStore.jdbc: table", () -> "features")
        .sample(
            OnlineView.class,
            () -> OnlineView.of(VIEW, OnlineStore.inMemory(1 << 20, time()), time()))
        .sample(OnlineFeatures.class, () -> online());
  }

  static VirtualTime time() {
    return VirtualTime.startingAt(Clicks.START);
  }

  static FeatureViewBuilder<Click, String> builder() {
    return FeatureView.named("clicks", Clicks.USER, Clicks.CLICK, Click::user);
  }

  private static PointInTimeJoin<Row> join() {
    return Clicks.set(VIEW).join(Dataset.of(Clicks.ROW, ROWS));
  }

  private static OnlineFeatures<Row> online() {
    return OnlineFeatures.of(Clicks.set(VIEW), OnlineStore.inMemory(1 << 20, time()), time());
  }

  private static FeatureRow<Row> row() {
    return online().row(new Row("u1", Clicks.START, 1));
  }
}
