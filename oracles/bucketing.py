"""Second implementation of io.mlops4j.stats.Bucketing, written from its design note.

    python oracles/bucketing.py

Writes oracles/bucketing.json and the same file as a test resource of mlops-core. Standard library
only. Ids are lists of UTF-16 code units, so that lone surrogates survive JSON.
"""

import json
import math
import pathlib
from decimal import Decimal, getcontext

MASK = (1 << 64) - 1


def leading_bits(number):
    """The first 64 bits of the fractional part, with the last bit set."""
    return int((number - int(number)) * (1 << 64)) | 1


getcontext().prec = 60
PI = Decimal("3.14159265358979323846264338327950288419716939937510")
assert abs(float(PI) - math.pi) < 1e-15
K0 = leading_bits((1 + Decimal(5).sqrt()) / 2)
K1 = leading_bits(PI)
K2 = leading_bits(Decimal(1).exp())


def mix(a, b):
    product = a * b
    return (product & MASK) ^ (product >> 64)


def hash64(seed, units):
    n = len(units)

    def word(i):
        return sum(unit << (16 * k) for k, unit in enumerate(units[i : i + 4]))

    h = seed
    i = 0
    while i + 8 < n:
        h = mix(word(i) ^ K1, word(i + 4) ^ h)
        i += 8
    if n == 0:
        a, b = 0, 0
    elif n <= 3:
        a, b = (units[0] << 32) | (units[n // 2] << 16) | units[n - 1], 0
    elif n <= 7:
        a, b = word(0), word(n - 4)
    else:
        a, b = word(n - 8), word(n - 4)
    return mix(n ^ K2, mix(a ^ K1, b ^ h))


def units_of(text):
    data = text.encode("utf-16-le", "surrogatepass")
    return [data[i] | data[i + 1] << 8 for i in range(0, len(data), 2)]


def salted(salt):
    return hash64(K0, units_of(salt))


def derive(seed, purpose):
    return hash64(seed, units_of(purpose))


def ids():
    yield ""
    for text in ["a", "b", "ab", "ba", "user-1", "user-2", "User-1", " user-1", "0", "1", "42", "99999"]:
        yield text
    alphabet = "abcdefghijklmnopqrstuvwxyz0123456789ABCD"
    for length in range(1, 41):
        yield alphabet[:length]
    for length in (1, 3, 4, 7, 8, 9, 16, 17):
        yield "\0" * length
    yield "5f0c9a2e-7d1b-4e53-9c7a-0b6f2d8e4a11"
    yield "zo\u00eb"
    yield "zoe\u0308"
    yield "\u00ff\u0100"
    yield "\u7528\u6237\u4e00\u4e8c\u4e09"
    yield "\u043f\u043e\u043b\u044c\u0437\u043e\u0432\u0430\u0442\u0435\u043b\u044c-17"
    yield "\U0001F600"
    yield "\U0001F469\u200d\U0001F680 \U0001F469\u200d\U0001F680"
    yield "\ud800"
    yield "\udc00\ud800"
    yield "abc\udfffdefghi"
    yield "\uffff" * 12
    yield "x" * 500
    yield "\u7528" * 333


def hexadecimal(number):
    return f"{number:016x}"


def main():
    salts = ["", "new-model", "zo\u00eb", "a much longer salt than most names are", "\U0001F600"]
    strings = []
    for index, text in enumerate(ids()):
        for salt in salts if index < 60 else salts[1:3]:
            for purpose in (None, "traffic", "split"):
                seed = salted(salt)
                if purpose is not None:
                    seed = derive(seed, purpose)
                value = hash64(seed, units_of(text))
                if purpose is None or salt == "new-model":
                    strings.append(
                        {
                            "salt": units_of(salt),
                            "purpose": purpose,
                            "id": units_of(text),
                            "hash": hexadecimal(value),
                            "slot": value >> 48,
                        }
                    )
    numbers = []
    for number in [0, 1, 2, 42, -1, 1 << 31, 1 << 62, -(1 << 63), (1 << 63) - 1, 123456789012345]:
        bits = number & MASK
        units = [(bits >> (16 * k)) & 0xFFFF for k in range(4)]
        value = hash64(salted("new-model"), units)
        numbers.append({"salt": "new-model", "id": str(number), "hash": hexadecimal(value), "slot": value >> 48})
    document = {
        "algorithm": "io.mlops4j.stats.Bucketing",
        "constants": [hexadecimal(k) for k in (K0, K1, K2)],
        "strings": strings,
        "numbers": numbers,
    }
    entries = {
        key: "[\n" + ",\n".join("    " + json.dumps(row, separators=(",", ":")) for row in document[key]) + "\n  ]"
        for key in ("strings", "numbers")
    }
    text = (
        "{\n"
        + f'  "algorithm": {json.dumps(document["algorithm"])},\n'
        + f'  "constants": {json.dumps(document["constants"])},\n'
        + f'  "strings": {entries["strings"]},\n'
        + f'  "numbers": {entries["numbers"]}\n'
        + "}\n"
    )
    json.loads(text)
    root = pathlib.Path(__file__).resolve().parent.parent
    for target in ("oracles/bucketing.json", "mlops-core/src/test/resources/bucketing.json"):
        path = root / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
