"""Cuts the Open Bandit Dataset's sample down to what the off-policy tests need.

    python obd.py <clone of https://github.com/st-tech/zr-obp> <output folder>

Source: Saito, Aihara, Matsutani, Narita (2020), Open Bandit Dataset and Pipeline, Apache-2.0, commit
8cbd5fa4558b7ad2ba4781546d6604e4cc3e007c. 10,000 decisions of a Bernoulli Thompson sampling policy per campaign;
columns: the logged probability of the item that was shown, and whether it was clicked.
"""

import csv
import gzip
import sys
from pathlib import Path


def main() -> None:
    clone, target = Path(sys.argv[1]), Path(sys.argv[2])
    for campaign in ("men", "women"):
        with (clone / f"obd/bts/{campaign}/{campaign}.csv").open(encoding="utf-8") as source:
            lines = [f"{row['propensity_score']},{row['click']}\n" for row in csv.DictReader(source)]
        with (target / f"{campaign}.csv.gz").open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
            out.write("".join(lines).encode())


if __name__ == "__main__":
    main()
