package io.mlops4j.registry;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A data source whose connections are lost: at the n-th call of anything, before or after the call
 * took effect, and with it this connection alone or all that come after.
 */
final class LossySource {
  /** What happens at the n-th call. */
  enum Loss {
    BEFORE,
    AFTER,
    FOR_GOOD
  }

  /** After a random loss, so that the attempts of one operation cannot all fail. */
  private static final int SAFE_CALLS = 40;

  private final DataSource source;
  private final double probability;
  private final Random random;
  private final AtomicInteger calls = new AtomicInteger();
  private int safeUntil;
  private volatile Loss loss = Loss.AFTER;
  private volatile int at = -1;
  private volatile boolean down;
  private volatile boolean commitLost;

  private LossySource(DataSource source, double probability, long seed) {
    this.source = source;
    this.probability = probability;
    this.random = new Random(seed);
  }

  static LossySource over(DataSource source) {
    return new LossySource(source, 0, 0);
  }

  /** Loses each connection with some probability per call, before or after it. */
  static LossySource randomly(DataSource source, double probability, long seed) {
    return new LossySource(source, probability, seed);
  }

  /** From now on everything works up to the n-th call. */
  void arm(Loss newLoss, int call) {
    loss = newLoss;
    at = call;
    down = false;
    calls.set(0);
  }

  void disarm() {
    arm(Loss.BEFORE, -1);
  }

  boolean happened() {
    return at > 0 && calls.get() >= at;
  }

  /** Whether a commit took effect whose answer was lost. */
  boolean commitLost() {
    return commitLost;
  }

  DataSource dataSource() {
    return Databases.proxy(
        DataSource.class,
        (method, arguments) ->
            call(
                null,
                method.getName(),
                () -> wrap(method.invoke(source, arguments), new Link(), null)));
  }

  /** Whether a connection is still there. */
  private static final class Link {
    private volatile boolean broken;
  }

  private interface Step {
    @Nullable Object run() throws Throwable;
  }

  private @Nullable Object call(@Nullable Link link, String name, Step step) throws Throwable {
    if (down || (link != null && link.broken)) {
      throw lost("gone before " + name);
    }
    int call = calls.incrementAndGet();
    boolean now = call == at;
    boolean after = loss == Loss.AFTER;
    synchronized (random) {
      if (probability > 0 && call > safeUntil && random.nextDouble() < probability) {
        now = true;
        after = random.nextBoolean();
        safeUntil = call + SAFE_CALLS;
      }
    }
    Object result = null;
    if (!now || after) {
      result = step.run();
    }
    if (now) {
      down = loss == Loss.FOR_GOOD;
      if (link != null) {
        link.broken = true;
      }
      commitLost |= after && name.equals("commit");
      throw lost("lost " + (after ? "after " : "before ") + name);
    }
    return result;
  }

  private static SQLException lost(String what) {
    return new SQLNonTransientConnectionException("connection " + what, "08006");
  }

  private @Nullable Object wrap(
      @Nullable Object result, Link link, @Nullable Connection connection) {
    if (result instanceof Connection real) {
      return Databases.proxy(
          Connection.class, (method, arguments) -> invoke(link, real, real, method, arguments));
    }
    for (Class<?> type :
        new Class<?>[] {PreparedStatement.class, Statement.class, ResultSet.class}) {
      if (type.isInstance(result) && connection != null) {
        return Databases.proxy(
            type, (method, arguments) -> invoke(link, connection, result, method, arguments));
      }
    }
    return result;
  }

  private @Nullable Object invoke(
      Link link,
      Connection connection,
      Object target,
      java.lang.reflect.Method method,
      Object @Nullable [] arguments)
      throws Throwable {
    try {
      return call(
          link, method.getName(), () -> wrap(method.invoke(target, arguments), link, connection));
    } catch (SQLNonTransientConnectionException e) {
      if (String.valueOf(e.getMessage()).startsWith("connection ") && !connection.isClosed()) {
        // What the server does when its client is gone.
        if (!connection.getAutoCommit()) {
          connection.rollback();
          connection.setAutoCommit(true);
        }
        connection.close();
      }
      throw e;
    }
  }
}
