package io.mlops4j.examples.springservice;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The application. Everything about models stands in application.yml. */
@SpringBootApplication
public class FlightService {

  /**
   * Starts it.
   *
   * @param arguments of Spring Boot
   */
  public static void main(String[] arguments) {
    SpringApplication.run(FlightService.class, arguments);
  }
}
