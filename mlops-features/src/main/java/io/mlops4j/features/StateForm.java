package io.mlops4j.features;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A timeline as bytes. Format 1: the byte 1, the horizon (8 bytes, nanoseconds), how many columns
 * an event has (4), how many events there are (4), then for each, in the order of a timeline, when
 * it happened and was known (8 each), its id (2 bytes of length, modified UTF-8), and for each
 * column its number (8) and its text (4 bytes of length in UTF-16 units or -1, then 2 for each
 * unit). Equal timelines give equal bytes.
 */
final class StateForm {
  private static final int FORMAT = 1;
  private static final int LEAST_EVENT = 18;

  private StateForm() {}

  static byte[] write(Timeline timeline, int columns) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 + timeline.size() * 48);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeLong(timeline.horizon());
      out.writeInt(columns);
      out.writeInt(timeline.size());
      for (int i = 0; i < timeline.size(); i++) {
        JoinRecords.Events.write(timeline.event(i), out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Memory does not fail.
    }
    return bytes.toByteArray();
  }

  static Timeline read(String what, byte[] bytes, int columns) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int format = in.readUnsignedByte();
      if (format != FORMAT) {
        throw damaged(what, "it has format " + format + ", and this library reads format 1");
      }
      long horizon = in.readLong();
      int width = in.readInt();
      int count = in.readInt();
      if (width != columns) {
        throw damaged(what, "it has " + width + " columns, and the view has " + columns);
      }
      if (count < 0 || (long) count * (LEAST_EVENT + 12L * columns) > in.available()) {
        throw damaged(what, "it says " + count + " events, which its length cannot hold");
      }
      List<Event> events = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        Event event = JoinRecords.Events.event(in, columns);
        if (i > 0 && Event.BY_EVENT.compare(events.get(i - 1), event) >= 0) {
          throw damaged(what, "its events are not in order");
        }
        events.add(event);
      }
      if (in.available() > 0) {
        throw damaged(what, "it is longer than its events");
      }
      return new Timeline(events, horizon, true);
    } catch (IOException e) {
      throw damaged(what, "it ends early or holds malformed text");
    }
  }

  private static FeatureException damaged(String what, String why) {
    return new FeatureException(
        "The stored state of "
            + what
            + " cannot be read: "
            + why
            + ". Clear its table and materialize the view again.");
  }
}
