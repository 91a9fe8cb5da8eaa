"""Exports a trained Python model as a directory which MLOps4J serves, and proves the answers first.

    from export_mlops4j import export
    export(model, X_train, "export/flight-delay", y_train=y_train, name="flight-delay")

    python export_mlops4j.py model.joblib train.csv export/flight-delay --label late --name flight-delay

`model` is a fitted scikit-learn, LightGBM or XGBoost model: a binary classifier or a regressor, alone or at
the end of a Pipeline. `X_train` is the DataFrame it was fitted on: its columns, in order, are the features.
The directory then holds:

    model.onnx       the model, one float tensor [n, d] in
    encoding.json    how a row becomes those floats: what the ColumnTransformer did
    signature.json   features, kinds and order, with the fingerprint Java computes for its record
    baseline.json    what the training data and the scores looked like, for drift monitors
    golden.json      rows, odd ones too, with Python's own answers; Java replays them before it serves
    training.json    libraries, hyperparameters, metrics, digest of the data, commit
    mlops4j.json     format version, and size and SHA-256 of every file above

What becomes of preprocessing. Steps before the model are translated into the encoding as far as they are
of these kinds: OneHotEncoder, OrdinalEncoder, TargetEncoder, StandardScaler, MinMaxScaler, MaxAbsScaler,
RobustScaler, SimpleImputer, passthrough; in a ColumnTransformer, in a Pipeline, or nested. Java computes
them in 64 bits from the row itself, as scikit-learn does, and rounds once, to the model's 32-bit input.
From the first step of the outer Pipeline which is not of these kinds, everything is converted into the
graph by skl2onnx. What fits neither way is refused, naming the step.

32 bits. ONNX models take 32-bit floats. Where training saw 64-bit numbers, a value may land on the other
side of a tree's split. Every golden row and up to 20,000 training rows are run through ONNX Runtime before
anything is written; beyond the tolerance the export is refused, naming the row and both numbers, and says
so when this rounding is the cause. The cure is to train on numbers rounded by `X.astype("float32")`.

Sensitive features. In golden rows their values are made up: categories drawn from the vocabulary, numbers
from the range between two quantiles, independent of the row. The baseline holds hashes and no extremes.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import json
import math
import numbers
import platform
import struct
import subprocess
import unicodedata
import warnings
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pandas as pd

FORMAT = 1
TOLERANCE = 1e-5
PROBES = 20_000
PLAIN_GOLDEN_ROWS = 30
MOST_CATEGORIES = 200  # per feature, that get a golden row of their own
OPSET = {"": 17, "ai.onnx.ml": 3}
MAX_IR_VERSION = 8
NONE, REJECT = "none", "reject"
LIBRARIES = ["scikit-learn", "lightgbm", "xgboost", "xgboost-cpu", "skl2onnx", "onnxmltools", "onnx",
             "onnxruntime", "numpy", "pandas"]


class ExportRefused(ValueError):
    """The model cannot be exported; says why and what to do."""


# ---------------------------------------------------------------------------------------------- features


@dataclass(frozen=True)
class Feature:
    """One column of the training frame, as Java will know it."""
    column: str
    name: str
    kind: str  # numeric or categorical
    whole: bool  # integers or booleans: a Java field of that type cannot be missing
    category: bool  # pandas' category type
    sensitive: bool


def is_missing(value) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def plain(value):
    """The value as JSON and Java know it."""
    if is_missing(value):
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    return str(value)


def kind_of(column: str, values: pd.Series) -> str:
    dtype = values.dtype.categories.dtype if isinstance(values.dtype, pd.CategoricalDtype) else values.dtype
    if pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_integer_dtype(dtype) or pd.api.types.is_float_dtype(dtype):
        return "numeric"
    if dtype == object or pd.api.types.is_string_dtype(dtype):
        if all(isinstance(v, str) or is_missing(v) for v in values):
            return "categorical"
        raise ExportRefused(f"Column '{column}' mixes texts with other values. Make it one or the other.")
    raise ExportRefused(f"Column '{column}' has type {dtype}, which has no counterpart in Java's schema. "
                        "Turn it into numbers or texts before fitting (of a time: its hour, its weekday).")


def features_of(frame: pd.DataFrame, rename: dict, sensitive) -> list[Feature]:
    if not isinstance(frame, pd.DataFrame):
        raise ExportRefused(f"X_train is a {type(frame).__name__} (expected: a pandas DataFrame; the names of its "
                            "columns become the names of the features).")
    if len(frame) == 0:
        raise ExportRefused("X_train has 0 rows.")
    names = [str(rename.get(c, c)) for c in frame.columns]
    unknown = (set(rename) - set(frame.columns)) | (set(sensitive) - set(names))
    if unknown:
        raise ExportRefused(f"rename or sensitive names {sorted(map(str, unknown))}, which are no features. "
                            f"Features: {names}.")
    features = []
    for column, name in zip(frame.columns, names):
        if not name.strip() or utf16_length(name) > 128 or not all(printable(c) for c in name):
            raise ExportRefused(f"Feature name {name[:64]!r} (expected: 1 to 128 printable characters). Use rename.")
        if names.count(name) > 1:
            raise ExportRefused(f"Two features are called '{name}'. Use rename.")
        values = frame[column]
        whole = pd.api.types.is_integer_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype)
        category = isinstance(values.dtype, pd.CategoricalDtype)
        features.append(Feature(column, name, kind_of(column, values), whole, category, name in sensitive))
    return features


def printable(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fingerprint(features: list[Feature]) -> str:
    """Schema.fingerprint() of Java: name, kind, order."""
    lines = "".join(f"{utf16_length(f.name)}:{f.name}|{f.kind.upper()}|1\n" for f in features)
    return hashlib.sha256(lines.encode()).hexdigest()


def data_digest(features: list[Feature], frame: pd.DataFrame, labels=None) -> str:
    """LabeledDataset.digest() of Java over the same rows in the same order (Dataset.digest() without labels)."""
    digest = hashlib.sha256(f"mlops4j-rows-1\n{fingerprint(features)}\n".encode())
    columns = [(f.kind == "numeric", frame[f.column].tolist()) for f in features]
    for i in range(len(frame)):
        for number, values in columns:
            value = values[i]
            if is_missing(value):
                digest.update(b"\0")
            elif number:
                digest.update(b"\1" + struct.pack(">d", float(value) + 0.0))
            else:
                text = str(value).encode()
                digest.update(b"\2" + struct.pack(">i", len(text)) + text)
        if labels is not None:
            digest.update(b"\4" + struct.pack(">d", float(labels[i]) + 0.0))
    return digest.hexdigest()


# ---------------------------------------------------------------------------------------------- encoding


@dataclass(frozen=True)
class Number:
    """(value - offset) / scale in 64 bits; `missing` is what a missing value becomes afterwards."""
    feature: Feature
    offset: float = 0.0
    scale: float = 1.0
    missing: float = math.nan
    width: int = 1

    @property
    def scaled(self) -> bool:
        return self.offset != 0.0 or self.scale != 1.0

    def json(self) -> dict:
        result = {"feature": self.feature.name, "as": "scaled" if self.scaled else "numeric"}
        if self.scaled:
            result |= {"offset": self.offset, "scale": self.scale}
        return result if math.isnan(self.missing) else result | {"missing": float(np.float32(self.missing))}

    def encode(self, values: pd.Series) -> np.ndarray:
        numeric = values.astype("float64").to_numpy()
        scaled = (numeric - self.offset) / self.scale
        return np.where(np.isnan(numeric), self.missing, scaled)[:, None]


@dataclass(frozen=True)
class Word:
    """A text that nothing has encoded yet; `fill` is what an imputer puts for a missing one."""
    feature: Feature
    fill: str | None = None
    width: int = 1


@dataclass(frozen=True)
class Hot:
    """One float per group of values. `unseen` and `missing` are a group's position, none or reject."""
    feature: Feature
    groups: list
    zeros: list  # known values without a column: OneHotEncoder(drop=...)
    unseen: object
    missing: object

    @property
    def width(self) -> int:
        return len(self.groups)

    def json(self) -> dict:
        head = {"feature": self.feature.name}
        if (all(len(g) == 1 for g in self.groups) and self.unseen in (NONE, REJECT) and self.missing == NONE
                and not (self.zeros and self.unseen == REJECT)):
            return head | {"as": "one-hot", "vocabulary": [g[0] for g in self.groups],
                           "unseen": "reject" if self.unseen == REJECT else "zeros"}
        return head | {"as": "one-hot-groups", "groups": self.groups, "zeros": self.zeros,
                       "unseen": self.unseen, "missing": self.missing}

    def encode(self, values: pd.Series) -> np.ndarray:
        position = {key(v): i for i, g in enumerate(self.groups) for v in g} | {key(v): NONE for v in self.zeros}
        result = np.zeros((len(values), self.width))
        for row, value in enumerate(values):
            at = self.missing if is_missing(value) else position.get(key(value), self.unseen)
            refuse_if_rejected(self.feature, at)
            if at != NONE:
                result[row, at] = 1
        return result


