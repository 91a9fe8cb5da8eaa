package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/*
 * The one form of zip that bundles have: every entry stored (not compressed), no flags, no extra
 * fields, no comments, no unix modes, dated 1980-01-01, local headers in order without gaps, then the
 * central directory, then its end, then nothing. Any tool opens it. A reader that knows names and
 * lengths beforehand knows every byte of it but the contents and their checksums, and compares: what
 * a general reader would have to interpret (two directories that disagree, compression, links, a
 * second entry of one name) cannot occur.
 */
final class StoredZip {
  static final int LOCAL_BYTES = 30;

  /** Without zip64, places and lengths have 32 bits, and entries are counted with 16. */
  static final long MOST_BYTES = 0xFFFF_FFFFL;

  static final int MOST_ENTRIES = 0xFFFE;

  private static final int LOCAL = 0x0403_4b50;
  private static final int CENTRAL = 0x0201_4b50;
  private static final int END = 0x0605_4b50;
  private static final short VERSION = 10;
  private static final short JANUARY_1980 = 0x21;

  private final ByteArrayOutputStream central = new ByteArrayOutputStream();
  private int entries;
  private long offset;

  /** The header before an entry's bytes; the checksum is at its byte 14. */
  static byte[] local(String name, int crc, long bytes) {
    byte[] ascii = name.getBytes(US_ASCII);
    byte[] record = new byte[LOCAL_BYTES + ascii.length];
    ByteBuffer header = little(record);
    header.putInt(LOCAL).putShort(VERSION).putShort((short) 0).putShort((short) 0);
    header.putShort((short) 0).putShort(JANUARY_1980);
    header.putInt(crc).putInt((int) bytes).putInt((int) bytes);
    header.putShort((short) ascii.length).putShort((short) 0).put(ascii);
    return record;
  }

  /** The checksum a local header says. */
  static int crc(byte[] local) {
    return ByteBuffer.wrap(local).order(ByteOrder.LITTLE_ENDIAN).getInt(14);
  }

  /** The length the entry of a local header has, if it is a stored one. */
  static long bytes(byte[] local) {
    return ByteBuffer.wrap(local).order(ByteOrder.LITTLE_ENDIAN).getInt(18) & MOST_BYTES;
  }

  /** Notes an entry that was written or read. */
  void add(String name, int crc, long bytes) {
    byte[] ascii = name.getBytes(US_ASCII);
    byte[] record = new byte[46 + ascii.length];
    ByteBuffer header = little(record);
    header.putInt(CENTRAL).putShort(VERSION).putShort(VERSION);
    header.putShort((short) 0).putShort((short) 0).putShort((short) 0).putShort(JANUARY_1980);
    header.putInt(crc).putInt((int) bytes).putInt((int) bytes);
    header.putShort((short) ascii.length).putShort((short) 0).putShort((short) 0);
    header.putShort((short) 0).putShort((short) 0).putInt(0).putInt((int) offset).put(ascii);
    central.writeBytes(record);
    entries++;
    offset += LOCAL_BYTES + ascii.length + bytes;
  }

  /** Where the next local header begins. */
  long offset() {
    return offset;
  }

  /** What comes after the last entry. */
  byte[] directory() {
    byte[] record = new byte[22];
    ByteBuffer end = little(record);
    end.putInt(END).putShort((short) 0).putShort((short) 0);
    end.putShort((short) entries).putShort((short) entries);
    end.putInt(central.size()).putInt((int) offset).putShort((short) 0);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(central.toByteArray());
    all.writeBytes(record);
    return all.toByteArray();
  }

  private static ByteBuffer little(byte[] record) {
    return ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
  }
}
