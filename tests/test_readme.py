"""The README tells the truth: its map is the modules' own first lines, its settings and commands are the code's.

`python -m tests.test_readme` writes the map and the settings table into README.md.
"""

import ast
import re
from pathlib import Path

import pytest

from app.cli import _parser
from index.settings import SETTINGS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
FOLDERS = ("index", "ingest", "app", "evals", "tests")


def file_map() -> str:
    """A line for every module: its path and the first line of its docstring."""
    lines = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            if tree.body:
                docstring = ast.get_docstring(tree)
                assert docstring, f"{path} has no docstring"
                lines.append((f"{folder}/{path.name}", docstring.split("\n")[0]))
    width = max(len(name) for name, _ in lines)
    return "```\n" + "".join(f"{name:{width}}  {line}\n" for name, line in lines) + "```\n"


def settings_table() -> str:
    """The settings as a Markdown table."""
    rows = "".join(f"| `{s.name}` | {f'`{s.default}`' if s.default else ''} | {s.help} |\n" for s in SETTINGS)
    return "| variable | default | what it does |\n| --- | --- | --- |\n" + rows


PARTS = {"map": file_map, "settings": settings_table}


def between(name: str, text: str) -> tuple[int, int]:
    start = text.index(f"<!-- {name} -->\n") + len(f"<!-- {name} -->\n")
    return start, text.index(f"<!-- end of {name} -->")


@pytest.mark.parametrize("name", PARTS)
def test_generated_part_is_current(name: str) -> None:
    text = README.read_text(encoding="utf-8")
    start, end = between(name, text)
    assert text[start:end] == PARTS[name](), "run `python -m tests.test_readme`"


def test_every_command_is_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    (commands,) = (a.choices for a in _parser()._actions if a.choices)
    assert commands
    for command in commands:
        assert f"hoidap {command}" in text


def test_every_make_target_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)", README.read_text(encoding="utf-8")))
    assert named <= targets
    assert {"chat", "test"} <= named


def test_every_file_linked_exists() -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)]+)\)", README.read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target


if __name__ == "__main__":
    written = README.read_text(encoding="utf-8")
    for part, make in PARTS.items():
        first, last = between(part, written)
        written = written[:first] + make() + written[last:]
    README.write_text(written, encoding="utf-8")