@dataclass(frozen=True)
class Mapped:
    """One float per known value. `unseen` and `missing` are a float or reject."""
    feature: Feature
    vocabulary: list
    floats: list
    unseen: object
    missing: object
    width: int = 1

    def json(self) -> dict:
        head = {"feature": self.feature.name}
        if (self.vocabulary and self.floats == list(range(len(self.vocabulary))) and self.missing == -1
                and self.unseen in (-1, REJECT)):
            return head | {"as": "ordinal", "vocabulary": self.vocabulary,
                           "unseen": "reject" if self.unseen == REJECT else "zeros"}
        return head | {"as": "mapped", "vocabulary": self.vocabulary, "values": self.floats,
                       "unseen": nan_to_null(self.unseen), "missing": nan_to_null(self.missing)}

    def encode(self, values: pd.Series) -> np.ndarray:
        known = {key(v): f for v, f in zip(self.vocabulary, self.floats)}
        result = []
        for value in values:
            number = self.missing if is_missing(value) else known.get(key(value), self.unseen)
            refuse_if_rejected(self.feature, number)
            result.append(number)
        return np.array(result, float)[:, None]


def key(value):
    """Numbers of any type compare by value, as Java's do."""
    return float(value) if isinstance(value, (numbers.Number, np.bool_)) else str(value)


def nan_to_null(value):
    return None if isinstance(value, float) and math.isnan(value) else value


def refuse_if_rejected(feature: Feature, found) -> None:
    if isinstance(found, str) and found == REJECT:
        raise ExportRefused(f"Feature {feature.name} has a value that was not seen in training, and the model's "
                            "encoder rejects those.")


def encoding_json(columns: list) -> dict:
    written = [c.json() for c in columns]
    extended = any(c["as"] in ("one-hot-groups", "mapped") for c in written)
    return {"format": 2 if extended else 1, "columns": written}


def encode(columns: list, frame: pd.DataFrame) -> np.ndarray:
    """The floats [n, d] that Java writes for these rows."""
    with np.errstate(over="ignore"):
        return np.hstack([c.encode(frame[c.feature.column]) for c in columns]).astype(np.float32)


# ------------------------------------------------------------------------- from fitted steps to an encoding


class Untranslatable(ExportRefused):
    """A step which is no encoding. Fine as a step of the outer Pipeline, where the graph can take it."""


def start(features: list[Feature]) -> list:
    return [Number(f) if f.kind == "numeric" else Word(f) for f in features]


