import json

import mlflow
import pandas as pd
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

raw = pd.read_csv("flights.csv.gz")
departure = pd.to_datetime(raw["scheduled_departure"])
flights = pd.DataFrame({
    "origin": raw["origin"],
    "destination": raw["destination"],
    "distance": raw["distance_miles"].astype("float32"),
    "hour": departure.dt.hour,
    "dayOfWeek": departure.dt.day_of_week + 1})
late = (raw["delay_minutes"] > 15).astype(int)
train = departure < "2001-03-01"
march = (departure >= "2001-03-01") & (departure < "2001-04-01")

model = make_pipeline(
    ColumnTransformer([
        ("route", OneHotEncoder(handle_unknown="ignore"), ["origin", "destination"]),
        ("calendar", OneHotEncoder(handle_unknown="ignore"), ["hour", "dayOfWeek"]),
        ("distance", StandardScaler(), ["distance"])]),
    LogisticRegression(max_iter=2000)).fit(flights[train], late[train])

held_out = flights[march].iloc[::20]
held_out.assign(late=late[held_out.index]).to_csv("heldout.csv", index=False)

# Python's own answers, one for each airport among them: Java replays them before it serves, or refuses.
golden = pd.concat([held_out[::50], flights.drop_duplicates("origin"), flights.drop_duplicates("destination")])
rows = [{"input": row, "expected": answer} for row, answer in
        zip(golden.to_dict("records"), model.predict_proba(golden)[:, 1])]
with open("golden.json", "w") as file:
    json.dump({"tolerance": 1e-5, "rows": rows}, file)

with mlflow.start_run():
    mlflow.log_param("max_iter", 2000)
    logged = mlflow.onnx.log_model(
        to_onnx(model, flights[:1]),
        name="flight-delay",
        signature=infer_signature(flights[:1]),
        extra_files=["golden.json"],
        registered_model_name="flight-delay")
mlflow.MlflowClient().set_registered_model_alias("flight-delay", "champion", logged.registered_model_version)
