package io.mlops4j.features;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** What a join sorts, and how it looks in a file. */
final class JoinRecords {
  private JoinRecords() {}

  /** A row's question: whose features, when. */
  record Question(String key, long at, long row) {}

  /** An event with whose it is and from when on it counts. */
  record Owned(String key, long from, Event event) {}

  /** The features of a row. */
  record Answer(long row, ViewEvaluator.Values values) {}

  static final class Questions implements RecordForm<Question> {
    @Override
    public Comparator<Question> order() {
      return Comparator.comparing(Question::key)
          .thenComparingLong(Question::at)
          .thenComparingLong(Question::row);
    }

    @Override
    public long weight(Question question) {
      return 64L + question.key().length();
    }

    @Override
    public void write(Question question, DataOutput out) throws IOException {
      out.writeUTF(question.key());
      out.writeLong(question.at());
      out.writeLong(question.row());
    }

    @Override
    public Question read(DataInput in) throws IOException {
      return new Question(in.readUTF(), in.readLong(), in.readLong());
    }
  }

  /** Events of a view with so many columns. */
  record Events(int columns) implements RecordForm<Owned> {
    @Override
    public Comparator<Owned> order() {
      return Comparator.comparing(Owned::key)
          .thenComparingLong(Owned::from)
          .thenComparing(Owned::event, Event.BY_EVENT);
    }

    @Override
    public long weight(Owned owned) {
      long texts = 0;
      for (String text : owned.event().texts()) {
        texts += text == null ? 0 : 48 + text.length();
      }
      return 200L + owned.key().length() + owned.event().id().length() + 12L * columns + texts;
    }

    @Override
    public void write(Owned owned, DataOutput out) throws IOException {
      out.writeUTF(owned.key());
      out.writeLong(owned.from());
      write(owned.event(), out);
    }

    static void write(Event event, DataOutput out) throws IOException {
      out.writeLong(event.happened());
      out.writeLong(event.known());
      out.writeUTF(event.id());
      writeValues(event.numbers(), event.texts(), out);
    }

    @Override
    public Owned read(DataInput in) throws IOException {
      return new Owned(in.readUTF(), in.readLong(), event(in, columns));
    }

    static Event event(DataInput in, int columns) throws IOException {
      long happened = in.readLong();
      long known = in.readLong();
      String id = in.readUTF();
      double[] numbers = new double[columns];
      @Nullable String[] texts = new @Nullable String[columns];
      readValues(numbers, texts, in);
      return new Event(happened, known, id, numbers, texts);
    }
  }

  /** Answers of a view with so many features. */
  record Answers(int features) implements RecordForm<Answer> {
    @Override
    public Comparator<Answer> order() {
      return Comparator.comparingLong(Answer::row);
    }

    @Override
    public long weight(Answer answer) {
      long texts = 0;
      for (String text : answer.values().texts()) {
        texts += text == null ? 0 : 48 + text.length();
      }
      return 120L + 12L * features + texts;
    }

    @Override
    public void write(Answer answer, DataOutput out) throws IOException {
      out.writeLong(answer.row());
      out.writeLong(answer.values().newest());
      writeValues(answer.values().numbers(), answer.values().texts(), out);
    }

    @Override
    public Answer read(DataInput in) throws IOException {
      long row = in.readLong();
      long newest = in.readLong();
      double[] numbers = new double[features];
      @Nullable String[] texts = new @Nullable String[features];
      readValues(numbers, texts, in);
      return new Answer(row, new ViewEvaluator.Values(numbers, texts, newest));
    }
  }

  private static void writeValues(double[] numbers, @Nullable String[] texts, DataOutput out)
      throws IOException {
    for (int i = 0; i < numbers.length; i++) {
      String text = texts[i];
      out.writeDouble(numbers[i]);
      out.writeInt(text == null ? -1 : text.length());
      if (text != null) {
        out.writeChars(text);
      }
    }
  }

  private static void readValues(double[] numbers, @Nullable String[] texts, DataInput in)
      throws IOException {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = in.readDouble();
      int length = in.readInt();
      if (length < -1) {
        throw new IOException("a text of length " + length);
      }
      if (length >= 0) {
        texts[i] = text(in, length);
      }
    }
  }

  private static String text(DataInput in, int length) throws IOException {
    StringBuilder text = new StringBuilder(Math.min(length, 1 << 12));
    for (int i = 0; i < length; i++) {
      text.append(in.readChar());
    }
    return text.toString();
  }
}