def through(step, columns: list, path: str) -> list:
    """The columns after a fitted step."""
    kind = type(step).__name__
    if isinstance(step, str) and step == "passthrough":
        return columns
    if kind == "FunctionTransformer" and step.func is None:
        return columns
    if kind == "Pipeline":
        for name, inner in step.steps:
            columns = through(inner, columns, f"{path} > {name}")
        return columns
    if kind == "ColumnTransformer":
        return through_column_transformer(step, columns, path)
    if kind in ("StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler"):
        return through_scaler(step, kind, columns, path)
    if kind == "SimpleImputer":
        return through_imputer(step, columns, path)
    if kind in ("OneHotEncoder", "OrdinalEncoder", "TargetEncoder"):
        return through_categories(step, kind, columns, path)
    advice = ("It runs Python code, which Java does not have: compute its result as a column of the data, on both "
              "sides." if kind == "FunctionTransformer" else
              "If it takes numbers only, make it a step of its own after the ColumnTransformer: from there on "
              "everything goes into the ONNX graph. Otherwise compute its result as a column of the data.")
    raise Untranslatable(f"Step '{path}' is a {kind}, which is not exported at that place. {advice}")


def through_column_transformer(step, columns: list, path: str) -> list:
    if step.transformer_weights:
        raise Untranslatable(f"Step '{path}' has transformer_weights, which are not exported. Scale with a scaler.")
    if sum(c.width for c in columns) != len(columns):
        raise Untranslatable(f"Step '{path}' selects columns from what an encoder made. Encode in one place.")
    names = list(getattr(step, "feature_names_in_", [c.feature.column for c in columns]))
    result = []
    for name, inner, selection in step.transformers_:
        if isinstance(inner, str) and inner == "drop":
            continue
        chosen = [columns[i] for i in positions(selection, names, f"{path} > {name}")]
        result += through(inner, chosen, f"{path} > {name}") if chosen else []
    return result


def positions(selection, names: list, path: str) -> list[int]:
    if callable(selection):
        raise Untranslatable(f"Step '{path}' selects its columns by a function. Name the columns.")
    if isinstance(selection, slice):
        start_at, stop = (names.index(e) if isinstance(e, str) else e for e in (selection.start, selection.stop))
        return list(range(len(names))[slice(start_at, stop if not isinstance(selection.stop, str) else stop + 1)])
    items = [selection] if isinstance(selection, (str, numbers.Integral)) else list(selection)
    if items and all(isinstance(i, (bool, np.bool_)) for i in items):
        return [i for i, kept in enumerate(items) if kept]
    return [names.index(i) if isinstance(i, str) else range(len(names))[int(i)] for i in items]


def through_scaler(step, kind: str, columns: list, path: str) -> list:
    n = len(columns)
    if kind == "MinMaxScaler":
        if step.clip:
            raise Untranslatable(f"Step '{path}' clips, which an encoding cannot. Set clip=False.")
        offsets, scales = -step.min_ / step.scale_, 1 / step.scale_
    elif kind == "MaxAbsScaler":
        if getattr(step, "clip", False):
            raise Untranslatable(f"Step '{path}' clips, which an encoding cannot. Set clip=False.")
        offsets, scales = np.zeros(n), step.scale_
    else:
        centre = step.mean_ if kind == "StandardScaler" else step.center_
        shifts = step.with_mean if kind == "StandardScaler" else step.with_centering
        offsets = centre if shifts and centre is not None else np.zeros(n)
        scales = np.ones(n) if step.scale_ is None else step.scale_
    result = []
    for column, offset, scale in zip(columns, map(float, offsets), map(float, scales), strict=True):
        if isinstance(column, Mapped):  # an encoded category, scaled: still one float per category
            scaled = [v if v == REJECT else (v - offset) / scale for v in
                      [*column.floats, column.unseen, column.missing]]
            result.append(replace(column, floats=scaled[:-2], unseen=scaled[-2], missing=scaled[-1]))
        elif isinstance(column, Number) and not column.scaled:
            result.append(replace(column, offset=offset, scale=scale, missing=(column.missing - offset) / scale))
        else:
            what = "text" if isinstance(column, Word) else "an encoder's or another scaler's output"
            raise Untranslatable(f"Step '{path}' scales {what} (feature {column.feature.name}).")
    return result


def through_imputer(step, columns: list, path: str) -> list:
    if not is_missing(step.missing_values):
        raise Untranslatable(f"Step '{path}' takes {step.missing_values!r} for missing. Only NaN and None are missing "
                             "in Java: replace them in the data.")
    result = []
    for column, fill in zip(columns, step.statistics_, strict=True):
        if is_missing(fill):
            raise Untranslatable(f"Step '{path}' saw no value of feature {column.feature.name}. Leave it out.")
        if isinstance(column, Word):
            result.append(column if column.fill is not None else replace(column, fill=str(fill)))
        elif isinstance(column, Number):
            result.append(replace(column, missing=float(fill)) if math.isnan(column.missing) else column)
        else:
            raise Untranslatable(f"Step '{path}' imputes after an encoder (feature {column.feature.name}).")
    if step.add_indicator:
        result += [Mapped(columns[i].feature, [], [], 0.0, 1.0) for i in step.indicator_.features_]
    return result


def through_categories(step, kind: str, columns: list, path: str) -> list:
    """Asks the encoder itself what becomes of each category, of an unseen one and of a missing one."""
    for column in columns:
        if not isinstance(column, Word) and not (isinstance(column, Number) and not column.scaled):
            raise Untranslatable(f"Step '{path}' encodes what another step made of {column.feature.name}.")
    if kind == "OneHotEncoder":
        dropped = step.drop_idx_ if step.drop_idx_ is not None else [None] * len(columns)
        rare = getattr(step, "infrequent_categories_", None) or [None] * len(columns)
        widths = [len(c) - (d is not None) - (0 if r is None else len(r) - 1)
                  for c, d, r in zip(step.categories_, dropped, rare)]
    else:
        widths = [1] * len(columns)
    result, at = [], 0
    for j, (column, width) in enumerate(zip(columns, widths, strict=True)):
        known = [v for v in step.categories_[j] if not is_missing(v)]
        if sum(is_missing(v) for v in step.categories_[j]) > 1:
            raise ExportRefused(f"Feature {column.feature.name} was trained with None and NaN, which are both missing "
                                "in Java. Use one of them.")
        def ask(value):
            answers = encoder_answers(step, j, [value], path)
            return None if answers is None else answers[0, at:at + width]

        table = encoder_answers(step, j, known, path)[:, at:at + width] if known else []
        absent = next((v for v in step.categories_[j] if is_missing(v)), np.nan)
        fill = column.fill if isinstance(column, Word) else nan_to_null(column.missing)
        missing = ask(absent if fill is None else fill)
        result.append((hot if kind == "OneHotEncoder" else mapped)(
            column.feature, known, table, ask(unlike(known)), missing, width))
        at += width
    if at != encoder_answers(step, 0, list(step.categories_[0][:1]), path).shape[1]:
        raise ExportRefused(f"Step '{path}' makes another number of columns than {at}. It is not exported.")
    return [c for c in result if c.width > 0]


