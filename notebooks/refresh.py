"""Executes the notebooks as Jupyter would, without it, and stores what they show.

``python notebooks/refresh.py`` does so with all, ``python notebooks/refresh.py first_look`` with one. A test holds what
is stored against what comes out now, so this is to be run where results have moved.
"""

import ast
import base64
import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import matplotlib

FOLDER = Path(__file__).resolve().parent
TEMPORARY = re.compile(r"[^\s'\"]*cte-sim-\w+[^\s'\";,]*")
"""A folder of results that goes with them; its name is another every time."""
DOTS_PER_INCH = 80

Output = dict[str, Any]
"""One output of a cell, as the format of notebooks has it."""


def read(path: Path) -> dict[str, Any]:
    """A notebook as it is stored."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def executed(path: Path) -> list[list[Output]]:
    """What each code cell of a notebook shows when they are executed in their order, in the notebook's folder."""
    sources = ["".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == "code"]
    names: dict[str, Any] = {"__name__": "__main__"}
    matplotlib.use("agg")
    with chdir(path.parent), patch("matplotlib.pyplot.show", lambda: None):
        return [list(shown_by(source, names, f"{path.name}, cell {at + 1}")) for at, source in enumerate(sources)]


def shown_by(source: str, names: dict[str, Any], where: str) -> Iterator[Output]:
    """Execute a cell; what it prints, then the value of its last line, then the figures that it drew."""
    tree = ast.parse(source, where)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with redirect_stdout(printed):
        exec(compile(tree, where, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), where, "eval"), names)
    if printed.getvalue():
        yield {"name": "stdout", "output_type": "stream", "text": lines(printed.getvalue())}
    if value is not None:
        yield {"data": looks(value), "execution_count": None, "metadata": {}, "output_type": "execute_result"}
    for picture in figures():
        data = {"image/png": picture, "text/plain": ["<Figure>"]}
        yield {"data": data, "metadata": {}, "output_type": "display_data"}


def looks(value: Any) -> dict[str, Any]:
    """A value in the forms that Jupyter asks objects for."""
    data: dict[str, Any] = {"text/plain": lines(repr(value))}
    if (html := getattr(value, "_repr_html_", None)) is not None and (told := html()):
        data["text/html"] = lines(told)
    if (png := getattr(value, "_repr_png_", None)) is not None:
        data["image/png"] = base64.b64encode(png()).decode()
        data["text/plain"] = ["<Figure>"]
    return data


def figures() -> Iterator[str]:
    """The figures of Matplotlib that are open, each once."""
    import matplotlib.pyplot as plt

    for number in plt.get_fignums():
        drawn = io.BytesIO()
        figure = plt.figure(number)
        figure.savefig(drawn, format="png", dpi=DOTS_PER_INCH, bbox_inches="tight", metadata={"Software": None})
        plt.close(figure)
        yield base64.b64encode(drawn.getvalue()).decode()


def lines(text: str) -> list[str]:
    """Text as notebooks store it, without the names of temporary folders."""
    return TEMPORARY.sub("a temporary folder", text).splitlines(keepends=True)


def refresh(path: Path) -> None:
    """Execute a notebook and store what it shows in it."""
    notebook = read(path)
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, (cell, outputs) in enumerate(zip(cells, executed(path), strict=True), start=1):
        cell["execution_count"] = number
        cell["outputs"] = [
            {**output, "execution_count": number} if "execution_count" in output else output for output in outputs
        ]
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def main(words: list[str]) -> None:
    sys.path.insert(0, os.fspath(FOLDER.parent))
    for path in [FOLDER / f"{word}.ipynb" for word in words] or sorted(FOLDER.glob("*.ipynb")):
        refresh(path)
        print(f"{path.name}: {path.stat().st_size / 1e3:,.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
