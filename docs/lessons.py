"""Carries out pages of the documentation as a reader would, and writes what comes out into them.

``python docs/lessons.py`` goes through every page of ``docs/tutorial``: each file that the page shows under a name is
written, each command that stands on a line of its own is carried out, in a folder made for the page. A part
``<!-- generated: FOLDER/FILE -->`` then holds that file, and ``<!-- generated: what is said -->`` what the last command
before it said of a mistake. ``tests/test_tutorial.py`` holds the pages to the same.
"""

import io
import re
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from unittest import mock

import sim.cli

TUTORIAL = Path(__file__).resolve().parent / "tutorial"
SAID = "what is said"
WIDTH = 80
"""Columns at which a long line on standard error is folded, as a terminal does."""
PART = re.compile(
    r'^```\w+ title="(?P<file>[^"]+)"\n(?P<content>.*?)^```$'
    r"|^ {4}cte-sim (?P<command>.*?)(?: +# .*)?$"
    r"|^<!-- generated: (?P<shown>[^\n]*?) -->\n.*?^<!-- end -->$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Step:
    """One command of a page: its words, how it ended, and what it said of a mistake."""

    words: tuple[str, ...]
    status: int
    said: str


def lessons() -> list[Path]:
    """The pages that are carried out."""
    return sorted(page for page in TUTORIAL.glob("*.md") if page.name != "README.md")


def carried_out(text: str, folder: Path) -> tuple[str, list[Step]]:
    """A page with what its commands gave when they were carried out in ``folder``, and these commands."""
    steps: list[Step] = []

    def part(match: re.Match[str]) -> str:
        if match["file"] is not None:
            (folder / match["file"]).write_text(match["content"], encoding="utf-8")
        elif match["command"] is not None:
            steps.append(_step(shlex.split(match["command"]), folder))
        else:
            said = match["shown"] == SAID
            content = steps[-1].said if said else (folder / match["shown"]).read_text(encoding="utf-8")
            return f"<!-- generated: {match['shown']} -->\n```text\n{content.strip()}\n```\n<!-- end -->"
        return match[0]

    return PART.sub(part, text), steps


def _step(words: list[str], folder: Path) -> Step:
    said = io.StringIO()
    without_screen = mock.patch("sim.verbs.opening._opened", return_value=False)
    with chdir(folder), redirect_stdout(io.StringIO()), redirect_stderr(said), without_screen:
        status = sim.cli.run(words)
    return Step(tuple(words), status, fill(said.getvalue(), WIDTH, break_long_words=False, break_on_hyphens=False))


def refreshed() -> Iterator[tuple[Path, str]]:
    """Every lesson as it should read."""
    for page in lessons():
        with tempfile.TemporaryDirectory() as folder:
            yield page, carried_out(page.read_text(encoding="utf-8"), Path(folder))[0]


if __name__ == "__main__":
    for path, content in refreshed():
        path.write_text(content, encoding="utf-8", newline="\n")
