"""How every oracle writes: to stdout, and to the JSON file the Java tests read."""

import json
import sys
from importlib.metadata import version
from pathlib import Path


def emit(script: str, value: dict, *more: str) -> None:
    name = Path(script).stem
    libraries = {library: version(library) for library in ["numpy", "scipy", "scikit-learn", *more]}
    document = {"generator": f"oracles/{name}.py", "libraries": libraries, **value}
    text = _lines(document) + "\n"
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(script).resolve().with_suffix(".json")
    target.write_text(text, encoding="utf-8")
    print(text, end="")


def _lines(value, indent: str = "") -> str:
    """Indented JSON, except that a list of plain values stays on one line. NaN and infinity are errors."""
    inner = indent + "  "
    if isinstance(value, dict) and value:
        body = (f"{inner}{json.dumps(k)}: {_lines(v, inner)}" for k, v in value.items())
        return "{\n" + ",\n".join(body) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(v, (dict, list)) for v in value):
        return "[\n" + ",\n".join(inner + _lines(v, inner) for v in value) + f"\n{indent}]"
    return json.dumps(value, allow_nan=False)
