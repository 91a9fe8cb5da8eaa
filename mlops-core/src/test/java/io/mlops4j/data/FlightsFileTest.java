package io.mlops4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real file of the example, whole: 406,297 rows. */
class FlightsFileTest {
  private static final Path FILE =
      Path.of("../examples/flight-delay/src/main/resources/flights.csv.gz");

  record Flight(
      LocalDateTime scheduledDeparture,
      String origin,
      String destination,
      int distanceMiles,
      int delayMinutes) {}

  private final Schema<Flight> schema = Schema.of(Flight.class);
  private final Dataset<Flight> flights = Dataset.csv(FILE, schema);

  @Test
  void stream_allFlights_haveTheKnownShareOfDelaysByMonth() {
    long[] flown = new long[7];
    long[] late = new long[7];
    flights.stream()
        .forEach(
            flight -> {
              int month = flight.scheduledDeparture().getMonthValue() - 1;
              flown[month]++;
              late[month] += flight.delayMinutes() > 15 ? 1 : 0;
            });
    long sum = flown[6]; // Four departures at 2001-07-01T00:00.
    assertThat(sum).isEqualTo(4);
    // pandas: d.groupby(d.scheduled_departure.str[:7]).delay_minutes.apply(lambda x: (x >
    // 15).mean())
    double[] expected = {.220, .252, .226, .229, .217, .265};
    for (int month = 0; month < 6; month++) {
      sum += flown[month];
      assertThat((double) late[month] / flown[month]).isEqualTo(expected[month], within(0.0005));
    }
    assertThat(sum).isEqualTo(406_297);
  }

  @Test
  void digest_ofTheFile_isPinnedAndTheSameUncompressed(@TempDir Path directory) throws IOException {
    Path plain = directory.resolve("other-name.txt");
    try (InputStream in = new GZIPInputStream(Files.newInputStream(FILE))) {
      Files.copy(in, plain, StandardCopyOption.REPLACE_EXISTING);
    }
    // A second implementation, in Python:
    // import csv, gzip, hashlib, struct, datetime as dt
    // t = b'18:scheduledDeparture|TIME|1\n6:origin|CATEGORICAL|1\n11:destination|CATEGORICAL|1\n'
    // t += b'13:distanceMiles|NUMERIC|1\n12:delayMinutes|NUMERIC|1\n'
    // h = hashlib.sha256(b'mlops4j-rows-1\n' + hashlib.sha256(t).hexdigest().encode() + b'\n')
    // n = lambda x: b'\1' + struct.pack('>d', x)
    // s = lambda x: b'\2' + struct.pack('>I', len(x)) + x.encode()
    // e = dt.datetime(1970, 1, 1)
    // for r in csv.DictReader(gzip.open('flights.csv.gz', 'rt')):
    //   at = (dt.datetime.fromisoformat(r['scheduled_departure']) - e).total_seconds() * 1000
    //   h.update(n(at) + s(r['origin']) + s(r['destination'])
    //     + n(float(r['distance_miles'])) + n(float(r['delay_minutes'])))
    // print(h.hexdigest())
    String expected = "1a3e6be9f4bb472791e4f6e5c280d2b16bb4b912bcf153b4a659b1c2b8c145dc";
    assertThat(flights.digest()).isEqualTo(expected);
    assertThat(Dataset.csv(plain, schema).digest()).isEqualTo(expected);
  }
}
