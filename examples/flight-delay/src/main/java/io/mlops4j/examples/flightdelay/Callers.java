package io.mlops4j.examples.flightdelay;

import io.mlops4j.core.Prediction;
import io.mlops4j.experiments.Assignment;
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
import java.util.concurrent.locks.LockSupport;

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
    return ask(flights, 0);
  }

  /** The same, spread out evenly: flight number n is due n intervals after the start. */
  Pending ask(List<Departure> flights, long intervalNanos) {
    long start = System.nanoTime();
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
                  awaitTurn(start + f * intervalNanos, intervalNanos);
                  askOne(flights.get(f), answers);
                }
                return answers;
              }));
    }
    return new Pending(parts);
  }

  private static void awaitTurn(long due, long intervalNanos) {
    long left = due - System.nanoTime();
    while (intervalNanos > 0 && left > 0) {
      LockSupport.parkNanos(left);
      left = due - System.nanoTime();
    }
  }

  private void askOne(Departure departure, List<Tally.Answer> answers) {
    Flight flight = departure.flight();
    Assignment<Predictor<Flight, Double>> assignment = split.assign(flight.route());
    String arm =
        assignment instanceof Assignment.Included<Predictor<Flight, Double>> in
            ? in.arm()
            : "not in the test";
    try {
      Prediction<Flight, Double> answer = assignment.payload().predictDetailed(flight);
      answers.add(new Tally.Answer(departure, arm, answer));
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
