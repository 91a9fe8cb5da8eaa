package io.mlops4j.examples.flightdelay;

import io.mlops4j.core.Prediction;
import io.mlops4j.experiments.Experiment;
import io.mlops4j.serving.Predictor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Many threads that ask for predictions at once, as request handlers of a service would. */
final class Callers implements AutoCloseable {
  private final ExecutorService threads;
  private final int count;
  private final Experiment<Predictor<Flight, Double>> split;
  private final AtomicLong failed = new AtomicLong();

  Callers(int count, Experiment<Predictor<Flight, Double>> split) {
    this.count = count;
    this.split = split;
    this.threads = Executors.newFixedThreadPool(count);
  }

  /** Starts asking for every flight of a day; the threads take the next one as they get free. */
  Pending ask(List<Departure> flights) {
    AtomicInteger next = new AtomicInteger();
    List<Future<List<Tally.Answer>>> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      parts.add(
          threads.submit(
              () -> {
                List<Tally.Answer> answers = new ArrayList<>();
                for (int f = next.getAndIncrement();
                    f < flights.size();
                    f = next.getAndIncrement()) {
                  askOne(flights.get(f), answers);
                }
                return answers;
              }));
    }
    return new Pending(parts);
  }

  private void askOne(Departure departure, List<Tally.Answer> answers) {
    Flight flight = departure.flight();
    var arm = split.assign(flight.route());
    try {
      Prediction<Flight, Double> answer = arm.payload().predictDetailed(flight);
      answers.add(new Tally.Answer(departure, arm.arm(), answer));
    } catch (RuntimeException e) {
      failed.incrementAndGet();
    }
  }

  long failed() {
    return failed.get();
  }

  @Override
  public void close() {
    threads.shutdown();
  }

  /** A day being served. */
  record Pending(List<Future<List<Tally.Answer>>> parts) {
    List<Tally.Answer> await() {
      List<Tally.Answer> all = new ArrayList<>();
      for (Future<List<Tally.Answer>> part : parts) {
        try {
          all.addAll(part.get());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted while serving", e);
        } catch (ExecutionException e) {
          throw new IllegalStateException("a caller died", e.getCause());
        }
      }
      return all;
    }
  }
}
