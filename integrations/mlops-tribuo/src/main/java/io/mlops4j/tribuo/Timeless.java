package io.mlops4j.tribuo;

import com.google.protobuf.InvalidProtocolBufferException;
import com.oracle.labs.mlrg.olcut.provenance.ListProvenance;
import com.oracle.labs.mlrg.olcut.provenance.MapProvenance;
import com.oracle.labs.mlrg.olcut.provenance.ObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.DateTimeProvenance;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.tribuo.Model;
import org.tribuo.Output;
import org.tribuo.protos.core.ModelProto;

/*
 * Tribuo writes into a model's provenance when it was trained and when its data was opened. That is
 * the only thing in which two equal trainings differ, so the times are replaced by the beginning of
 * 1970: equal trainings have equal bytes, and a registry knows when a version was registered.
 *
 * The times are known from the provenance in memory. A field that contains one of them, but is not
 * one, is a message: it is rewritten with its new length, from the inside out. Protobuf's wire
 * format is all this needs to know, so it works for every kind of model, and for those inside
 * ensembles.
 */
final class Timeless {
  private static final byte[] EPOCH = "1970-01-01T00:00Z".getBytes(StandardCharsets.UTF_8);
  private static final int BYTES = 2;

  private static final int SHORTEST = 17;
  private static final int LONGEST = 40;

  private final Set<String> times = new HashSet<>();

  /** Where a time begins, to where it ends. */
  private final NavigableMap<Integer, Integer> places = new TreeMap<>();

  private Timeless() {}

  /** The model as Tribuo writes it, without times. */
  static byte[] bytes(Model<?> model) {
    Timeless timeless = new Timeless();
    timeless.collect(model.getProvenance());
    byte[] bytes = model.serialize().toByteArray();
    timeless.find(bytes);
    return timeless.rewrite(bytes, 0, bytes.length);
  }

  /** The same model with a provenance without times. */
  static <O extends Output<O>> Model<O> model(Model<O> model) {
    try {
      @SuppressWarnings("unchecked") // Read back from its own bytes, it has its own outputs.
      Model<O> copy = (Model<O>) Model.deserialize(ModelProto.parseFrom(bytes(model)));
      return copy;
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("Tribuo's own bytes can be read.", e);
    }
  }

  private void collect(Provenance provenance) {
    if (provenance instanceof DateTimeProvenance time) {
      times.add(time.getValue().toString());
    } else if (provenance instanceof ObjectProvenance object) {
      object.forEach(pair -> collect(pair.getB()));
    } else if (provenance instanceof ListProvenance<?> list) {
      list.getList().forEach(this::collect);
    } else if (provenance instanceof MapProvenance<?> map) {
      map.forEach(pair -> collect(pair.getB()));
    }
  }

  /** One pass: a model may have many megabytes, and an ensemble hundreds of times. */
  private void find(byte[] bytes) {
    for (int i = 0; i + SHORTEST <= bytes.length; i++) {
      if (bytes[i + 4] == '-' && bytes[i + 7] == '-' && bytes[i + 10] == 'T') {
        int most = Math.min(LONGEST, bytes.length - i);
        String text = new String(bytes, i, most, StandardCharsets.ISO_8859_1);
        for (int length = most; length >= SHORTEST; length--) {
          if (times.contains(text.substring(0, length))) {
            places.put(i, i + length);
            break;
          }
        }
      }
    }
  }

  private byte[] rewrite(byte[] bytes, int from, int end) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(end - from);
    int at = from;
    while (at < end) {
      int begin = at;
      long[] key = varint(bytes, at);
      at = (int) key[1];
      switch ((int) (key[0] & 7)) {
        case 0 -> at = (int) varint(bytes, at)[1];
        case 1 -> at += 8;
        case 5 -> at += 4;
        case BYTES -> {
          long[] length = varint(bytes, at);
          int body = (int) length[1];
          at = body + (int) length[0];
          Map.Entry<Integer, Integer> place = places.ceilingEntry(body);
          if (place != null && place.getValue() <= at) {
            boolean isTime = place.getKey() == body && place.getValue() == at;
            byte[] changed = isTime ? EPOCH : rewrite(bytes, body, at);
            write(out, key[0]);
            write(out, changed.length);
            out.writeBytes(changed);
            continue;
          }
        }
        default -> throw new IllegalStateException("Tribuo's own bytes are protobuf.");
      }
      out.write(bytes, begin, at - begin);
    }
    return out.toByteArray();
  }

  /** A number and where it ends. */
  private static long[] varint(byte[] bytes, int from) {
    long result = 0;
    int at = from;
    for (int shift = 0; ; shift += 7) {
      byte b = bytes[at++];
      result |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return new long[] {result, at};
      }
    }
  }

  private static void write(ByteArrayOutputStream out, long number) {
    long rest = number;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
