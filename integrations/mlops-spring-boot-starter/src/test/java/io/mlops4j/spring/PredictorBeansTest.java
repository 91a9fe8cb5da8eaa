package io.mlops4j.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Check;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.PinnableSource;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Schema;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.serving.Predictor;
import io.mlops4j.spring.Models.ConstantLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Timeout(300)
class PredictorBeansTest {
  @TempDir Path directory;

  private ApplicationContextRunner runner;

  @BeforeEach
  void aRegistryWithThreeModels() {
    Models.promote(directory, "flight-delay", Models.trees());
    Models.promote(directory, "constant-delay", Models.constant(0.25));
    Models.promote(directory, "fraud", Models.constant(0.5));
    runner =
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(MlopsAutoConfiguration.class))
            .withPropertyValues(
                "mlops.registry.directory=" + directory,
                "mlops.predictors.flightDelay.model=flight-delay",
                "mlops.predictors.flightDelay.row-type=io.mlops4j.spring.Flight");
  }

  @Configuration(proxyBeanMethods = false)
  static class Constants {
    @Bean
    ModelLoader<Payment, Double> payments() {
      return new ConstantLoader<>(Schema.of(Payment.class));
    }

    @Bean
    ModelLoader<Flight, Double> flights() {
      return new ConstantLoader<>(Schema.of(Flight.class));
    }
  }

  private static String[] fraud() {
    return new String[] {
      "mlops.predictors.fraud.row-type=io.mlops4j.spring.Payment",
    };
  }

  /** Injects by type alone. */
  static class Risks {
    final Predictor<Flight, Double> flights;
    final Predictor<Payment, Double> payments;

    Risks(Predictor<Flight, Double> flights, Predictor<Payment, Double> payments) {
      this.flights = flights;
      this.payments = payments;
    }
  }

  @Test
  void predictor_fromProperties_answersAsTheModelDoes() {
    runner.run(
        context -> {
          assertThat(context).hasNotFailed();
          Predictor<?, ?> predictor = context.getBean("flightDelay", Predictor.class);
          assertThat(predictor.version()).contains(new ModelVersion("flight-delay", 1));
          assertThat(context).hasSingleBean(ModelRegistry.class);
          assertThat(context.getBean("flightDelayModel")).isInstanceOf(RegisteredModel.class);
          assertThat(context.getBean("flightDelaySource")).isInstanceOf(PinnableSource.class);
        });
  }

  @Test
  void predictors_ofTwoRowTypes_areToldApartByTheirGenerics() {
    runner
        .withUserConfiguration(Constants.class)
        .withPropertyValues(fraud())
        .withBean(Risks.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              Risks risks = context.getBean(Risks.class);
              assertThat(risks.payments.predict(new Payment("a", 1, 2))).isEqualTo(0.5);
              assertThat(risks.flights.predict(Flight.ONE)).isBetween(0.0, 1.0);
              assertThat(risks.flights).isSameAs(context.getBean("flightDelay"));
            });
  }

  /** Injects one of two of one type. */
  static class ByName {
    final Predictor<Flight, Double> predictor;

    ByName(@Qualifier("constantDelay") Predictor<Flight, Double> predictor) {
      this.predictor = predictor;
    }
  }

  @Test
  void predictors_twoOfOneType_areInjectedByName() {
    runner
        .withUserConfiguration(Constants.class)
        .withPropertyValues(
            "mlops.predictors.constantDelay.model=constant-delay",
            "mlops.predictors.constantDelay.row-type=io.mlops4j.spring.Flight")
        .withBean(ByName.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context.getBean(ByName.class).predictor.predict(Flight.ONE))
                  .isEqualTo(0.25);
            });
  }

  @Configuration(proxyBeanMethods = false)
  static class Everything {
    final List<String> keys = Collections.synchronizedList(new ArrayList<>());
    final List<String> units = Collections.synchronizedList(new ArrayList<>());
    final List<String> customized = new ArrayList<>();
    final List<String> foreign = Collections.synchronizedList(new ArrayList<>());

    @Bean
    MeterRegistry meters() {
      return new SimpleMeterRegistry();
    }

    @Bean
    PredictionListener<Payment, Double> seen() {
      return prediction -> {
        keys.add(String.valueOf(prediction.key()));
        units.add(String.valueOf(prediction.unit()));
      };
    }

    @Bean
    @Qualifier("another")
    PredictionListener<Payment, Double> forAnother() {
      return prediction -> foreign.add(prediction.id());
    }

    @Bean
    PredictionListener<Flight, Double> forFlights() {
      return prediction -> foreign.add(prediction.id());
    }

    @Bean
    PredictorCustomizer<Payment, Double> seeded() {
      return (name, builder) -> {
        customized.add(name);
        builder.seed(7);
      };
    }

    @Bean
    Function<Payment, Double> guess() {
      return payment -> payment.amount() > 100 ? 0.9 : 0.1;
    }
  }

  @Test
  void beans_thatFit_areUsedByThePredictorAndOthersAreNot() {
    runner
        .withUserConfiguration(Constants.class, Everything.class)
        .withPropertyValues(fraud())
        .withPropertyValues(
            "mlops.predictors.fraud.key-by=id",
            "mlops.predictors.fraud.unit-by=customer",
            "mlops.predictors.fraud.fallback=guess",
            "mlops.predictors.fraud.micro-batching.enabled=false")
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              Everything beans = context.getBean(Everything.class);
              Predictor<Payment, Double> fraud = fraud(context.getBean("fraud"));
              fraud.predict(new Payment("p-1", 42, 3));
              assertThat(fraud.awaitListeners(Duration.ofSeconds(30))).isTrue();
              assertThat(beans.keys).containsExactly("p-1");
              assertThat(beans.units).containsExactly("42");
              assertThat(beans.foreign).isEmpty();
              assertThat(beans.customized).containsExactly("fraud");
              assertThat(
                      context
                          .getBean(MeterRegistry.class)
                          .get("mlops.predict")
                          .tag("model", "fraud")
                          .functionTimer()
                          .count())
                  .isEqualTo(1);
            });
  }

  @SuppressWarnings("unchecked")
  private static Predictor<Payment, Double> fraud(Object bean) {
    return (Predictor<Payment, Double>) bean;
  }

  @SuppressWarnings("unchecked")
  private static Predictor<Flight, Double> flights(Object bean) {
    return (Predictor<Flight, Double>) bean;
  }

  @Test
  void fallback_beanOrValue_answersWhileNothingIsInProduction() {
    runner
        .withUserConfiguration(Constants.class, Everything.class)
        .withPropertyValues(fraud())
        .withPropertyValues(
            "mlops.predictors.fraud.model=nothing",
            "mlops.predictors.fraud.fallback=guess",
            "mlops.predictors.flightDelay.model=nothing",
            "mlops.predictors.flightDelay.fallback-value=0.2")
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(fraud(context.getBean("fraud")).predict(new Payment("a", 1, 200)))
                  .isEqualTo(0.9);
              Prediction<Flight, Double> late =
                  flights(context.getBean("flightDelay")).predictDetailed(Flight.ONE);
              assertThat(late.output()).isEqualTo(0.2);
              assertThat(late.source()).isEqualTo(Prediction.Source.FALLBACK);
            });
  }

  @Test
  void promotion_inAnotherRegistryOnTheDirectory_isFollowed() {
    runner
        .withUserConfiguration(Constants.class)
        .withPropertyValues("mlops.registry.poll-interval=10ms")
        .run(
            context -> {
              Predictor<Flight, Double> predictor = flights(context.getBean("flightDelay"));
              Models.promote(directory, "flight-delay", Models.constant(0.75));
              while (predictor.version().orElseThrow().number() != 2) {
                Thread.onSpinWait();
              }
              assertThat(predictor.predict(Flight.ONE)).isEqualTo(0.75);
            });
  }

  @Test
  void pin_anOlderVersion_isServedInsteadOfTheChampion() {
    Models.promote(directory, "flight-delay", Models.constant(0.75));
    runner
        .withUserConfiguration(Constants.class)
        .withPropertyValues("mlops.predictors.flightDelay.pin=1")
        .run(
            context ->
                assertThat(flights(context.getBean("flightDelay")).version())
                    .contains(new ModelVersion("flight-delay", 1)));
    runner
        .withUserConfiguration(Constants.class)
        .run(
            context ->
                assertThat(flights(context.getBean("flightDelay")).version())
                    .contains(new ModelVersion("flight-delay", 2)));
  }

  @Test
  void drift_fromProperties_seesPredictionsAndKnowsTooLittle() {
    runner
        .withPropertyValues(
            "mlops.drift.flightDelay.psi-above=0.1",
            "mlops.drift.flightDelay.false-alarm-per=30d",
            "mlops.drift.flightDelay.ignoring=dayOfWeek")
        .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              DriftMonitor<?, ?> drift = context.getBean("flightDelayDrift", DriftMonitor.class);
              Predictor<Flight, Double> predictor = flights(context.getBean("flightDelay"));
              predictor.predict(Flight.ONE);
              assertThat(predictor.awaitListeners(Duration.ofSeconds(30))).isTrue();
              assertThat(drift.evaluate()).isInstanceOf(Check.NoData.class);
              assertThat(
                      context
                          .getBean(MeterRegistry.class)
                          .get("mlops.drift.predictions")
                          .tag("result", "no-baseline")
                          .counter()
                          .count())
                  .isEqualTo(1);
            });
  }

  @Configuration(proxyBeanMethods = false)
  static class OwnMonitor {
    @Bean
    DriftMonitor<Payment, Double> watch(
        @Qualifier("fraudSource") PinnableSource<Payment, Double> source) {
      return DriftMonitor.following(source).history(3).build();
    }
  }

  @Test
  void drift_monitorBean_belongsToThePredictorOfItsTypes() {
    runner
        .withUserConfiguration(Constants.class, OwnMonitor.class)
        .withPropertyValues(fraud())
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              ServedModels models = context.getBean(ServedModels.class);
              assertThat(models.named("fraud").orElseThrow().monitors())
                  .hasSize(1)
                  .first()
                  .isSameAs(context.getBean("watch"));
              assertThat(models.named("flightDelay").orElseThrow().monitors()).isEmpty();
            });
  }

  @Configuration(proxyBeanMethods = false)
  static class Own {
    @Bean
    ModelRegistry registry() {
      ModelRegistry registry = ModelRegistry.inMemory();
      Models.promote(registry.model("mine"), Models.constant(0.125));
      return registry;
    }

    @Bean
    Schema<Map<String, ?>> unrelated() {
      return Schema.ofMap("Row").numeric("x").build();
    }

    @Bean
    Predictor<String, Integer> length() {
      return Predictor.<String, Integer>of(rows -> rows.stream().map(String::length).toList())
          .build();
    }
  }

  @Test
  void own_registryAndPredictor_areUsedAndListed() {
    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(MlopsAutoConfiguration.class))
        .withUserConfiguration(Constants.class, Own.class)
        .withPropertyValues("mlops.predictors.mine.row-type=io.mlops4j.spring.Flight")
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context).hasSingleBean(ModelRegistry.class);
              assertThat(flights(context.getBean("mine")).predict(Flight.ONE))
                  .isEqualTo(0.125, within(0.0));
              assertThat(context.getBean(ServedModels.class).all())
                  .extracting(ServedModel::name, ServedModel::types, ServedModel::ready)
                  .containsExactly(
                      org.assertj.core.groups.Tuple.tuple(
                          "length", "Predictor<String, Integer>", true),
                      org.assertj.core.groups.Tuple.tuple(
                          "mine", "Predictor<Flight, Double>", true));
            });
  }

  @Test
  void context_withoutProperties_makesNoRegistry() {
    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(MlopsAutoConfiguration.class))
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context).doesNotHaveBean(ModelRegistry.class);
              assertThat(context.getBean(ServedModels.class).all()).isEmpty();
            });
  }

  @Test
  void close_ofTheContext_closesPredictorAndRegistry() {
    List<Predictor<Flight, Double>> seen = new ArrayList<>();
    runner.run(context -> seen.add(flights(context.getBean("flightDelay"))));
    assertThat(seen.get(0).version()).isEmpty();
  }
}
