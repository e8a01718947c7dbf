"""A bill as the pages have it: its formula, the numbers that a form or sliders move, and its text at other numbers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import yaml

from sim.config_folder import config_folder
from sim.funding.formula import Formula
from sim.funding.reading import formula_from, read_lines
from sim.inputs import InputError, read_yaml
from sim.states.speaking import speaking
from sim.study.designs.factors import read_factors
from sim.study.designs.points import suited
from sim.study.explore.bill_file import Piece, file_pieces, filled
from sim.study.explore.content import knob_content
from sim.study.explore.knobs import Knob, default_factors, knobs_of
from sim.study.setup.inputs import Inputs, find_formula
from sim.study.setup.known import line_folder
from sim.study.setup.sense import refuse_senseless
from sim.study.setup.settings import Settings

SPREAD: Literal["latin_hypercube"] = "latin_hypercube"
"""The design of an explorer, whose ranges the numbers of a form have."""


@dataclass(frozen=True)
class Bill:
    """``key`` is how pages name it, ``word`` how the command line does: a name, or a file. ``knobs`` are the numbers
    that can be moved, ``pieces`` its text around them (None: it cannot be written as a file), ``explorer`` what sliders
    compute with, where there is one."""

    key: str
    word: str
    formula: Formula
    knobs: tuple[Mapping[str, Any], ...]
    pieces: Sequence[Piece] | None
    explorer: Mapping[str, Any] | None = None

    @property
    def title(self) -> str:
        """Its title."""
        return str(self.explorer["bill"]["title"]) if self.explorer is not None else self.formula.title

    def values(self, written: object) -> list[float] | None:
        """Numbers that a client sent for the knobs, in their order; None where they are the bill's own. Raises
        InputError, one line."""
        if written is None:
            return None
        if not isinstance(written, list) or len(written) != len(self.knobs):
            raise InputError(f"values: write {len(self.knobs)} numbers, one for each number of the bill")
        found: list[float] = []
        for knob, value in zip(self.knobs, written, strict=True):
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise InputError(f"{knob['path']}: {str(value)[:40]!r} is not allowed: a number")
            if knob["whole"] and not (value == int(value) and knob["low"] <= value <= knob["high"]):
                raise InputError(
                    f"{knob['path']}: {value:g} is not allowed: a whole number from {knob['low']:g} to {knob['high']:g}"
                )
            found.append(float(value))
        own = [float(knob["own"]) for knob in self.knobs]
        return None if found == own else found

    def text(self, values: Sequence[float] | None) -> str:
        """The bill as a file with its knobs at ``values``. Raises InputError where it cannot be written as one."""
        if self.pieces is None:
            raise InputError(f"{self.key}: is made of lines of current law; write a bill of your own to change them")
        return filled(self.pieces, [float(knob["own"]) for knob in self.knobs] if values is None else values)

    def at(self, values: Sequence[float] | None, inputs: Inputs, settings: Settings) -> Formula:
        """The formula with its knobs at ``values``. Raises InputError, one line, for what the law cannot have."""
        if values is None:
            return self.formula
        content = yaml.safe_load(self.text(values))
        of = inputs.world
        with speaking(of.state):
            found = formula_from(content, self.key, f"{self.formula.name}", lines(of.law), of.clusters.identifier)
            refuse_senseless(settings, inputs.world, [found], inputs.scenarios)
        return found


def lines(law: Path | None = None) -> dict[str, dict[str, Any]]:
    """The shared lines that a bill may name: those of the state's own ``law``, else the bundled ones."""
    return read_lines(line_folder(config_folder(), law))


def read_bill(key: str, word: str, inputs: Inputs, settings: Settings) -> Bill:
    """A bill by its name or file, on the tables of ``inputs``. Raises InputError, one line."""
    formula = find_formula(word, config_folder(), inputs.world.clusters.identifier, "formula", inputs.world.law)
    refuse_senseless(settings, inputs.world, [formula], inputs.scenarios)
    knobs = _knobs(formula, inputs, settings)
    return Bill(key, word, formula, tuple(map(knob_content, knobs)), file_pieces(formula, knobs))


def explored_bill(key: str, word: str, content: Mapping[str, Any], inputs: Inputs, settings: Settings) -> Bill:
    """The bill of an explorer, whose numbers as written stand in the file ``word``."""
    found = read_bill(key, word, inputs, settings)
    return replace(found, knobs=tuple(content["knobs"]), pieces=content["file"], explorer=content)


def _knobs(formula: Formula, inputs: Inputs, settings: Settings) -> tuple[Knob, ...]:
    """The numbers of an explorer of the bill; none where it has no amount, or is current law itself."""
    base = inputs.world.base_year
    if formula.name == inputs.current_law.name:
        return ()
    try:
        factors, _ = default_factors(formula, base, base + settings.horizon)
        own = replace(inputs, formulas=(inputs.current_law, formula), baseline=inputs.current_law.name)
        return knobs_of(formula, suited(read_factors(factors, own), SPREAD))
    except InputError:
        return ()


def write_bill(folder: Path, name: str, text: str) -> str:
    """Write a bill into a new folder within ``folder``; its path."""
    place = folder / f"bill-{sum(1 for _ in folder.glob('bill-*')) + 1}"
    place.mkdir()
    path = place / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def text_of_record(record: Mapping[str, Any]) -> str:
    """A formula of a results folder as the text of a file, from what its manifest keeps. Raises InputError where that
    cannot be."""
    try:
        formula = Formula.model_validate(_with_tiers(record["content"]))
        pieces = file_pieces(formula, ())
    except ValueError:
        pieces = None
    if pieces is None:
        raise InputError("is made of lines of current law")
    return with_title(filled(pieces, ()), str(record["title"]))


def with_title(text: str, title: str) -> str:
    """The text of a bill under another title."""
    content = yaml.safe_load(text)
    return str(yaml.safe_dump({**content, "title": title}, sort_keys=False, allow_unicode=True, width=100))


def _with_tiers(content: Any) -> Any:
    """Plain data as it was before it was written as JSON, where the number of a tier became a word."""
    if isinstance(content, Mapping):
        return {
            int(key) if isinstance(key, str) and key.isdecimal() else key: _with_tiers(part)
            for key, part in content.items()
        }
    return [_with_tiers(part) for part in content] if isinstance(content, list) else content


def title_in(text: Path) -> str:
    """The title that a bill's file gives, for a list. Empty if it gives none."""
    content = read_yaml(text)
    return str(content.get("title", "")) if isinstance(content, Mapping) else ""
