"""The words of a state: what it is called, what its main formula is called, who its districts are.

Texts of studies are filled with the words of the state whose tables were read last. They stand in ``state.yaml`` of the
state's folder (`sim.world.state`); without one the words are those that fit any state.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field

DISTRICT, CHARTER = "district", "charter"
"""The kinds of agents, as tables and laws name them: a district, and a school that is an agent of its own."""


@dataclass(frozen=True)
class Kind:
    """What districts of a kind are called: ``one`` of them, and ``many``."""

    one: str
    many: str


@dataclass(frozen=True)
class MainFormula:
    """What the state's main formula is called: ``name``, ``short`` (with its article where it takes one, ``the``), and
    ``units``, what it multiplies by a unit value; None where it pays dollars and has none."""

    name: str = "main formula"
    short: str = "main formula"
    unit: str | None = "program unit"
    units: str | None = "program units"


@dataclass(frozen=True)
class StateWords:
    """The words of a state. ``high_cost``: the career fields that count as high-cost. ``behavior``: where the numbers
    of behavior come from, told beside results where it is not the state itself."""

    name: str = ""
    main_formula: MainFormula = MainFormula()
    kinds: Mapping[str, Kind] = field(
        default_factory=lambda: {DISTRICT: Kind("district", "districts"), CHARTER: Kind("charter", "charters")}
    )
    district: str = "school districts"
    high_cost: str = "the high-cost fields"
    note: str = ""
    behavior: str = ""

    @property
    def places(self) -> str:
        """All agents: 'districts and charters'."""
        return f"{self.kinds[DISTRICT].many} and {self.kinds[CHARTER].many}"

    @property
    def place(self) -> str:
        """One agent: 'district or charter'."""
        return f"{self.kinds[DISTRICT].one} or {self.kinds[CHARTER].one}"

    @property
    def main(self) -> str:
        """The main formula as a sentence names it: 'the SEG'."""
        return f"the {self.main_formula.short}"

    @property
    def other_units(self) -> str:
        """Whom a weight inside the main formula takes from: 'other program units of the SEG'."""
        units = self.main_formula.units
        return f"other {units} of {self.main}" if units else f"other students of {self.main}"

    def kind(self, kind: str) -> str:
        """What a district of a kind is called; the kind itself where the state has no word for it."""
        return self.kinds[kind].one if kind in self.kinds else kind


_SPOKEN: ContextVar[StateWords | None] = ContextVar("words of the state", default=None)
_OF_ANY_STATE = StateWords()


def use_words(of: StateWords) -> None:
    """Fill texts with the words of this state from now on."""
    _SPOKEN.set(of)


def state_words() -> StateWords:
    """The words that texts are filled with."""
    return _SPOKEN.get() or _OF_ANY_STATE