def encoder_answers(step, j: int, values: list, path: str):
    """What a fitted encoder makes of values of its column j, one row each; None if it rejects one of them."""
    cells = [[next((v for v in c if not is_missing(v)), c[0])] * len(values) for c in step.categories_]
    cells[j] = values
    if hasattr(step, "feature_names_in_"):
        rows = pd.DataFrame({name: pd.Series(c, dtype=object if known.dtype.kind in "OUST" else None)
                             for name, c, known in zip(step.feature_names_in_, cells, step.categories_)})
    else:
        rows = np.array(cells, dtype=object).T
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answers = step.transform(rows)
    except (ValueError, TypeError):
        return None
    return np.asarray(answers.toarray() if hasattr(answers, "toarray") else answers, float)


def unlike(known: list):
    """A value of the same type that is not among those known."""
    if all(isinstance(v, str) for v in known):
        return "(unseen)" + "'" * sum(len(v) for v in known)
    return float(max(float(v) for v in known)) + 1.5


def hot(feature: Feature, known: list, table: list, unseen, missing, width: int):
    def where(answer):
        if answer is None:
            return REJECT
        return int(answer.argmax()) if answer.any() else NONE

    groups, zeros = [[] for _ in range(width)], []
    for value, answer in zip(known, table):
        at = where(answer)
        (zeros if at == NONE else groups[at]).append(plain(value))
    return Hot(feature, groups, zeros, where(unseen), where(missing))


def mapped(feature: Feature, known: list, table: list, unseen, missing, width: int):
    def number(answer):
        return REJECT if answer is None else float(answer[0])

    return Mapped(feature, [plain(v) for v in known], [number(a) for a in table], number(unseen), number(missing))


def split(model, features: list[Feature]):
    """The columns of the encoding, and what remains of the model for the graph."""
    steps = list(model.steps) if type(model).__name__ == "Pipeline" else [("model", model)]
    columns = start(features)
    while len(steps) > 1:
        try:
            columns = through(steps[0][1], columns, steps[0][0])
        except Untranslatable as refusal:
            if any(isinstance(c, Word) for c in columns):
                raise
            if type(steps[0][1]).__name__ in ("ColumnTransformer", "FunctionTransformer"):
                raise
            print(f"{refusal} The graph takes it.")
            break
        steps = steps[1:]
    rest = steps[0][1] if len(steps) == 1 else type(model)(steps)
    return native_categories(columns, steps[-1][1]), rest


def native_categories(columns: list, estimator) -> list:
    """LightGBM's own categories become their codes; any other text that reaches the model is refused."""
    vocabularies = []
    if type(estimator).__module__.startswith("lightgbm"):
        vocabularies = list(estimator.booster_.pandas_categorical or [])
    result = []
    for column in columns:
        unencoded = isinstance(column, Word) or (isinstance(column, Number) and column.feature.category)
        if unencoded and vocabularies:
            words = [plain(v) for v in vocabularies.pop(0)]
            column = Mapped(column.feature, words, [float(i) for i in range(len(words))], math.nan, math.nan)
        elif unencoded:
            raise ExportRefused(f"Feature {column.feature.name} reaches {type(estimator).__name__} as text or category. "
                                "Put an OneHotEncoder or OrdinalEncoder for it into a ColumnTransformer before the model.")
        result.append(column)
    return result


# ------------------------------------------------------------------------------------------------- graph


def to_graph(rest, width: int, classifier: bool) -> onnx.ModelProto:
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType
    rest = without_names(rest)
    last = rest.steps[-1][1] if type(rest).__name__ == "Pipeline" else rest
    register_boosters(last)
    options = {id(last): {"zipmap": False}} if classifier else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph = to_onnx(rest, initial_types=[("input", FloatTensorType([None, width]))],
                            options=options, target_opset=OPSET)
    except Exception as problem:
        raise ExportRefused(f"{type(last).__name__} cannot be converted to ONNX: {str(problem).splitlines()[0]} "
                            "See the list of converters of skl2onnx (onnxmltools for LightGBM and XGBoost).") from problem
    say_where_missing_goes(last, graph)
    opsets = {o.domain.removeprefix("ai.onnx") and o.domain: o.version for o in graph.opset_import}
    del graph.opset_import[:]  # the converters may name a domain twice
    graph.opset_import.extend(onnx.helper.make_opsetid(*o) for o in sorted(opsets.items()))
    graph.ir_version = min(graph.ir_version, MAX_IR_VERSION)
    onnx.checker.check_model(graph)
    return graph


def say_where_missing_goes(estimator, graph: onnx.ModelProto) -> None:
    """scikit-learn's trees know on which side a missing number goes; skl2onnx 1.20 writes "right" for forests."""
    trees = [t.tree_ for t in np.ravel(getattr(estimator, "estimators_", [estimator])) if hasattr(t, "tree_")]
    ensembles = [n for n in graph.graph.node if n.op_type.startswith("TreeEnsemble")]
    if len(ensembles) != 1 or not trees or "missing_go_to_left" not in trees[0].__getstate__()["nodes"].dtype.names:
        return
    sides = [tree.__getstate__()["nodes"]["missing_go_to_left"] for tree in trees]
    attributes = {a.name: a for a in ensembles[0].attribute}
    ids = zip(attributes["nodes_treeids"].ints, attributes["nodes_nodeids"].ints)
    attributes["nodes_missing_value_tracks_true"].ints[:] = [int(sides[tree][node]) for tree, node in ids]


