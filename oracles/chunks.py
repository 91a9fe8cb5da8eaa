"""Second implementation of io.mlops4j.data.Chunker (format 1), written from its design note.

    python oracles/chunks.py

Writes oracles/chunks.json. Standard library only. The data is the bytes of SplitMix64 from seed 7, eight
per number, most significant first.
"""

import hashlib
import json
import pathlib

MASK = (1 << 64) - 1
LEAST, MOST = 128 << 10, 2 << 20


def splitmix(seed):
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


first = splitmix(0)
GEAR = [next(first) for _ in range(256)]


def chunks(data):
    begin = 0
    while begin < len(data):
        end, h = begin, 0
        while end < len(data) and end - begin < MOST:
            h = ((h << 1) + GEAR[data[end]]) & MASK
            end += 1
            if end - begin >= LEAST and h >> 45 == 0:
                break
        yield end - begin
        begin = end


numbers = splitmix(7)
data = b"".join(next(numbers).to_bytes(8, "big") for _ in range(5 << 17))
zeros = bytes(5 << 20)
document = {
    "generator": "oracles/chunks.py",
    "random": {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "chunks": list(chunks(data))},
    "zeros": {"bytes": len(zeros), "sha256": hashlib.sha256(zeros).hexdigest(), "chunks": list(chunks(zeros))},
}
text = json.dumps(document, indent=2) + "\n"
pathlib.Path(__file__).with_suffix(".json").write_text(text, encoding="utf-8")
