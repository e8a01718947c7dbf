"""The notebooks: read as they are stored, executed as they are written, and both the same."""

import ast
import importlib
import json
import re
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sim.report.shared.plain_table import plain_table

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
BEHIND = "a_behavioral_rule"
"""The one notebook that is about what stands behind ``import sim``."""
MOST_CELLS, MOST_BYTES = 18, 500_000
HERE = (tempfile.gettempdir(), str(Path.home()), str(ROOT))
ANOTHER_TIME = re.compile(
    "|".join([*map(re.escape, HERE), r"/home/", r"/Users/", r"[A-Z]:\\\\", r"\b20\d\d-\d\d-\d\d_"])
)
"""Paths of a machine and moments, which are others the next time."""

everywhere = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture
def refresh(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("refresh")


def cells_of(path: Path, kind: str) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind]


def texts(outputs: list[list[dict[str, Any]]]) -> list[tuple[int, str, str]]:
    """Of each output the number of its cell, the forms that it has, and the first line of its text."""
    found = []
    for number, shown in enumerate(outputs):
        for output in shown:
            data = output.get("data", {"stream": output.get("text")})
            plain = "".join(data.get("text/plain", output.get("text", "")))
            found.append((number, " ".join(sorted(data)), plain.strip().partition("\n")[0]))
    return found


def test_the_readme_lists_every_notebook() -> None:
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [name for name in re.findall(r"^\| \[(\w+)\.ipynb\]\(\1\.ipynb\)", listed, re.MULTILINE) if name] == [
        "first_look",
        "your_own_bill",
        "your_own_state",
        "a_sweep_and_its_analysis",
        "stress",
        "a_behavioral_rule",
    ]
    assert {path.stem for path in NOTEBOOKS} == set(re.findall(r"\((\w+)\.ipynb\)", listed))


@everywhere
def test_a_notebook_says_what_one_learns_and_ends_with_what_to_try(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    assert len(notebook["cells"]) <= MOST_CELLS
    words = ["".join(cell["source"]) for cell in cells_of(path, "markdown")]
    assert re.match(r"# .+\n\nYou learn", words[0])
    assert notebook["cells"][-1]["cell_type"] == "markdown"
    assert "## What to try\n" in words[-1]


@everywhere
def test_what_a_notebook_links_to_is_there(path: Path) -> None:
    for cell in cells_of(path, "markdown"):
        for link in re.findall(r"\]\(([^)]+)\)", "".join(cell["source"])):
            assert (FOLDER / link).exists(), link


@everywhere
def test_outputs_are_stored_and_tell_nothing_of_the_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text) < MOST_BYTES
    code = cells_of(path, "code")
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    shown = [output for cell in code for output in cell["outputs"]]
    assert any("image/png" in output.get("data", {}) for output in shown) or path.stem == BEHIND
    for output in shown:
        for form, value in {"text": output.get("text", []), **output.get("data", {})}.items():
            if not form.startswith("image/"):
                assert not ANOTHER_TIME.search("".join(value)), "".join(value)


@everywhere
def test_notebooks_use_the_public_surface(path: Path) -> None:
    inner = set()
    for cell in cells_of(path, "code"):
        for node in ast.walk(ast.parse("".join(cell["source"]))):
            inner |= {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
            inner |= {str(node.module)} if isinstance(node, ast.ImportFrom) else set()
    behind = {name for name in inner if name.startswith("sim.")}
    assert "sim" in inner
    assert bool(behind) == (path.stem == BEHIND)


def test_a_cell_shows_what_it_prints_its_last_value_and_its_figures(refresh: ModuleType) -> None:
    import matplotlib.pyplot as plt

    source = "print('/x/cte-sim-ab1/2026')\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\n6 * 7"
    printed, value, figure = refresh.shown_by(source, {}, "cell")
    assert printed["text"] == ["a temporary folder\n"]
    assert value["data"]["text/plain"] == ["42"]
    assert figure["data"]["image/png"].startswith("iVBOR")
    assert plt.get_fignums() == []
    assert list(refresh.shown_by("x = 1", {}, "cell")) == []
    with pytest.raises(ZeroDivisionError):
        list(refresh.shown_by("1 / 0", {}, "cell"))


@pytest.mark.slow
@everywhere
def test_a_notebook_shows_what_is_stored_in_it(path: Path, refresh: ModuleType) -> None:
    """Executed anew it ends well and shows the same forms and first lines; ``python notebooks/refresh.py`` stores what
    it shows where results have moved."""
    now = texts(refresh.executed(path))
    assert now == texts([cell["outputs"] for cell in cells_of(path, "code")])
    assert len(now) >= 4


def test_a_table_is_text_in_a_notebook_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    cells = [[("Formula", ""), ("Taught", "a year")], [("Current law", ""), ("21,200", "14 to 31")]]
    elsewhere = plain_table(cells)
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    assert plain_table(cells) == elsewhere
    assert "21,200" in elsewhere
    assert capsys.readouterr().out == ""