def register_boosters(estimator) -> None:
    module = type(estimator).__module__.split(".")[0]
    if module not in ("lightgbm", "xgboost"):
        return
    from skl2onnx import update_registered_converter
    from skl2onnx.common.shape_calculator import (calculate_linear_classifier_output_shapes,
                                                  calculate_linear_regressor_output_shapes)
    if module == "lightgbm":
        from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm as convert
    else:
        from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost as convert
    name = type(estimator).__name__
    if hasattr(estimator, "predict_proba"):
        options = {"nocl": [True, False], "zipmap": [True, False, "columns"]}
        update_registered_converter(type(estimator), f"Mlops4j{name}", calculate_linear_classifier_output_shapes,
                                    convert, options=options)
    else:
        options = {"split": None} if module == "lightgbm" else {}
        update_registered_converter(type(estimator), f"Mlops4j{name}", calculate_linear_regressor_output_shapes,
                                    convert, options=options)


def without_names(rest):
    """XGBoost's converter wants trees over f0, f1, …: the booster forgets its columns' names, in a copy."""
    if type(rest).__module__.split(".")[0] != "xgboost":
        return rest
    import copy
    named = copy.deepcopy(rest)
    named.get_booster().feature_names = None
    named.get_booster().feature_types = None
    return named


class Graph:
    """An ONNX model as Java asks it: the probability of the positive class, or one number."""

    def __init__(self, model: bytes, classifier: bool):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        floats = [o.name for o in self.session.get_outputs() if o.type == "tensor(float)"]
        if not floats:
            raise ExportRefused("The converted graph has no output of 32-bit floats. Outputs: "
                                f"{[(o.name, o.type) for o in self.session.get_outputs()]}.")
        self.output = "probabilities" if classifier and "probabilities" in floats else floats[0]

    def answers(self, encoded: np.ndarray) -> np.ndarray:
        (result,) = self.session.run([self.output], {"input": encoded})
        return result.reshape(len(encoded), -1)[:, -1].astype(float)


def python_answers(model, frame: pd.DataFrame, classifier: bool) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = model.predict_proba(frame)[:, 1] if classifier else np.asarray(model.predict(frame)).reshape(-1)
    return result.astype(float)


# ------------------------------------------------------------------------------------------- golden rows


def golden_frame(model, frame: pd.DataFrame, features: list[Feature], columns: list, scores: np.ndarray,
                 classifier: bool) -> pd.DataFrame:
    """Rows spread evenly and the lowest and highest scores; then, in copies of these, every known category that
    does not occur yet, and missing, unseen and extreme values, as far as the model takes them."""
    spread = np.linspace(0, len(frame) - 1, min(PLAIN_GOLDEN_ROWS, len(frame))).astype(int)
    order = np.argsort(scores, kind="stable")
    chosen = dict.fromkeys([*spread, *order[:2], *order[-2:]])
    plain_rows = with_made_up(frame.iloc[list(chosen)].reset_index(drop=True), frame, features, columns)
    odd = []
    for f in features:
        for value in [*not_yet_seen(f, columns, plain_rows[f.column]), *odd_values(f, frame[f.column])]:
            row = plain_rows.iloc[[len(odd) % len(plain_rows)]].copy()
            row[f.column] = column_of(value, frame[f.column])
            if accepted(model, row, columns, classifier):
                odd.append(row)
    rows = pd.concat([plain_rows, *odd], ignore_index=True) if odd else plain_rows
    for f in features:
        if f.category:  # pandas forgets the type where rows differ in their categories
            known = list(frame[f.column].dtype.categories)
            new = [v for v in pd.unique(rows[f.column].astype(object).dropna()) if v not in known]
            rows[f.column] = pd.Categorical(rows[f.column].astype(object), categories=[*known, *new])
    return rows


def not_yet_seen(feature: Feature, columns: list, values: pd.Series) -> list:
    """Known categories which are in no golden row yet: a misspelt one would go unnoticed."""
    known = {}
    for column in columns:
        if column.feature == feature and isinstance(column, (Hot, Mapped)):
            words = [w for g in column.groups for w in g] + column.zeros if isinstance(column, Hot) else column.vocabulary
            known |= {key(w): w for w in words}
    seen = {key(v) for v in values.dropna()}
    absent = [w for k, w in known.items() if k not in seen]
    return absent if len(absent) <= MOST_CATEGORIES else [
        absent[i] for i in np.linspace(0, len(absent) - 1, MOST_CATEGORIES).astype(int)]


def odd_values(feature: Feature, values: pd.Series) -> list:
    missing = [] if feature.whole and not values.isna().any() else [None]
    if feature.kind == "categorical":
        return [*missing, unlike([str(v) for v in values.dropna().unique()])]
    if feature.sensitive or values.dropna().empty:
        return missing
    low, high = float(values.min()), float(values.max())
    beyond = [] if feature.whole else [low - 10 * (high - low + 1), high + 10 * (high - low + 1)]
    return [*missing, *([low, high] if not feature.whole else [int(low), int(high)]), *beyond]


def column_of(value, like: pd.Series):
    """One cell in the type of the training column, as far as it takes the value."""
    if isinstance(like.dtype, pd.CategoricalDtype):
        known = list(like.dtype.categories)
        return pd.Categorical([value], categories=known if value is None or value in known else [*known, value])
    return pd.array([np.nan if value is None else value], dtype=like.dtype)


