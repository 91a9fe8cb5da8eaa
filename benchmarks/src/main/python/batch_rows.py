"""The work of io.mlops4j.benchmarks.BatchRows with pandas and onnxruntime: the same file, model and chunks.

    pip install pandas onnxruntime
    python benchmarks/src/main/python/batch_rows.py DIRECTORY ROUNDS

DIRECTORY is the one BatchRows has written rows.csv and mlp.onnx to. Prints processor time, as BatchRows does.
"""

import pathlib
import sys
import time

import numpy as np
import onnxruntime
import pandas as pd

CHUNK = 1024


def score(directory: pathlib.Path, read_rows: int) -> int:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(directory / "mlp.onnx"), options, providers=["CPUExecutionProvider"])
    rows = 0
    with open(directory / "python.csv", "w", encoding="utf-8") as out:
        out.write("id,score\n")
        for frame in pd.read_csv(directory / "rows.csv", chunksize=read_rows):
            features = frame.drop(columns="id").to_numpy(np.float32)
            scores = np.concatenate(
                [
                    session.run(["probabilities"], {"x": features[i : i + CHUNK]})[0][:, 1]
                    for i in range(0, len(features), CHUNK)
                ]
            )
            pd.DataFrame({"id": frame["id"], "score": scores}).to_csv(out, header=False, index=False)
            rows += len(frame)
    return rows


def main() -> None:
    directory = pathlib.Path(sys.argv[1])
    print("pandas", pd.__version__, "onnxruntime", onnxruntime.__version__)
    for read_rows in (CHUNK, 65_536):
        speeds = []
        for _ in range(int(sys.argv[2])):
            start = time.process_time()
            rows = score(directory, read_rows)
            speeds.append(rows / (time.process_time() - start))
        print(f"rows/s, {read_rows} rows read at once: {sorted(speeds)[len(speeds) // 2]:,.0f}")


if __name__ == "__main__":
    main()
