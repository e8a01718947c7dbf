"""A bill as an object: loaded by its name or path or from text, told in words, priced in the base year."""

import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sim.api.carrying import carried_out, given
from sim.api.report import Report
from sim.api.words import bill_setting, bill_word
from sim.config_folder import config_folder
from sim.config_source import read_data
from sim.funding import formula as funding
from sim.funding.reading import formula_from, read_lines
from sim.inputs import InputError, shown
from sim.states.speaking import in_its_words, speaking
from sim.states.words import StateWords
from sim.study.setup.inputs import find_formula
from sim.study.setup.known import line_folder
from sim.world import world as held_world
from sim.world.loading import load_world

if TYPE_CHECKING:
    from sim.api.world import World


class Formula:
    """A funding formula: a shipped one by its name, or one in a YAML file by its path.

    ``world`` has the clusters that it may name, the law that it may be a part of, and the words in which it is told;
    without it those of the default state. Raises InputError, one line, if there is none, or for anything in it that
    cannot be used.
    """

    def __init__(self, bill: "str | os.PathLike[str]", *, world: "World | None" = None) -> None:
        self._word = bill_word(bill)
        self._kept: tempfile.TemporaryDirectory[str] | None = None
        self._world, self._held = world, _held(world)
        with speaking(self.words):
            self.data: funding.Formula = find_formula(
                self._word, config_folder(), self._held.clusters.identifier, "formula", self._held.law
            )
            """The formula as it is read."""

    @classmethod
    def from_text(cls, text: str, name: str = "bill", *, world: "World | None" = None) -> Self:
        """A formula from the text of a YAML file; ``name`` is what tables call it."""
        if not re.fullmatch(r"[A-Za-z]\w{0,59}", name, re.ASCII):
            raise InputError(f"name: {shown(name)} is not allowed: write letters, digits and '_', as my_bill")
        kept = tempfile.TemporaryDirectory(prefix="cte-sim-", ignore_cleanup_errors=True)
        path = Path(kept.name) / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        found = cls.__new__(cls)
        found._word, found._kept = str(path), kept
        try:
            written, source = read_data(path, f"{name}.yaml")
            found._world, found._held = world, _held(world)
            held = found._held
            with speaking(found.words):
                lines = read_lines(line_folder(config_folder(), held.law))
                found.data = formula_from(written, source, name, lines, held.clusters.identifier)
        except InputError as error:
            kept.cleanup()
            raise InputError(str(error).replace(str(path), f"{name}.yaml")) from error
        return found

    @property
    def words(self) -> StateWords:
        """What the state that it is read for, its main formula and its districts are called."""
        return self._held.state

    @property
    def word(self) -> str:
        """The word by which studies know it: a name, or the path of its file."""
        return self._word

    @property
    def name(self) -> str:
        """What tables call it."""
        return self.data.name

    @property
    def title(self) -> str:
        """Its title."""
        return self.data.title

    @in_its_words
    def describe(self) -> str:
        """What it pays for, from when on, in plain sentences."""
        own = self.data.model_copy(update={"lines": self.data.own_lines})
        return "\n".join(funding.describe(own, self._held.base_year))

    def save(self, path: "str | os.PathLike[str]") -> Path:
        """Write its text to a file that ends in .yaml, as a study in a folder that is kept needs it."""
        target = Path(path)
        if target.suffix.lower() not in (".yaml", ".yml"):
            raise InputError(f"{target}: is not allowed: the file of a formula ends in .yaml")
        places = [config_folder() / "formula", *([self._held.law] if self._held.law is not None else [])]
        named = [place / f"{self._word}.yaml" for place in reversed(places)]
        source = next((path for path in named if path.is_file()), Path(self._word))
        target.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
        return target

    def price(
        self,
        *,
        draws: int | None = None,
        seed: int | None = None,
        uncertainty: str | None = None,
        parameters: dict[str, Any] | None = None,
        world: "World | str | None" = None,
        folder: Path | str | None = None,
        quiet: bool = True,
        **settings: Any,
    ) -> Report:
        """What it pays each district for the counts of the base year, with no one responding: the static score, in the
        state that it was read for unless another ``world`` is named.

        ``.table()`` has a row for each district, ``.text`` what the command line prints (study=check_formula).
        """
        key, word = bill_setting(self)
        named = given(
            draws=draws,
            seed=seed,
            uncertainty=uncertainty,
            parameters=parameters,
            world=self._world if world is None else world,
        )
        found = carried_out("check_formula", {key: word, **named}, settings, folder, quiet)
        assert isinstance(found, Report)
        return found

    def __repr__(self) -> str:
        where = "from text" if self._kept is not None else self._word
        first = self.data.description.strip().partition("\n")[0]
        return (
            f"Formula: {self.title} ({self.name}), takes effect in FY{self.data.takes_effect}\n{where}: {first[:120]}"
        )


def _held(world: "World | None") -> held_world.World:
    return load_world() if world is None else world.data
