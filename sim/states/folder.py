"""What a state's folder says of the state beside its tables: ``state.yaml``, its current law, its posterior.

A folder with ``state.yaml`` is a whole state: nothing of another state's is taken for what it lacks. One without it
holds tables of the bundled state's kind, and the bundled law holds in it.
"""

import csv
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.inputs import InputError, as_mapping, mistakes, nearest, read_with_lines, read_yaml, shown
from sim.states.words import DISTRICT, Kind, MainFormula, StateWords

STATES: Path = Path(__file__).resolve().parent.parent / "world"
"""Where the folders of the shipped states lie."""

STATE_FILE = "state.yaml"
"""What makes a folder a state."""

LAW, LINES, CURRENT_LAW = "law", "line", "status_quo.yaml"
CALIBRATION, TARGETS, POSTERIOR = "calibration", "targets.yaml", "posterior.csv"
"""The folder in a state's that holds what its behavior is fitted to, and what a calibration made of it."""

OWN, BORROWED = "own", "borrowed"
"""Whose record behavior is fitted to."""

CLUSTERS = "clusters.csv"
MOST_CLUSTERS = 500
"""Rows of the table of clusters that are read for their names."""
NEEDED_TABLES: tuple[str, ...] = ("districts.csv", CLUSTERS, "regions.csv", "anchors.csv", "revenue.csv")
"""What a whole state's folder must hold."""

Word = Annotated[str, Field(strict=True, min_length=1, max_length=80)]


