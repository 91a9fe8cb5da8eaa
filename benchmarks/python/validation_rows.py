"""Writes the rows that validation is timed on: python validation_rows.py rows.csv [1000000]."""

import sys

import numpy as np

path, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
rng = np.random.default_rng(20261126)
airports = np.array([chr(65 + a) + chr(65 + b) + chr(65 + c) for a in range(5) for b in range(10) for c in range(6)])
carriers = np.array(["AA", "AS", "B6", "CO", "DL", "HA", "NW", "TW", "UA", "US", "WN"])
origin = airports[rng.integers(0, len(airports), count)]
destination = airports[rng.integers(0, len(airports), count)]
carrier = carriers[rng.integers(0, len(carriers), count)]
distance = rng.gamma(2.5, 300, count).round(1)
hour = rng.integers(0, 24, count)
delay = rng.normal(5, 30, count).round(2)
missing = rng.random(count) < 0.02
day = rng.integers(1, 29, count)
month = rng.integers(1, 13, count)
# Mistakes that every tool must count alike.
distance[rng.choice(count, 7, replace=False)] = -1
hour[rng.choice(count, 5, replace=False)] = 24
origin = origin.astype("U4")
origin[rng.choice(count, 11, replace=False)] = "ord"
with open(path, "w", encoding="utf-8") as out:
    out.write("id,carrier,origin,destination,distance,hour,delay,date\n")
    for i in range(count):
        number = i if i % 100_003 else 0
        value = "" if missing[i] else delay[i]
        out.write(
            f"F{number:07d},{carrier[i]},{origin[i]},{destination[i]},{distance[i]},{hour[i]},{value},"
            f"2001-{month[i]:02d}-{day[i]:02d}\n"
        )
