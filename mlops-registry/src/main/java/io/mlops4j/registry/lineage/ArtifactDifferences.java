package io.mlops4j.registry.lineage;

import io.mlops4j.core.Digests;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.registry.lineage.Reproduction.Difference;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What of two models is not byte for byte the same. Golden rows and baselines are no model. */
final class ArtifactDifferences {
  private static final String NONE = "none";

  private ArtifactDifferences() {}

  static List<Difference> between(ModelArtifact registered, ModelArtifact again) {
    List<Difference> differences = new ArrayList<>();
    add(differences, "format", registered.format(), again.format());
    TreeSet<String> files = new TreeSet<>(registered.files());
    files.addAll(again.files());
    for (String file : files) {
      add(differences, "file " + file, digest(registered, file), digest(again, file));
    }
    add(differences, "encoding", encoding(registered), encoding(again));
    add(
        differences,
        "signature",
        registered.signature().orElse(NONE),
        again.signature().orElse(NONE));
    return differences;
  }

  private static void add(List<Difference> to, String what, String registered, String again) {
    if (!registered.equals(again)) {
      to.add(new Difference(what, registered, again));
    }
  }

  private static String digest(ModelArtifact artifact, String file) {
    if (!artifact.files().contains(file)) {
      return NONE;
    }
    try (InputStream in = artifact.open(file);
        DigestOutputStream out =
            new DigestOutputStream(OutputStream.nullOutputStream(), Digests.sha256())) {
      in.transferTo(out);
      return Digests.hex(out.getMessageDigest().digest());
    } catch (IOException e) {
      throw new MlopsException("File " + file + " cannot be read: " + e + ".", e);
    }
  }

  private static String encoding(ModelArtifact artifact) {
    return artifact.encoding().map(InputEncoding::toJson).map(Digests::sha256).orElse(NONE);
  }
}
