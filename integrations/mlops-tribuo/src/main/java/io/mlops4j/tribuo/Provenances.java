package io.mlops4j.tribuo;

import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.ListProvenance;
import com.oracle.labs.mlrg.olcut.provenance.MapProvenance;
import com.oracle.labs.mlrg.olcut.provenance.ObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.PrimitiveProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.FileProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.URLProvenance;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.tribuo.provenance.ModelProvenance;

/** Tribuo's provenance as plain names and values, without the paths of the training machine. */
final class Provenances {
  private static final Pattern PATH = Pattern.compile("(?s)(?:/|\\\\|~|[A-Za-z]:[\\\\/]|file:).*");

  private Provenances() {}

  static Map<String, String> lineage(ModelProvenance provenance) {
    Map<String, String> result = new TreeMap<>();
    result.put("model", provenance.getClassName());
    result.put("tribuo", provenance.getTribuoVersion());
    result.put("trainer", provenance.getTrainerProvenance().getClassName());
    provenance
        .getTrainerProvenance()
        .getConfiguredParameters()
        .forEach((name, value) -> flatten(result, "trainer." + name, value));
    return result;
  }

  private static void flatten(Map<String, String> result, String name, Provenance value) {
    if (value instanceof FileProvenance || value instanceof URLProvenance) {
      return;
    }
    if (value instanceof PrimitiveProvenance<?> primitive) {
      String text = String.valueOf(primitive.getValue());
      if (!PATH.matcher(text).matches()) {
        result.put(name, text);
      }
    } else if (value instanceof ConfiguredObjectProvenance object) {
      result.put(name, object.getClassName());
      object.getConfiguredParameters().forEach((key, v) -> flatten(result, name + "." + key, v));
    } else if (value instanceof ObjectProvenance object) {
      result.put(name, object.getClassName());
    } else if (value instanceof ListProvenance<?> list) {
      for (int i = 0; i < list.getList().size(); i++) {
        flatten(result, name + "." + i, list.getList().get(i));
      }
    } else if (value instanceof MapProvenance<?> map) {
      map.forEach(pair -> flatten(result, name + "." + pair.getA(), pair.getB()));
    }
  }
}
