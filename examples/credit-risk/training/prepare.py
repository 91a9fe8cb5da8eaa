"""Writes the example's CSV from the one-hot encoded German credit data of R's caret.

    python prepare.py german-credit.csv.gz ../src/main/resources/german-credit.csv
"""

import csv
import gzip
import sys

PLAIN = {"duration": "Duration", "amount": "Amount", "installmentRate": "InstallmentRatePercentage", "age": "Age"}
GROUPS = {"checking": "CheckingAccountStatus", "history": "CreditHistory", "purpose": "Purpose",
          "savings": "SavingsAccountBonds", "employment": "EmploymentDuration",
          "guarantors": "OtherDebtorsGuarantors", "property": "Property", "otherPlans": "OtherInstallmentPlans",
          "housing": "Housing", "job": "Job"}


def chosen(row: dict, prefix: str) -> str:
    found = [name[len(prefix) + 1:] for name, value in row.items() if name.startswith(prefix + ".") and value == "1"]
    assert len(found) == 1, (prefix, found)
    return found[0]


def main(source: str, target: str) -> None:
    columns = ["id", *PLAIN, *GROUPS, "sex", "status", "good"]
    with gzip.open(source, "rt", encoding="utf-8") as rows, open(target, "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns, lineterminator="\n")
        writer.writeheader()
        for number, row in enumerate(csv.DictReader(rows), start=1):
            sex, status = chosen(row, "Personal").split(".", 1)
            writer.writerow({"id": number, **{name: row[column] for name, column in PLAIN.items()},
                             **{name: chosen(row, prefix) for name, prefix in GROUPS.items()},
                             "sex": sex.lower(), "status": status, "good": 1 if row["Class"] == "Good" else 0})


if __name__ == "__main__":
    main(*sys.argv[1:])
