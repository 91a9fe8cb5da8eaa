package io.mlops4j.features;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.Dataset;
import io.mlops4j.features.Clicks.Click;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.h2.jdbcx.JdbcDataSource;
import org.h2.tools.Server;
import org.jspecify.annotations.Nullable;

/** An instance of {@link DefinitionsDeployTest}: writes and reads a view by its definition. */
final class DefinitionsWriter {
  private static final Instant END = Clicks.START.plus(Duration.ofHours(40));
  private static final List<String> USERS = List.of("u0", "u1", "u2");
  private static final int BATCH = 7;

  private final FeatureView<Click, String> view;
  private final OnlineView<Click, String> online;
  private final OnlineStore store;
  private final List<Click> events;
  private final Random random;

  private DefinitionsWriter(String definition, OnlineStore store, int seed) {
    boolean old = definition.equals("old");
    // The older one counts in euros, the newer one in cents, and over more events.
    this.view =
        FeatureView.named("clicks", Clicks.USER, Clicks.CLICK, Click::user)
            .happened(Click::at)
            .known(Click::known)
            .id(Click::id)
            .column("value", click -> value(click.amount()) * (old ? 1 : 100))
            .revision(old ? 1 : 2)
            .feature("mean", Aggregate.mean("value"), Window.lastEvents(old ? 2 : 40))
            .build();
    this.store = store;
    this.online = on(store);
    this.events = Clicks.events(seed, 120);
    this.random = new Random(old ? seed : seed + 1_000);
  }

  private static double value(@Nullable Double amount) {
    return amount == null ? Double.NaN : amount;
  }

  private OnlineView<Click, String> on(OnlineStore where) {
    return OnlineView.of(view, where, VirtualTime.startingAt(END)).withHistory(Duration.ZERO);
  }

  public static void main(String[] args) throws IOException, SQLException {
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    String where = args[1];
    if (where.startsWith("serve")) {
      Server server = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
      where =
          "jdbc:h2:tcp://127.0.0.1:"
              + server.getPort()
              + "/mem:deploy;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=60000";
      out.println("url " + where);
    }
    JdbcDataSource source = new JdbcDataSource();
    source.setURL(where);
    OnlineStore store = OnlineStore.jdbc(source, "features", VirtualTime.startingAt(END));
    boolean mixed = args[0].endsWith("-mixed") || args[1].endsWith("-mixed");
    DefinitionsWriter writer =
        new DefinitionsWriter(
            args[0].replace("-mixed", ""),
            mixed ? new OneTable(store) : store,
            Integer.parseInt(args[2]));
    try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        out.println(writer.answer(line));
      }
    }
  }

  private String answer(String line) {
    String[] words = line.split(" ", 2);
    return switch (words[0]) {
      case "write" -> "wrote " + write(online);
      case "read" -> read(online);
      case "expected" -> expected();
      case "table" -> online.table();
      case "clear" -> clear(words[1]);
      case "encoding" -> Base64.getEncoder().encodeToString(encoding().toJson());
      default -> bind(Base64.getDecoder().decode(words[1]));
    };
  }

  /** All events in an order of its own, in small batches, some of them twice. */
  private long write(OnlineView<Click, String> where) {
    List<Click> shuffled = new ArrayList<>(events);
    shuffled.addAll(events.subList(0, events.size() / 4));
    Collections.shuffle(shuffled, random);
    long written = 0;
    for (int i = 0; i < shuffled.size(); i += BATCH) {
      written += where.write(shuffled.subList(i, Math.min(shuffled.size(), i + BATCH))).written();
    }
    return written;
  }

  private static String read(OnlineView<Click, String> where) {
    return USERS.stream()
        .map(
            user -> {
              try {
                return user + " " + where.read(user, END).number("mean");
              } catch (MlopsException e) {
                return user + " refused";
              }
            })
        .collect(Collectors.joining(";"));
  }

  /** What it would read if it were alone. */
  private String expected() {
    OnlineView<Click, String> alone =
        on(OnlineStore.inMemory(1 << 24, VirtualTime.startingAt(END)));
    write(alone);
    return read(alone);
  }

  private String clear(String table) {
    store.clear(table);
    return "cleared";
  }

  private FeatureSet<Clicks.Row> set() {
    return Clicks.set(view);
  }

  private InputEncoding encoding() {
    Dataset<FeatureRow<Clicks.Row>> rows =
        set()
            .join(Dataset.of(Clicks.ROW, Clicks.rows(3, 20)))
            .events(view, Clicks.dataset(events))
            .dataset();
    return InputEncoding.learn(rows.schema()).numeric("mean").from(rows::stream);
  }

  private String bind(byte[] encoding) {
    try {
      return "width " + InputEncoding.fromJson(encoding).bind(set().schema()).width();
    } catch (MlopsException e) {
      return "refused " + e.getMessage();
    }
  }

  /** A store as one would write it without thinking of definitions. */
  private record OneTable(OnlineStore store) implements OnlineStore {
    private static final String TABLE = "clicks";

    @Override
    public Optional<byte[]> get(String table, String key) {
      return store.get(TABLE, key);
    }

    @Override
    public boolean replace(
        String table,
        String key,
        byte @Nullable [] expected,
        byte[] state,
        @Nullable Instant expires) {
      return store.replace(TABLE, key, expected, state, expires);
    }

    @Override
    public void clear(String table) {
      store.clear(TABLE);
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
