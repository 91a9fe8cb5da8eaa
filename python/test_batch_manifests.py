"""The Airflow and Prefect files of examples/batch-scoring are Python, and run the same command."""

import ast
import pathlib
import unittest

EXAMPLE = pathlib.Path(__file__).resolve().parent.parent / "examples" / "batch-scoring"


def command(path: pathlib.Path) -> list[str]:
    """Returns the words of the list named command, what is filled in as {}."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "command":
            return [word(item) for item in node.value.elts]
    raise AssertionError(f"{path} has no list named command")


def word(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value
    return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)


class ManifestsTest(unittest.TestCase):
    def test_files_parse_and_run_the_same_command(self):
        airflow = command(EXAMPLE / "airflow" / "score_flights.py")
        prefect = command(EXAMPLE / "prefect" / "score_flights.py")
        self.assertEqual(airflow, prefect)
        self.assertEqual(airflow[:4], ["mlops", "score", "flight-delay", "champion"])

    def test_broken_file_is_seen(self):
        with self.assertRaises(SyntaxError):
            ast.parse("def score(:\n")


if __name__ == "__main__":
    unittest.main()
