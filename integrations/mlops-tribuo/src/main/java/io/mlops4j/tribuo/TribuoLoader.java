package io.mlops4j.tribuo;

import com.google.protobuf.InvalidProtocolBufferException;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.RowEncoder;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.tribuo.Output;
import org.tribuo.protos.core.ModelProto;

/** Reads Tribuo's protobuf; refuses everything else by its content. */
final class TribuoLoader<T, O extends Output<O>, A> implements ModelLoader<T, A> {
  static final int MAX_BYTES = 512 << 20;

  /** Tribuo looks a class up by the name in the file: only its own are let through. */
  private static final Pattern CLASS = Pattern.compile("org\\.tribuo\\.[A-Za-z0-9_.$]{1,256}");

  private final Schema<T> schema;
  private final Task<O, A> task;
  private final Function<Scorer<T, O, A>, Model<T, A>> form;

  TribuoLoader(Schema<T> schema, Task<O, A> task, Function<Scorer<T, O, A>, Model<T, A>> form) {
    this.schema = Objects.requireNonNull(schema, "schema");
    this.task = task;
    this.form = form;
  }

  @Override
  public Set<String> formats() {
    return Set.of(TribuoModel.FORMAT);
  }

  @Override
  public Optional<Schema<T>> schema() {
    return Optional.of(schema);
  }

  @Override
  public boolean takesRowsAsTheyAre() {
    return false;
  }

  @Override
  public Model<T, A> load(ModelVersion version, ModelArtifact artifact) {
    String who = "Model '" + version + "'";
    if (!formats().contains(artifact.format())) {
      throw new MlopsException(
          who
              + " is of format "
              + Text.printable(artifact.format(), 64)
              + "; this loader reads "
              + TribuoModel.FORMAT
              + ".");
    }
    InputEncoding encoding =
        artifact
            .encoding()
            .orElseThrow(
                () ->
                    new MlopsException(
                        who + " has no input encoding. Register what TribuoTrainer returned."));
    org.tribuo.Model<O> model = model(who, read(who, artifact));
    String[] names = Examples.names(encoding);
    Examples.check(who, model.getFeatureIDMap(), names);
    task.check(who, model);
    return form.apply(new Scorer<>(who, task, model, bind(who, encoding), names));
  }

  private RowEncoder<T> bind(String who, InputEncoding encoding) {
    try {
      return encoding.bind(schema);
    } catch (MlopsException e) {
      throw new MlopsException(who + ": " + e.getMessage(), e);
    }
  }

  private static byte[] read(String who, ModelArtifact artifact) {
    if (artifact.files().size() != 1) {
      throw new MlopsException(
          who
              + " has the files "
              + artifact.files()
              + " (expected: one, "
              + TribuoModel.FILE
              + ").");
    }
    try (InputStream in = artifact.open(artifact.files().first())) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new MlopsException(who + " is larger than " + MAX_BYTES + " bytes.");
      }
      return bytes;
    } catch (IOException e) {
      throw new MlopsException(who + " cannot be read: " + Text.printable(e.toString(), 200), e);
    }
  }

  private org.tribuo.Model<O> model(String who, byte[] bytes) {
    if (bytes.length > 1 && bytes[0] == (byte) 0xAC && bytes[1] == (byte) 0xED) {
      throw new MlopsException(
          who + " is a serialized Java object, which is never read. Save it as protobuf.");
    }
    ModelProto proto;
    try {
      proto = ModelProto.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new MlopsException(who + " is not a Tribuo model in protobuf.", e);
    }
    if (!CLASS.matcher(proto.getClassName()).matches()) {
      throw new MlopsException(
          who
              + " is not a Tribuo model in protobuf (class \""
              + Text.printable(proto.getClassName(), 64)
              + "\").");
    }
    org.tribuo.Model<?> model;
    try {
      model = org.tribuo.Model.deserialize(proto);
    } catch (RuntimeException e) {
      throw new MlopsException(
          who
              + " cannot be read by Tribuo. Either the file is damaged, or "
              + Text.printable(proto.getClassName(), 128)
              + " is in a Tribuo module that is not on the class path.",
          e);
    }
    if (!model.validate(task.outputType())) {
      throw new MlopsException(
          who
              + " is a "
              + model.getClass().getSimpleName()
              + ", which is not a "
              + task.name()
              + " model.");
    }
    return model.castModel(task.outputType());
  }
}
