package io.mlops4j.pipeline.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Folds as positions of rows: the rules of scikit-learn's KFold, StratifiedKFold and GroupKFold
 * (BSD licence; written from their documentation and checked against them in {@code oracles/}).
 */
final class FoldIndexes {
  private FoldIndexes() {}

  static List<RowSplit> kFold(int n, int k, OptionalLong shuffle) {
    requireFolds(k, n, "rows");
    int[] order = shuffle.isPresent() ? shuffled(n, shuffle.getAsLong()) : counted(n);
    int[] fold = new int[n];
    int from = 0;
    for (int f = 0; f < k; f++) {
      // The first n mod k folds have one row more.
      int size = n / k + (f < n % k ? 1 : 0);
      for (int i = from; i < from + size; i++) {
        fold[order[i]] = f;
      }
      from += size;
    }
    return splits(fold, k);
  }

  static List<RowSplit> stratified(double[] labels, int k, OptionalLong shuffle) {
    Map<Double, Integer> classes = new LinkedHashMap<>(); // in the order of appearance
    int[] classOf = new int[labels.length];
    for (int i = 0; i < labels.length; i++) {
      Integer known = classes.putIfAbsent(labels[i], classes.size());
      classOf[i] = known == null ? classes.size() - 1 : known;
    }
    int[] counts = new int[classes.size()];
    for (int c : classOf) {
      counts[c]++;
    }
    requireFolds(k, Arrays.stream(counts).max().orElse(0), "rows in the most frequent class");
    int[][] allocation = allocation(classOf, counts.length, k);
    int[] fold = new int[labels.length];
    SplittableRandom random = new SplittableRandom(shuffle.orElse(0));
    for (int c = 0; c < counts.length; c++) {
      int[] foldsOfClass = dealt(allocation, c, counts[c], k);
      if (shuffle.isPresent()) {
        int[] inOrder = foldsOfClass;
        int[] order = UnitCube.permutation(inOrder.length, random);
        foldsOfClass = Arrays.stream(order).map(i -> inOrder[i]).toArray();
      }
      int next = 0;
      for (int i = 0; i < classOf.length; i++) {
        if (classOf[i] == c) {
          fold[i] = foldsOfClass[next++];
        }
      }
    }
    return splits(fold, k);
  }

  private static int[][] allocation(int[] classOf, int classes, int k) {
    int[] sorted = classOf.clone();
    Arrays.sort(sorted);
    int[][] allocation = new int[k][classes];
    for (int i = 0; i < sorted.length; i++) {
      allocation[i % k][sorted[i]]++;
    }
    return allocation;
  }

  private static int[] dealt(int[][] allocation, int c, int count, int k) {
    int[] folds = new int[count];
    int next = 0;
    for (int f = 0; f < k; f++) {
      for (int j = 0; j < allocation[f][c]; j++) {
        folds[next++] = f;
      }
    }
    return folds;
  }

  static List<RowSplit> grouped(List<String> groups, int k) {
    Map<String, Integer> sizes = new TreeMap<>();
    groups.forEach(group -> sizes.merge(group, 1, Integer::sum));
    requireFolds(k, sizes.size(), "groups");
    List<String> largestFirst = new ArrayList<>(sizes.keySet());
    largestFirst.sort((a, b) -> Integer.compare(size(sizes, b), size(sizes, a)));
    int[] load = new int[k];
    Map<String, Integer> foldOf = new TreeMap<>();
    for (String group : largestFirst) {
      int lightest = 0;
      for (int f = 1; f < k; f++) {
        lightest = load[f] < load[lightest] ? f : lightest;
      }
      load[lightest] += size(sizes, group);
      foldOf.put(group, lightest);
    }
    int[] fold = groups.stream().mapToInt(group -> size(foldOf, group)).toArray();
    return splits(fold, k);
  }

  private static int size(Map<String, Integer> of, String group) {
    return of.getOrDefault(group, 0);
  }

  private static List<RowSplit> splits(int[] fold, int k) {
    List<RowSplit> splits = new ArrayList<>();
    for (int f = 0; f < k; f++) {
      BitSet test = new BitSet(fold.length);
      for (int i = 0; i < fold.length; i++) {
        test.set(i, fold[i] == f);
      }
      BitSet train = (BitSet) test.clone();
      train.flip(0, fold.length);
      splits.add(new RowSplit(train, test, 0));
    }
    return splits;
  }

  private static void requireFolds(int k, int most, String of) {
    if (k < 2 || k > most) {
      throw new IllegalArgumentException(
          "k: " + k + " (expected: 2.." + most + ", the number of " + of + ")");
    }
  }

  private static int[] counted(int n) {
    int[] order = new int[n];
    Arrays.setAll(order, i -> i);
    return order;
  }

  private static int[] shuffled(int n, long seed) {
    return UnitCube.permutation(n, new SplittableRandom(seed));
  }
}