def accepted(model, row: pd.DataFrame, columns: list, classifier: bool) -> bool:
    try:
        encode(columns, row)
        return bool(np.isfinite(python_answers(model, row, classifier)).all())
    except Exception:  # a model may refuse missing or unseen values in its own way; Java then does, too
        return False


def with_made_up(rows: pd.DataFrame, frame: pd.DataFrame, features: list[Feature], columns: list) -> pd.DataFrame:
    """The rows with values of sensitive features which are nobody's."""
    random = np.random.default_rng(0)
    rows = rows.copy()
    for f in features:
        if not f.sensitive:
            continue
        values = frame[f.column].dropna()
        if f.kind == "categorical" or f.category or pd.api.types.is_bool_dtype(values.dtype):
            drawn = [list(values.unique())[i] for i in random.integers(values.nunique(), size=len(rows))]
        else:
            low, high = values.quantile([0.05, 0.95]).astype(float)
            drawn = random.uniform(low, high, len(rows))
            drawn = np.rint(drawn).astype(int) if f.whole else drawn.astype(np.float32).astype(float)
        rows[f.column] = pd.Series(drawn).astype(frame[f.column].dtype)
    return rows


def require_reproduced(what: str, graph: Graph, encoded: np.ndarray, expected: np.ndarray, tolerance: float, model,
                       frame: pd.DataFrame, classifier: bool) -> float:
    """The largest difference; refused beyond the tolerance."""
    answered = graph.answers(encoded)
    apart = np.abs(answered - expected)
    apart[np.isnan(apart)] = np.inf
    if len(apart) == 0 or apart.max() <= tolerance:
        return float(apart.max(initial=0.0))
    i = int(np.argmax(apart > tolerance))
    message = (f"{what} {i} of {len(apart)} is not reproduced: Python answers {float(expected[i])!r}, the exported graph "
               f"{float(answered[i])!r} (tolerance {tolerance}; {int((apart > tolerance).sum())} rows are beyond it).")
    rounded = frame.iloc[[i]].copy()
    for column in rounded.columns[[pd.api.types.is_numeric_dtype(d) for d in rounded.dtypes]]:
        rounded[column] = rounded[column].astype(np.float32).astype(np.float64)
    try:
        again = float(python_answers(model, rounded, classifier)[0])
    except Exception:
        again = math.nan
    if abs(again - answered[i]) <= tolerance:
        message += (f" With its numbers rounded to 32 bits, as the graph sees them, Python answers {again!r}, too: they "
                    "lie on another side of a tree's split. Train on X.astype('float32') (numeric columns), or on "
                    "smaller numbers (an offset taken off, a coarser unit).")
    elif frame.iloc[i].isna().any():
        message += (f" The row has no value for {', '.join(str(c) for c in frame.columns[frame.iloc[i].isna()])}: the "
                    "graph's converter treats a missing number unlike the model does. Put a SimpleImputer before the "
                    "model, so that none reaches it.")
    else:
        message += " Nothing was written. Report the model's class and its converter's version, or raise the tolerance."
    raise ExportRefused(message)


# ---------------------------------------------------------------------------------------------- baseline

BINS, CATEGORIES, RARE, SAMPLE, SEED = 20, 200, 2_000, 200_000, 1  # Baseline.Options.withDefaults() of Java
FREQUENT_CAPACITY = 20_000
MASK = (1 << 64) - 1


def edges_of(values: np.ndarray, seed: int, extremes: bool) -> np.ndarray:
    """Java's EdgeLearner: quantiles, a pair of edges around every frequent value, and the extremes."""
    values = values[np.isfinite(values)] + 0.0
    if len(values) == 0:
        return np.empty(0)
    sample = np.sort(reservoir(values, seed))
    n = len(sample)
    edges = set()
    for i in range(1, BINS):
        position = (n - 1) * (i / BINS)
        below = int(position)
        low, high = float(sample[below]), float(sample[min(below + 1, n - 1)])
        part, width = position - below, high - low
        value = low + width * part if width <= np.finfo(float).max else low * (1 - part) + high * part
        edges.add(min(high, max(low, value)) + 0.0)
    singles, counts = np.unique(sample, return_counts=True)
    for value in singles[(counts * BINS >= n) & (extremes | (counts > 1))]:
        edges |= {float(np.nextafter(value, -np.inf)) + 0.0, float(value)}
    if extremes:
        edges |= {float(np.nextafter(values.min(), -np.inf)), float(values.max())}
    return np.array(sorted(edges - {-math.inf}))


