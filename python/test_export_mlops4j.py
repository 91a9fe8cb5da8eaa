"""Tests of export_mlops4j.py:  python -m unittest discover -s python  (with python/requirements.txt installed)."""

import contextlib
import hashlib
import io
import json
import tempfile
import unittest
import warnings
from pathlib import Path

import joblib
import numpy as np
import onnx
import pandas as pd
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import (ExtraTreesClassifier, GradientBoostingClassifier, GradientBoostingRegressor, HistGradientBoostingClassifier,
                              RandomForestClassifier, RandomForestRegressor)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (FunctionTransformer, KBinsDiscretizer, MaxAbsScaler, MinMaxScaler, OneHotEncoder,
                                   OrdinalEncoder, PolynomialFeatures, RobustScaler, StandardScaler, TargetEncoder)
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier, XGBRegressor

import export_mlops4j as script
import make_vectors
from export_mlops4j import ExportRefused, export

warnings.simplefilter("ignore")
VECTORS = make_vectors.OUT / "vectors.json"


def data(n: int = 500, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "colour": random.choice(["red", "green", "blue", "mauve", "teal"], n, p=[0.4, 0.3, 0.2, 0.06, 0.04]),
        "size": random.choice(["S", "M", "L"], n),
        "hour": random.integers(0, 24, n),
        "weight": random.gamma(2.0, 3.0, n).astype(np.float32).astype(float),
        "member": random.random(n) < 0.3})
    value = (frame["weight"] + 4.0 * (frame["colour"] == "red") + 0.2 * frame["hour"] + frame["member"]
             + random.normal(0, 2, n)).to_numpy()
    return frame, (value > np.median(value)).astype(int), value


def columns(*more, remainder="passthrough") -> ColumnTransformer:
    return ColumnTransformer([
        ("words", OneHotEncoder(handle_unknown="ignore"), ["colour", "size"]), *more], remainder=remainder)


class ExportTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name) / "export"
        self.frame, self.y, self.value = data()

    def written(self, model, frame=None, **more) -> dict:
        with contextlib.redirect_stdout(io.StringIO()):
            result = export(model, self.frame if frame is None else frame, self.out, **more)
        self.assertLess(max(c["largestDifference"] for c in result["checked"].values()), result["tolerance"])
        return result

    def document(self, name: str) -> dict:
        return json.loads((self.out / name).read_text(encoding="utf-8"))

    def encoded(self) -> list:
        return self.document("encoding.json")["columns"]

    def refused(self, model, *parts: str, frame=None, **more) -> None:
        with self.assertRaises(ExportRefused) as caught:
            self.written(model, frame, **more)
        for part in parts:
            self.assertIn(part, str(caught.exception))
        self.assertFalse(self.out.exists(), "nothing is written")

    # Models. Each export replays its golden rows and the training rows in ONNX Runtime.

    def test_export_classifiers_agree_with_python(self):
        for last in [LogisticRegression(max_iter=500), GradientBoostingClassifier(n_estimators=20),
                     HistGradientBoostingClassifier(max_iter=20), RandomForestClassifier(20),
                     CalibratedClassifierCV(LogisticRegression(max_iter=500)),
                     LGBMClassifier(n_estimators=20, verbose=-1), XGBClassifier(n_estimators=20)]:
            with self.subTest(type(last).__name__):
                self.written(make_pipeline(columns(), last).fit(self.frame, self.y), y_train=self.y)
                self.assertEqual("probability", self.document("mlops4j.json")["answers"])

    def test_export_regressors_agree_with_python(self):
        for last in [LinearRegression(), RandomForestRegressor(20), GradientBoostingRegressor(n_estimators=20),
                     LGBMRegressor(n_estimators=20, verbose=-1), XGBRegressor(n_estimators=20)]:
            with self.subTest(type(last).__name__):
                self.written(make_pipeline(columns(), last).fit(self.frame, self.value), y_train=self.value)
                self.assertEqual("number", self.document("mlops4j.json")["answers"])

    def test_export_models_without_pipeline_over_numbers_and_missing(self):
        numbers = self.frame[["hour", "weight", "member"]].copy()
        numbers.loc[::7, "weight"] = np.nan
        for model in [HistGradientBoostingClassifier(max_iter=20), LGBMClassifier(n_estimators=20, verbose=-1),
                      XGBClassifier(n_estimators=20)]:
            with self.subTest(type(model).__name__):
                self.written(model.fit(numbers, self.y), numbers)
                self.assertEqual(["numeric"] * 3, [c["as"] for c in self.encoded()])
                self.assertIn(None, [r["input"]["weight"] for r in self.document("golden.json")["rows"]])

    def test_export_lightgbms_own_categories_become_codes(self):
        frame = self.frame.assign(colour=self.frame["colour"].astype("category"),
                                  size=self.frame["size"].astype("category"))
        model = LGBMClassifier(n_estimators=20, verbose=-1, min_child_samples=5).fit(frame, self.y)
        self.written(model, frame)
        self.assertEqual(["mapped", "mapped"], [c["as"] for c in self.encoded()][:2])
        self.assertEqual(["blue", "green", "mauve", "red", "teal"], self.encoded()[0]["vocabulary"])

    # Preprocessing.

    def test_export_scalers_and_imputers_are_the_encodings_numbers(self):
        frame = self.frame[["hour", "weight", "member"]].astype(float)
        frame.loc[::9, "weight"] = np.nan
        for scaler in [StandardScaler(), StandardScaler(with_mean=False), StandardScaler(with_std=False), MinMaxScaler(),
                       MaxAbsScaler(), RobustScaler(), RobustScaler(with_centering=False)]:
            for steps in [[SimpleImputer(strategy="median"), scaler], [scaler, SimpleImputer(strategy="constant", fill_value=-3)],
                          [SimpleImputer(add_indicator=True)]]:
                with self.subTest(str(steps)):
                    self.written(make_pipeline(*steps, LogisticRegression(max_iter=500)).fit(frame, self.y), frame)
                    self.assertEqual(3 + (len(steps) == 1), len(self.encoded()))

    def test_export_encoder_options_are_what_the_encoder_answers(self):
        frame = self.frame.copy()
        frame.loc[::11, "size"] = None
        for words in [OneHotEncoder(), OneHotEncoder(drop="first"), OneHotEncoder(drop="first", handle_unknown="ignore"),
                      OneHotEncoder(drop="if_binary"), OneHotEncoder(min_frequency=60, handle_unknown="infrequent_if_exist"),
                      OneHotEncoder(max_categories=3, handle_unknown="ignore", sparse_output=False),
                      OneHotEncoder(min_frequency=60, drop="first", handle_unknown="infrequent_if_exist"),
                      OrdinalEncoder(), OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-5),
                      OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan),
                      OrdinalEncoder(encoded_missing_value=-1, min_frequency=60), TargetEncoder(),
                      make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()),
                      make_pipeline(OrdinalEncoder(encoded_missing_value=-2), StandardScaler())]:
            with self.subTest(str(words)):
                preparation = ColumnTransformer([("words", words, ["colour", "size"]), ("hour", OneHotEncoder(), ["hour"])],
                                                remainder="passthrough")
                last = HistGradientBoostingClassifier(max_iter=20)
                preparation.sparse_threshold = 0
                model = make_pipeline(preparation, last).fit(frame, self.y)
                self.written(model, frame)
                columns = script.split(model, script.features_of(frame, {}, []))[0]
                np.testing.assert_allclose(script.encode(columns, frame), preparation.transform(frame).astype(np.float32))

    def test_export_column_selections_of_every_form(self):
        for selection in [["hour", "weight"], [2, 3], slice(2, 4), slice("hour", "weight"), [-3, -2],
                          np.array([False, False, True, True, False]), make_column_selector(dtype_include="number")]:
            with self.subTest(str(selection)):
                preparation = ColumnTransformer([("n", StandardScaler(), selection)], remainder="drop")
                self.written(make_pipeline(preparation, LogisticRegression()).fit(self.frame, self.y))
                self.assertEqual(["hour", "weight"], [c["feature"] for c in self.encoded()])
                self.assertEqual(5, len(self.document("signature.json")["features"]))

    def test_export_step_of_the_outer_pipeline_that_is_no_encoding_goes_into_the_graph(self):
        numbers = self.frame[["hour", "weight"]].astype(float)
        model = make_pipeline(StandardScaler(), PolynomialFeatures(2), LogisticRegression()).fit(numbers, self.y)
        self.written(model, numbers)
        self.assertEqual(["scaled", "scaled"], [c["as"] for c in self.encoded()])

    # Refusals.

    def test_export_function_transformer_is_refused_by_name(self):
        preparation = columns(("logs", FunctionTransformer(np.log1p), ["weight"]))
        self.refused(make_pipeline(preparation, LogisticRegression()).fit(self.frame, self.y),
                     "'columntransformer > logs' is a FunctionTransformer", "on both sides")

    def test_export_steps_that_are_no_encoding_are_refused_by_name(self):
        for name, step, part in [("bins", KBinsDiscretizer(3),
                                  "is a KBinsDiscretizer"),
                                 ("poly", PolynomialFeatures(2), "is a PolynomialFeatures"),
                                 ("clip", MinMaxScaler(clip=True), "clips"),
                                 ("zero", SimpleImputer(missing_values=0), "Only NaN and None"),
                                 ("twice", make_pipeline(StandardScaler(), MinMaxScaler()), "another scaler's output")]:
            with self.subTest(name):
                model = make_pipeline(columns((name, step, ["hour", "weight"])), LogisticRegression(max_iter=500))
                self.refused(model.fit(self.frame, self.y), f"columntransformer > {name}", part)

    def test_export_what_golden_rows_cannot_hold_is_refused(self):
        three = np.arange(len(self.frame)) % 3
        self.refused(make_pipeline(columns(), LogisticRegression(max_iter=500)).fit(self.frame, three), "has 3 classes")
        self.refused(make_pipeline(columns(), RidgeClassifier()).fit(self.frame, self.y), "CalibratedClassifierCV")

    def test_export_texts_that_reach_the_model_are_refused(self):
        frame = self.frame[["colour", "weight"]].assign(colour=self.frame["colour"].astype("category"))
        self.refused(XGBClassifier(enable_categorical=True, n_estimators=5).fit(frame, self.y),
                     "Feature colour reaches XGBClassifier", "OrdinalEncoder", frame=frame)

    def test_export_bad_arguments_are_refused(self):
        model = make_pipeline(columns(), LogisticRegression(max_iter=500)).fit(self.frame, self.y)
        self.refused(model, "X_train is a ndarray", frame=self.frame.to_numpy())
        self.refused(model, "0 rows", frame=self.frame.head(0))
        self.refused(model, "3 labels", y_train=[1, 0, 1])
        self.refused(model, "name: '../up'", name="../up")
        self.refused(model, "['heat']", sensitive=["heat"])
        self.refused(model, "['heat']", rename={"heat": "warmth"})
        self.refused(model, "Two features are called 'size'", rename={"colour": "size"})
        self.refused(model, "printable", rename={"colour": "a\nb"})
        self.refused(model, "columns of X_train", golden=self.frame[["colour"]])
        self.refused(model, "not finite", metrics={"auc": float("nan")})
        self.refused(model, "datetime64", frame=self.frame.assign(when=pd.Timestamp("2001-01-01")))
        self.refused(model, "mixes texts", frame=self.frame.assign(odd=[1, "a"] * 250))

    def test_export_over_other_files_is_refused_and_over_an_export_is_not(self):
        model = make_pipeline(columns(), LogisticRegression(max_iter=500)).fit(self.frame, self.y)
        self.out.mkdir()
        (self.out / "thesis.txt").write_text("years of work")
        with self.assertRaisesRegex(ExportRefused, "no earlier export"):
            self.written(model)
        self.assertEqual(["thesis.txt"], [f.name for f in self.out.iterdir()])
        (self.out / "thesis.txt").unlink()
        self.written(model)
        self.written(model)

    # The proof.

    def test_export_graph_that_answers_otherwise_is_refused_with_row_and_both_numbers(self):
        model = make_pipeline(columns(), LogisticRegression(max_iter=500)).fit(self.frame, self.y)
        honest = script.to_graph

        def tampered(rest, width, classifier):
            graph = honest(rest, width, classifier)
            for node in graph.graph.node:
                for attribute in node.attribute:
                    if attribute.name == "coefficients":
                        attribute.floats[0] += 0.5
                        attribute.floats[width] -= 0.5
            return graph

        script.to_graph = tampered
        self.addCleanup(setattr, script, "to_graph", honest)
        with self.assertRaisesRegex(ExportRefused, r"Golden row \d+ of \d+ is not reproduced: Python answers 0\.\d+, the "
                                                   r"exported graph 0\.\d+ \(tolerance 1e-05"):
            self.written(model)
        self.assertFalse(self.out.exists())

    def test_export_split_between_numbers_that_are_one_in_32_bits_is_refused_and_said_so(self):
        # 2^24 + 1 is no 32-bit float: it becomes 2^24, which is on the other side of the split.
        at = np.arange(400) % 2
        frame = pd.DataFrame({"stamp": 2.0**24 + at, "x": np.linspace(0, 1, 400)})
        model = HistGradientBoostingClassifier(max_iter=20, min_samples_leaf=5).fit(frame, at)
        self.refused(model, "With its numbers rounded to 32 bits", "Train on X.astype('float32')", frame=frame)
        cured = frame.astype("float32")
        self.out.parent.mkdir(exist_ok=True)
        self.written(HistGradientBoostingClassifier(max_iter=20, min_samples_leaf=5).fit(cured, at), cured)

    def test_export_forest_that_answers_missing_numbers_knows_on_which_side_they_go(self):
        frame = self.frame[["hour", "weight"]].astype(float)
        frame.loc[::5, "hour"] = np.nan
        for model in [RandomForestClassifier(20, max_leaf_nodes=8, random_state=0), DecisionTreeClassifier(random_state=0),
                      ExtraTreesClassifier(10, random_state=0)]:
            self.written(model.fit(frame, self.y), frame)

    def test_export_converter_that_treats_missing_otherwise_is_refused_and_said_so(self):
        frame = self.frame[["hour", "weight"]].astype(float)
        forest = RandomForestClassifier(20, max_leaf_nodes=8, random_state=0)
        model = CalibratedClassifierCV(forest, ensemble=False).fit(frame, self.y)
        self.refused(model, "has no value for", "Put a SimpleImputer before the model", frame=frame)

    # What is written.

    def test_golden_rows_hold_every_category_and_missing_unseen_and_extreme_values(self):
        frame = self.frame.copy()
        frame.loc[::11, "weight"] = np.nan
        preparation = ColumnTransformer([("words", OneHotEncoder(handle_unknown="ignore"), ["colour", "size", "hour"]),
                                         ("weight", SimpleImputer(), ["weight"])], remainder="passthrough")
        model = make_pipeline(preparation, LogisticRegression(max_iter=2000)).fit(frame, self.y)
        self.written(model, frame)
        rows = self.document("golden.json")["rows"]
        inputs = pd.DataFrame([r["input"] for r in rows])
        self.assertLessEqual({"red", "green", "blue", "mauve", "teal"}, set(inputs["colour"]))
        self.assertTrue(inputs["colour"].isna().any())
        self.assertTrue(inputs["colour"].astype(str).str.startswith("(unseen)").any())
        self.assertEqual(set(range(24)), set(inputs["hour"]), "whole numbers are never missing")
        self.assertTrue(inputs["weight"].isna().any())
        self.assertLess(inputs["weight"].min(), frame["weight"].min())
        self.assertGreater(inputs["weight"].max(), frame["weight"].max())
        again = pd.DataFrame({c: pd.Series(inputs[c].tolist(), dtype=frame[c].dtype) for c in frame})
        np.testing.assert_allclose([r["expected"] for r in rows], model.predict_proba(again)[:, 1], rtol=0, atol=1e-12)

    def test_sensitive_values_are_made_up_hashed_and_without_extremes(self):
        frame = self.frame.assign(salary=np.round(np.random.default_rng(3).gamma(3, 20_000, 500), 2))
        model = make_pipeline(columns(), StandardScaler(with_mean=False), LogisticRegression(max_iter=500)).fit(frame, self.y)
        self.written(model, frame, y_train=self.y, sensitive=["salary", "colour"])
        own = set(frame["salary"])
        made_up = {r["input"]["salary"] for r in self.document("golden.json")["rows"]} - {None}
        self.assertFalse(made_up & own)
        self.assertTrue(all(frame["salary"].min() < v < frame["salary"].max() for v in made_up))
        baseline = {f["name"]: f for f in self.document("baseline.json")["features"]}
        self.assertNotIn(float(frame["salary"].max()), baseline["salary"]["edges"])
        self.assertRegex(baseline["colour"]["values"][0], "^[0-9a-f]{16}$")
        described = {f["name"]: f for f in self.document("signature.json")["features"]}
        self.assertTrue(described["salary"]["sensitive"])
        self.assertNotIn("domain", described["colour"])

    def test_manifest_lists_every_file_with_its_digest(self):
        self.written(make_pipeline(columns(), LogisticRegression(max_iter=500)).fit(self.frame, self.y), name="m")
        listed = {f["name"]: f for f in self.document("mlops4j.json")["files"]}
        self.assertEqual(set(listed) | {"mlops4j.json"}, {f.name for f in self.out.iterdir()})
        for name, entry in listed.items():
            content = (self.out / name).read_bytes()
            self.assertEqual((len(content), hashlib.sha256(content).hexdigest()), (entry["bytes"], entry["sha256"]))

    def test_export_twice_gives_the_same_bytes(self):
        model = make_pipeline(columns(), LogisticRegression(max_iter=500)).fit(self.frame, self.y)
        self.written(model, y_train=self.y)
        first = {f.name: f.read_bytes() for f in self.out.iterdir()}
        self.written(model, y_train=self.y)
        self.assertEqual(first, {f.name: f.read_bytes() for f in self.out.iterdir()})

    def test_graph_takes_one_float_tensor_and_has_no_zipmap(self):
        self.written(make_pipeline(columns(), LogisticRegression(max_iter=500)).fit(self.frame, self.y))
        graph = onnx.load(self.out / "model.onnx")
        self.assertEqual(["input"], [i.name for i in graph.graph.input])
        self.assertNotIn("ZipMap", [n.op_type for n in graph.graph.node])
        self.assertLessEqual(graph.ir_version, script.MAX_IR_VERSION)

    def test_vectors_are_those_the_java_tests_read(self):
        self.assertEqual(json.loads(VECTORS.read_text(encoding="utf-8")), json.loads(json.dumps(make_vectors.vectors())))

    def test_command_line_exports_and_refuses(self):
        folder = self.out.parent
        model = make_pipeline(columns(), LogisticRegression(max_iter=500)).fit(self.frame, self.y)
        joblib.dump(model, folder / "model.joblib")
        self.frame.assign(late=self.y, note="x").to_csv(folder / "train.csv", index=False)
        arguments = [str(folder / "model.joblib"), str(folder / "train.csv"), str(self.out), "--label", "late"]
        with contextlib.redirect_stdout(io.StringIO()) as shown:
            script.main([*arguments, "--drop", "note", "--name", "cli", "--rename", "weight=mass"])
        self.assertIn("replayed in ONNX Runtime", shown.getvalue())
        self.assertEqual("cli", self.document("mlops4j.json")["name"])
        self.assertIn("mass", [f["name"] for f in self.document("signature.json")["features"]])
        with self.assertRaisesRegex(SystemExit, "Not exported. rename or sensitive names"):
            script.main([*arguments, "--drop", "note", "--sensitive", "nobody"])


if __name__ == "__main__":
    unittest.main()
