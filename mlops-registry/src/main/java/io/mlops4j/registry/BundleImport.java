package io.mlops4j.registry;

import io.mlops4j.registry.BundleIndex.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes a verified bundle into a store: bytes first, manifest last. The file is read a second time,
 * so it is verified a second time; if it was changed in between, blobs no one refers to may stay,
 * and no version.
 */
final class BundleImport {
  private final Blobs blobs;
  private final RegistryOptions options;

  BundleImport(Blobs blobs, RegistryOptions options) {
    this.blobs = blobs;
    this.options = options;
  }

  /** Returns the manifest's digest. */
  String store(String model, Bundle bundle) {
    List<String> evaluations = new ArrayList<>();
    List<String> evidence = new ArrayList<>();
    String[] origin = {""};
    BundleIndex read =
        new BundleReader(bundle.file())
            .read(
                (entry, bytes) -> {
                  String what = entry.name() + " of " + bundle;
                  String digest = blobs.put(bytes, options.maxFileBytes(), what).digest();
                  if (!digest.equals(entry.digest())) {
                    throw new IntegrityException(what + " is not what it was.");
                  }
                  if (entry.isEvaluation()) {
                    evaluations.add(digest);
                  } else if (entry.isEvidence()) {
                    evidence.add(digest);
                  } else if (entry.name().equals(BundleIndex.MANIFEST)) {
                    origin[0] = digest;
                  }
                });
    if (!read.equals(bundle.index())) {
      throw new IntegrityException(bundle + " is not the file it was when it was opened.");
    }
    Manifest there = bundle.manifest();
    Manifest here =
        new Manifest(
            there.format(),
            there.files(),
            there.signature(),
            there.encoding(),
            there.goldenRows(),
            there.baseline(),
            there.lineage(),
            Optional.of(
                new Origin(
                    bundle.version(),
                    origin[0],
                    bundle.digest(),
                    options.time().now(),
                    evaluations,
                    evidence)));
    String what = "manifest of a version of " + model;
    byte[] json = here.toJson();
    Manifest.fromJson(json, what);
    return blobs.put(json, what).digest();
  }

  static String reason(Bundle bundle) {
    List<Entry> entries = bundle.index().entries();
    return "imported: "
        + bundle.version()
        + " of another registry, bundle "
        + bundle.digest()
        + ", "
        + entries.size()
        + " parts";
  }
}
