package io.mlops4j.spring;

/** The row of the example's models. */
record Flight(String origin, String destination, double distance, int hour, int dayOfWeek) {
  static final Flight ONE = new Flight("ORD", "LGA", 733, 17, 5);
}