KIND_WORD = r"^[a-z][a-z_]{0,39}$"
KindWord = Annotated[str, Field(strict=True, pattern=KIND_WORD)]
"""A kind of districts, as tables and laws name it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Kind(_Strict):
    one: Word
    many: Word


class _Main(_Strict):
    name: Word
    short: Word
    unit: Word | None = None
    units: Word | None = None
    fund: Word = "General Fund"

    @model_validator(mode="after")
    def _both_or_none(self) -> "_Main":
        if (self.unit is None) != (self.units is None):
            raise ValueError("write unit and units, or neither where the main formula has no unit value")
        return self


class StateFile(_Strict):
    """The content of ``state.yaml``: what the state, its main formula and its districts are called, what counts as
    high-cost there, and whose record the numbers of behavior are fitted to.

    ``behavior``: ``own`` (the state's own record: its posterior lies in ``calibration/``), or ``borrowed``: the
    posterior of the default state, fitted to that state's record, which is told beside the results. ``nothing``: the
    formula in which nothing replaces current law, which ``decompose`` sets parts against. ``terms``: what the glossary
    of pages says besides. ``fiscal_notes``: whose layout a bill's fiscal note has, if it is the state's. ``default``:
    of the one state that is meant where none is named, whose law lies in ``conf/``.
    """

    name: Word
    main_formula: _Main
    kinds: dict[KindWord, _Kind]
    high_cost: Word
    behavior: Literal["own", "borrowed"]
    nothing: Word
    terms: dict[Word, Annotated[str, Field(strict=True, min_length=1, max_length=300)]] = {}
    fiscal_notes: Annotated[str, Field(strict=True, max_length=120)] = ""
    default: Annotated[bool, Field(strict=True)] = False

    @model_validator(mode="after")
    def _has_districts(self) -> "StateFile":
        if DISTRICT not in self.kinds:
            raise ValueError(f"kinds: {DISTRICT} is missing; say what one and many are called")
        return self

    def words(self) -> StateWords:
        """The words that texts are filled with."""
        main = self.main_formula
        told = (
            f"how districts behave is fitted to the record of another state, not to that of {self.name}"
            if self.behavior == "borrowed"
            else ""
        )
        return StateWords(
            name=self.name,
            main_formula=MainFormula(main.name, main.short, main.unit, main.units, main.fund),
            kinds={kind: Kind(of.one, of.many) for kind, of in self.kinds.items()},
            high_cost=self.high_cost,
            behavior=told,
            nothing=self.nothing,
            terms=tuple(self.terms.items()),
            notes=self.fiscal_notes,
        )


def shipped_states() -> tuple[str, ...]:
    """The names of the states that come with the program."""
    return tuple(sorted(path.parent.name for path in STATES.glob(f"*/{STATE_FILE}")))


def _default_folder() -> Path:
    """The one shipped state that says ``default: true``."""
    return next(STATES / name for name in shipped_states() if read_yaml(STATES / name / STATE_FILE).get("default"))


DEFAULT: Path = _default_folder()
"""The state that is meant where none is named."""


def state_folder(named: Path | str | None) -> Path:
    """The folder of a state: a shipped one by its name, one of the user's own by its path, the default without any."""
    if named is None:
        return DEFAULT
    path = Path(named)
    shipped = STATES / path
    return shipped if len(path.parts) == 1 and path.name in shipped_states() and not path.is_dir() else path


def is_whole(folder: Path) -> bool:
    """Whether a folder describes a state of its own."""
    return (folder / STATE_FILE).is_file()


def read_state(folder: Path) -> StateWords:
    """The words of the state in a folder. Raises InputError, one line: file, line, key, what is allowed; or which file
    a whole state lacks."""
    path = folder / STATE_FILE
    content, source = read_with_lines(path)
    written: dict[str, Any] = dict(as_mapping(content, source, "a state"))
    try:
        found = StateFile.model_validate(written)
    except ValidationError as error:
        raise source.refusals(mistakes(error, None, StateFile)) from error
    for table in NEEDED_TABLES:
        if not (folder / table).is_file():
            raise InputError(
                f"{folder / table}: is missing; a folder with {STATE_FILE} holds {', '.join(NEEDED_TABLES)}"
            )
    if folder != DEFAULT and not (folder / LAW / CURRENT_LAW).is_file():
        raise InputError(f"{folder / LAW / CURRENT_LAW}: is missing; it is the state's current law")
    if found.behavior == BORROWED and (folder / CALIBRATION / POSTERIOR).is_file():
        raise InputError(f"{path}: behavior: borrowed, but {CALIBRATION}/{POSTERIOR} is there; write behavior: own")
    return replace(found.words(), clusters=_cluster_names(folder / CLUSTERS))


def _cluster_names(table: Path) -> dict[str, str]:
    """Names of clusters in small letters, by identifier; what is wrong with the table is told where it is loaded."""
    with table.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = list(islice(csv.reader(file), MOST_CLUSTERS))
    if not rows or not {"cluster", "name"} <= set(rows[0]):
        return {}
    key, name = rows[0].index("cluster"), rows[0].index("name")
    return {row[key]: row[name].lower() for row in rows[1:] if len(row) > max(key, name) and row[name].strip()}


def calibration_folder(named: Path | str | None) -> Path:
    """Where the posterior lies that a state's behavior is drawn from: in its own folder, or where ``behavior`` is
    borrowed and of tables alone in the default state's. Raises InputError for a state's folder that cannot be read."""
    folder = whole_folder(named)
    borrowed = folder != DEFAULT and read_yaml(folder / STATE_FILE).get("behavior") == BORROWED
    return (DEFAULT if borrowed else folder) / CALIBRATION


def targets_path(named: Path | str | None = None) -> Path:
    """The table of what a state's behavior is fitted to. Raises InputError where a state has none: its behavior cannot
    be fitted to the record of another."""
    path = whole_folder(named) / CALIBRATION / TARGETS
    if not path.is_file():
        raise InputError(
            f"{path}: is missing; behavior is fitted to a state's own record (docs/explanation/calibration.md)"
        )
    return path


def words_of(named: Path | str | None) -> StateWords:
    """The words of the state that a setting names; of tables alone, those of the default state. Raises InputError."""
    return read_state(whole_folder(named))


def whole_folder(named: Path | str | None) -> Path:
    """The folder of the state that a setting means: of tables alone, that of the default state."""
    folder = state_folder(named)
    return folder if is_whole(folder) else DEFAULT


def law_folder(folder: Path) -> Path | None:
    """Where the law of the state in a folder lies: ``status_quo.yaml``, further formulas, ``line/`` with shared lines.
    None for the default state and for tables without a law of their own: the law of ``conf/`` holds."""
    return folder / LAW if is_whole(folder) and folder != DEFAULT else None


def law_named(words: Sequence[str]) -> Path | None:
    """The folder of the law of the state that words name, if it has one of its own."""
    named = None
    for word in words:
        key, _, value = word.partition("=")
        if key in ("world", "world.path"):
            named = value.strip("'\" ")
    return law_folder(state_folder(named)) if named else None


def unknown_state(named: str) -> InputError:
    """The one line for a word that names no state."""
    return InputError(
        f"settings: world: {shown(named)} is no state that is known and no folder; {nearest(named, shipped_states())}"
    )
