"""Pages of docs/how_to: their bills are read as bills, their commands resolve with them, and the cheap ones run.

``tests/test_docs.py`` holds the commands of all pages to names and settings that exist; here each is taken as far as a
study goes before it simulates: tables, bills with what is changed in them, scenarios, districts and points of a sweep.
"""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from commanded import asked, called
from simulated import new_mexico

from sim.arguments import read_arguments
from sim.commands.request import Request
from sim.inputs import InputError
from sim.study.designs.sweep import read_sweep
from sim.study.explain.places import find_place
from sim.study.setup import inputs
from sim.study.setup.reads import readers
from sim.verbs.words import understood
from sim.world.loading import load_world

ROOT = Path(__file__).resolve().parent.parent
HOW_TO = ROOT / "docs" / "how_to"
PAGES = sorted(page for page in HOW_TO.glob("*.md") if page.name != "README.md")
QUESTIONS = [page for page in PAGES if page.read_text(encoding="utf-8").startswith("# How do I ")]
FILE = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^(?: {4})?cte-sim (.*?)(?: +#.*)?$", re.MULTILINE)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE_OF_LINES = 70
SIMULATES_FORMULAS = frozenset(readers("formula"))


def commands(page: Path) -> list[list[str]]:
    return [shlex.split(match[1]) for match in COMMAND.finditer(page.read_text(encoding="utf-8"))]


def with_files(page: Path, folder: Path) -> Path:
    """A folder with the files that a page shows, and my_bill.yaml for bills that it only names."""
    for name in {word for words in commands(page) for word in re.findall(r"[\w/.]+\.yaml", " ".join(words))}:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "docs" / "examples" / "my_bill.yaml", folder / name)
    for name, content in FILE.findall(page.read_text(encoding="utf-8")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def resolved(words: list[str], folder: Path) -> Request | None:
    """What a command asks for, read as far as a study goes before it simulates; None if no study follows from it."""
    typed = read_arguments(words)
    command = understood(typed.words)
    if typed.does == "help" or (command.verb is not None and command.verb.study is None):
        return None
    several = command.several or typed.does == "multirun"
    settings = [re.sub(r"^(seed|shard|formula_file|formula)=(?:range\()?([^,\[]*),.*", r"\1=\2", word)
                if several else word for word in command.settings]  # fmt: skip
    request = asked(folder / "out", *(word for word in settings if not word.startswith("hydra.sweep.subdir")))
    study = request.settings.study.name
    if study not in SIMULATES_FORMULAS or study == "sensitivity":
        return request
    read = request.inputs()
    if request.settings.district not in (None, "list"):
        districts = read.world.districts
        find_place("district", str(request.settings.district), districts.identifier, districts.name)
    if study == "sweep" and request.settings.design is not None and request.settings.design.file is None:
        assert len(read_sweep(request.settings, read).points) > 1
    return request


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the bundled tables once, and leave out that the base year is simulated before a study begins."""
    monkeypatch.setattr(inputs, "load_world", lambda path=None: new_mexico() if path is None else load_world(path))
    monkeypatch.setattr(inputs, "refuse_another_start", lambda *_: None)


OTHERS = [pytest.param(page, marks=pytest.mark.slow) for page in PAGES if page not in QUESTIONS]


@pytest.mark.parametrize("page", [*QUESTIONS, *OTHERS], ids=lambda page: page.stem)
def test_every_command_of_a_how_to_resolves(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(with_files(page, tmp_path))
    for words in {tuple(words): words for words in commands(page) if "--config-dir" not in " ".join(words)}.values():
        resolved(words, tmp_path)


@pytest.mark.parametrize("typed", ["compare my_bill.yaml drawz=3", "stress my_bill.yaml oil_slum", "district galup"])
def test_a_command_that_is_refused_is_found(typed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "docs" / "examples" / "my_bill.yaml", tmp_path / "my_bill.yaml")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        resolved(shlex.split(typed), tmp_path)


def test_there_are_twelve_questions_or_more_each_of_a_page() -> None:
    assert len(QUESTIONS) >= 12
    for page in QUESTIONS:
        text = page.read_text(encoding="utf-8")
        assert text.splitlines()[0].endswith("?"), page.name
        assert len(text.splitlines()) <= PAGE_OF_LINES, page.name
        assert commands(page), f"{page.name}: begins with no command"


@pytest.mark.parametrize("page", QUESTIONS, ids=lambda page: page.stem)
def test_every_file_that_a_how_to_shows_is_used_by_a_command_of_it(page: Path) -> None:
    typed = " ".join(word for words in commands(page) for word in words)
    for name, _ in FILE.findall(page.read_text(encoding="utf-8")):
        assert name.split("/")[0] in typed, name


@pytest.mark.slow
@pytest.mark.parametrize("page", QUESTIONS, ids=lambda page: page.stem)
def test_the_prices_of_a_how_to_are_told(page: Path, tmp_path: Path) -> None:
    folder = with_files(page, tmp_path)
    for number, words in enumerate(words for words in commands(page) if words[0] == "price"):
        done = called(folder, *words, "draws=2", f"out=priced_{number}")
        assert done.returncode == 0, done.stderr
        assert "districts are paid $" in " ".join(done.stdout.split())


@pytest.mark.slow
def test_the_python_of_how_tos_runs_on_what_their_commands_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("duckdb")
    pages = [page for page in QUESTIONS if PYTHON.search(page.read_text(encoding="utf-8"))]
    for page in pages:
        with_files(page, tmp_path)
    sweep = next(words for words in commands(HOW_TO / "vary_an_amount.md") if words[0] == "sweep")
    small = [re.sub(r"^(draws|horizon)=.*", r"\1=2", word) for word in sweep]
    for words in (
        ["compare", "my_bill.yaml", "draws=2", "horizon=5", "report=false", "out=my_run"],
        small,
        ["verify", "my_run"],
        ["collect", "my_run"],
    ):
        done = called(tmp_path, *words)
        assert done.returncode == 0, done.stderr
    monkeypatch.chdir(tmp_path)
    for page in pages:
        for text in PYTHON.findall(page.read_text(encoding="utf-8")):
            capsys.readouterr()
            exec(compile(text, page.name, "exec"), {})
            assert capsys.readouterr().out.strip(), page.name