def reservoir(values: np.ndarray, seed: int) -> np.ndarray:
    """Vitter's algorithm R over SplitMix64, the same numbers as in Java."""
    if len(values) <= SAMPLE:
        return values
    sample = values[:SAMPLE].copy()
    with np.errstate(over="ignore"):
        state = np.uint64(seed) + np.arange(1, len(values) - SAMPLE + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        unit = ((state ^ (state >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53
    at = (unit * np.arange(SAMPLE + 1, len(values) + 1)).astype(np.int64)
    kept = at < SAMPLE
    sample[at[kept]] = values[SAMPLE:][kept]  # of equal positions the last one stays
    return sample


def number_cells(name: str, values: np.ndarray, seed: int, sensitive: bool) -> dict:
    edges = edges_of(values, seed, extremes=not sensitive)
    counts = np.zeros(len(edges) + 3, int)
    finite = values[np.isfinite(values)]
    counts[:len(edges) + 1] = np.bincount(np.searchsorted(edges, finite, side="left"), minlength=len(edges) + 1)
    counts[-2], counts[-1] = np.isinf(values).sum(), np.isnan(values).sum()
    return cells(name, "numeric", sensitive, counts, edges=edges.tolist())


def category_cells(name: str, values: list, sensitive: bool) -> dict:
    ranked = ranked_values(values)[:CATEGORIES + RARE]
    frequent, rare = ranked[:CATEGORIES], sorted(ranked[CATEGORIES:], key=utf16)
    if sensitive:
        frequent, rare = list(dict.fromkeys(hashed(name, v) for v in frequent)), []
    at = {v: i for i, v in enumerate(frequent)} | {v: len(frequent) for v in rare}
    counts = [0] * (len(frequent) + 3)
    for value, n in collections.Counter(values).items():
        if value is None:
            counts[-1] += n
        elif utf16_length(value) > 256:
            counts[-2] += n
        else:
            counts[at.get(hashed(name, value) if sensitive else value, len(frequent) + 1)] += n
    return cells(name, "categorical", sensitive, counts, values=frequent, rare=rare)


def cells(name: str, kind: str, sensitive: bool, counts, **where) -> dict:
    return {"name": name, "kind": kind, "reference": [int(c) for c in counts], **where} | (
        {"sensitive": True} if sensitive else {})


def ranked_values(values: list) -> list:
    """Java's FrequentValues: by falling count, ties in UTF-16 order; batched Misra-Gries beyond its capacity."""
    kept = [v for v in values if v is not None and utf16_length(v) <= 256 and storable(v)]
    counts = collections.Counter(kept)
    if len(counts) > 2 * FREQUENT_CAPACITY:
        counts = collections.Counter()
        for value in kept:
            counts[value] += 1
            if len(counts) > 2 * FREQUENT_CAPACITY:
                cut = sorted(counts.values())[-1 - FREQUENT_CAPACITY]
                counts = collections.Counter({v: n - cut for v, n in counts.items() if n > cut})
    return sorted(counts, key=lambda v: (-counts[v], utf16(v)))


def utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def storable(text: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in text)


def hashed(feature: str, value: str) -> str:
    """CategoryCells.hashed() of Java: FNV-1a over UTF-16 units, then SplittableRandom's finaliser."""
    h = 0xCBF29CE484222325
    for unit in [*units(feature), 0x1F, *units(value)]:
        h = (h ^ unit) * 0x100000001B3 & MASK
    h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9 & MASK
    h = (h ^ h >> 27) * 0x94D049BB133111EB & MASK
    return f"{h ^ h >> 31:016x}"


def units(text: str):
    return struct.unpack(f">{utf16_length(text)}H", utf16(text))


def baseline(features: list[Feature], frame: pd.DataFrame, scores: np.ndarray) -> dict:
    """Baseline.fit(schema, rows).withScores(scores) of Java, with its default options."""
    described = []
    for i, f in enumerate(features):
        if f.kind == "numeric":
            numeric = frame[f.column].astype("float64").to_numpy()
            described.append(number_cells(f.name, numeric, SEED + i, f.sensitive))
        else:
            described.append(category_cells(f.name, [plain(v) for v in frame[f.column]], f.sensitive))
    return {"format": 1, "rows": len(frame), "features": described, "skipped": [],
            "scores": number_cells("(score)", scores, SEED, False)}


# ------------------------------------------------------------------------------------------------ export


def export(model, X_train: pd.DataFrame, out_dir, *, y_train=None, golden: pd.DataFrame | None = None,
           tolerance: float | None = None, sensitive=(), rename: dict | None = None, name: str = "model",
           metrics: dict | None = None, data_name: str = "training data", hyperparameters: dict | None = None) -> dict:
    """Writes the export and returns what was checked; raises ExportRefused and writes nothing if it cannot.

    y_train: the labels of X_train (0 and 1, or the numbers), for the digest of the data. Java computes the same
        from a LabeledDataset of the same rows, and so knows evidence that comes from the training data itself.
    golden: rows which golden rows and reference scores are taken from, best those of a validation set; X_train
        unless given.
    tolerance: the largest difference between Python and Java accepted; 1e-5, for regressions times the largest
        answer's size.
    sensitive: names of features (after renaming) whose values are never shown.
    rename: column name to feature name, for Java's record components.
    """
    rename, held = rename or {}, X_train if golden is None else golden
    if not name or not all(c.isascii() and (c.isalnum() or c in "._-") for c in name) or name[0] == "." or len(name) > 128:
        raise ExportRefused(f"name: {name[:64]!r} (expected: 1 to 128 of A-Z a-z 0-9 . _ -, not starting with a dot)")
    features = features_of(X_train, rename, sensitive)
    if y_train is not None and len(y_train) != len(X_train):
        raise ExportRefused(f"y_train has {len(y_train)} labels, X_train {len(X_train)} rows.")
    if not isinstance(held, pd.DataFrame) or len(held) == 0 or list(held.columns) != list(X_train.columns):
        raise ExportRefused("golden is not a DataFrame with at least one row and the columns of X_train.")
    classifier = hasattr(model, "classes_") or hasattr(model, "predict_proba")
    if classifier and len(model.classes_) != 2:
        raise ExportRefused(f"The model has {len(model.classes_)} classes. Golden rows hold one number: binary "
                            "classifiers and regressors are exported, models of several classes are not yet.")
    if classifier and not hasattr(model, "predict_proba"):
        raise ExportRefused(f"{type(model).__name__} gives no probabilities. Wrap it into CalibratedClassifierCV.")

    columns, rest = split(model, features)
    width = sum(c.width for c in columns)
    proto = to_graph(rest, width, classifier)
    proto.doc_string = f"{name}: {type(model).__name__} exported for MLOps4J."
    graph_bytes = proto.SerializeToString(deterministic=True)
    graph = Graph(graph_bytes, classifier)

    scores = python_answers(model, held, classifier)
    rows = golden_frame(model, held, features, columns, scores, classifier)
    expected = python_answers(model, rows, classifier)
    if tolerance is None:
        tolerance = TOLERANCE if classifier else float(f"{TOLERANCE * max(1.0, np.abs(expected).max()):.0e}")
    checked = {}
    probes = X_train.iloc[np.linspace(0, len(X_train) - 1, min(PROBES, len(X_train))).astype(int)]
    for what, frame, answers in [("Golden row", rows, expected),
                                 ("Training row", probes, python_answers(model, probes, classifier))]:
        worst = require_reproduced(what, graph, encode(columns, frame), answers, tolerance, model, frame, classifier)
        checked[what] = {"rows": len(frame), "largestDifference": worst}

    labels = None if y_train is None else numeric_labels(y_train, model, classifier)
    documents = {
        "encoding.json": encoding_json(columns),
        "signature.json": signature(features, columns),
        "baseline.json": baseline(features, X_train, scores),
        "golden.json": {"tolerance": tolerance, "rows": [
            {"input": {f.name: plain(v) for f, v in zip(features, row)}, "expected": float(e)}
            for row, e in zip(rows[[f.column for f in features]].itertuples(index=False, name=None), expected)]},
        "training.json": training(model, features, X_train, labels, data_name, metrics or {}, hyperparameters),
    }
    write(Path(out_dir), name, classifier, model, graph_bytes, documents)
    for what, result in checked.items():
        print(f"{what}: {result['rows']} replayed in ONNX Runtime, at most {result['largestDifference']:.1e} "
              f"from Python's answers (tolerance {tolerance:g})")
    print(f"{out_dir}: {len(graph_bytes):,} bytes of ONNX, {len(features)} features as {width} floats")
    return {"tolerance": tolerance, "width": width, "fingerprint": fingerprint(features), "checked": checked}


def numeric_labels(y_train, model, classifier: bool) -> list:
    y = np.asarray(y_train)
    return (y == model.classes_[1]).astype(float).tolist() if classifier else y.astype(float).tolist()


def signature(features: list[Feature], columns: list) -> dict:
    domains = {c.feature.name: [v for g in c.groups for v in g] + c.zeros if isinstance(c, Hot) else c.vocabulary
               for c in columns if isinstance(c, (Hot, Mapped))}
    written = []
    for f in features:
        entry = {"name": f.name, "kind": f.kind} | ({"sensitive": True} if f.sensitive else {})
        domain = domains.get(f.name)
        written.append(entry | {"domain": domain} if domain and f.kind == "categorical" and not f.sensitive else entry)
    return {"format": 1, "features": written, "fingerprint": fingerprint(features)}


def training(model, features, frame, labels, data_name, metrics, hyperparameters) -> dict:
    wrong = [k for k, v in metrics.items() if not isinstance(v, numbers.Real) or not math.isfinite(v)]
    if wrong:
        raise ExportRefused(f"metrics {wrong} are not finite numbers.")
    if hyperparameters is None:
        last = model.steps[-1][1] if type(model).__name__ == "Pipeline" else model
        hyperparameters = {k: v for k, v in last.get_params(deep=False).items()
                           if v is not None and isinstance(v, (str, bool, numbers.Number))}
    return {"format": 1,
            "data": {"name": data_name, "rows": len(frame), "digest": data_digest(features, frame, labels)},
            "code": commit(),
            "environment": {"python": f"{platform.python_implementation()} {platform.python_version()}",
                            "os": f"{platform.system()} {platform.machine()}"},
            "libraries": {lib: v for lib in LIBRARIES if (v := installed(lib))},
            "hyperparameters": {str(k): str(plain(v)) for k, v in hyperparameters.items()},
            "metrics": {str(k): float(v) for k, v in metrics.items()}}


def installed(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def commit() -> dict:
    """The revision of the directory the script is started in, if it is under git."""
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True, timeout=20).stdout.strip()

    try:
        return {"commit": git("rev-parse", "HEAD"), "workTree": "DIRTY" if git("status", "--porcelain") else "CLEAN"}
    except (OSError, subprocess.SubprocessError):
        return {"commit": "UNKNOWN", "workTree": "UNKNOWN"}


def write(out: Path, name: str, classifier: bool, model, graph: bytes, documents: dict) -> None:
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / "mlops4j.json").is_file())):
        raise ExportRefused(f"{out} exists and is no earlier export. Name a new directory.")
    contents = {"model.onnx": graph} | {
        file: (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
        for file, document in documents.items()}
    manifest = {"format": FORMAT, "name": name, "modelFormat": "onnx",
                "answers": "probability" if classifier else "number",
                "files": [{"name": file, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
                          for file, content in sorted(contents.items())]}
    if classifier:
        manifest["positiveClass"] = str(plain(model.classes_[1]))
    out.mkdir(parents=True, exist_ok=True)
    (out / "mlops4j.json").unlink(missing_ok=True)  # an export cut off half-way has no manifest
    for file, content in contents.items():
        (out / file).write_bytes(content)
    (out / "mlops4j.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def main(arguments=None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="a joblib or pickle file (opening one runs code: only your own)")
    parser.add_argument("train", type=Path, help="CSV of the training rows")
    parser.add_argument("out", type=Path, help="directory to write")
    parser.add_argument("--label", help="the label's column in the CSV files")
    parser.add_argument("--drop", default="", help="columns that are no features, with commas between")
    parser.add_argument("--golden", type=Path, help="CSV of validation rows, with the same columns")
    parser.add_argument("--name", default="model")
    parser.add_argument("--tolerance", type=float)
    parser.add_argument("--sensitive", default="", help="features whose values are never shown, with commas between")
    parser.add_argument("--rename", default=[], nargs="*", metavar="COLUMN=FEATURE")
    options = parser.parse_args(arguments)
    import joblib
    dropped = [c for c in [*options.drop.split(","), options.label] if c]

    def read(path: Path):
        frame = pd.read_csv(path)
        return frame.drop(columns=dropped), frame[options.label] if options.label else None

    X, y = read(options.train)
    try:
        export(joblib.load(options.model), X, options.out, y_train=y, name=options.name, data_name=options.train.name,
               golden=read(options.golden)[0] if options.golden else None, tolerance=options.tolerance,
               sensitive=[s for s in options.sensitive.split(",") if s],
               rename=dict(r.split("=", 1) for r in options.rename))
    except ExportRefused as refusal:
        raise SystemExit(f"Not exported. {refusal}") from None


if __name__ == "__main__":
    main()
