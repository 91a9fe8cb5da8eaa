"""Asks Pandera or Great Expectations what ValidationMillion asks: python validation_peers.py pandera|gx rows.csv [rounds].

Prints seconds of wall clock and of processor time for reading the file and validating it, and the counts of failures.
"""

import sys
import time
import warnings

import pandas as pd

warnings.filterwarnings("ignore")
CARRIERS = ["AA", "AS", "B6", "CO", "DL", "HA", "NW", "TW", "UA", "US", "WN"]


def pandera(path):
    import pandera.pandas as pa

    schema = pa.DataFrameSchema(
        {
            "id": pa.Column(str, pa.Check.str_matches(r"^F[0-9]{7}$"), nullable=False, unique=True),
            "carrier": pa.Column(str, pa.Check.isin(CARRIERS)),
            "origin": pa.Column(str, [pa.Check.str_matches(r"^[A-Z]{3}$"), pa.Check.str_length(3, 3)]),
            "destination": pa.Column(str, pa.Check.str_matches(r"^[A-Z]{3}$")),
            "distance": pa.Column(
                float, [pa.Check.in_range(0, 6000), pa.Check(lambda s: 500 <= s.median() <= 900)]
            ),
            "hour": pa.Column(int, pa.Check.in_range(0, 23)),
            "delay": pa.Column(
                float,
                [
                    pa.Check(lambda s: s.isna().mean() <= 0.05, ignore_na=False),
                    pa.Check(lambda s: 4 <= s.mean() <= 6),
                    pa.Check(lambda s: 25 <= s.std() <= 35),
                ],
                nullable=True,
            ),
            "date": pa.Column(
                str, pa.Check(lambda s: pd.to_datetime(s, format="%Y-%m-%d", errors="coerce").notna())
            ),
        },
        checks=pa.Check(lambda df: 1 <= len(df) <= 2_000_000),
    )
    frame = pd.read_csv(path)
    try:
        schema.validate(frame, lazy=True)
        return len(frame), {}
    except pa.errors.SchemaErrors as errors:
        return len(frame), errors.failure_cases.groupby(["column", "check"]).size().to_dict()


def gx(path):
    import great_expectations as gx
    import great_expectations.expectations as gxe

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    frame = pd.read_csv(path)
    batch = (
        context.data_sources.add_pandas("rows")
        .add_dataframe_asset("rows")
        .add_batch_definition_whole_dataframe("rows")
        .get_batch({"dataframe": frame})
    )
    suite = gx.ExpectationSuite(
        name="flights",
        expectations=[
            gxe.ExpectColumnValuesToNotBeNull(column="id"),
            gxe.ExpectColumnValuesToMatchRegex(column="id", regex="^F[0-9]{7}$"),
            gxe.ExpectColumnValuesToBeInSet(column="carrier", value_set=CARRIERS),
            gxe.ExpectColumnValuesToMatchRegex(column="origin", regex="^[A-Z]{3}$"),
            gxe.ExpectColumnValuesToMatchRegex(column="destination", regex="^[A-Z]{3}$"),
            gxe.ExpectColumnValueLengthsToEqual(column="origin", value=3),
            gxe.ExpectColumnValuesToBeBetween(column="distance", min_value=0, max_value=6000),
            gxe.ExpectColumnValuesToBeBetween(column="hour", min_value=0, max_value=23),
            gxe.ExpectColumnValuesToNotBeNull(column="delay", mostly=0.95),
            gxe.ExpectColumnMeanToBeBetween(column="delay", min_value=4, max_value=6),
            gxe.ExpectColumnStdevToBeBetween(column="delay", min_value=25, max_value=35),
            gxe.ExpectColumnMedianToBeBetween(column="distance", min_value=500, max_value=900),
            gxe.ExpectColumnValuesToMatchStrftimeFormat(column="date", strftime_format="%Y-%m-%d"),
            gxe.ExpectTableRowCountToBeBetween(min_value=1, max_value=2_000_000),
            gxe.ExpectColumnValuesToBeUnique(column="id"),
        ],
    )
    result = batch.validate(suite, result_format="SUMMARY")
    counts = {}
    for one in result.results:
        if not one.success:
            key = (one.expectation_config.kwargs.get("column"), one.expectation_config.type)
            counts[key] = one.result.get("unexpected_count", one.exception_info)
    return len(frame), counts


tool, path = sys.argv[1], sys.argv[2]
for i in range(int(sys.argv[3]) if len(sys.argv) > 3 else 3):
    wall, cpu = time.perf_counter(), time.process_time()
    rows, counts = {"pandera": pandera, "gx": gx}[tool](path)
    print(f"{tool} {time.perf_counter() - wall:.2f} s, {time.process_time() - cpu:.2f} s of processor, {rows} rows")
    if i == 0:
        for key, count in counts.items():
            print("  ", count, key)
