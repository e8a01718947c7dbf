"""The words of a state: what it is called, what its main formula is called, who its districts are.

They stand in ``state.yaml`` of the state's folder (`sim.states.folder`); whose are spoken when is
`sim.states.speaking`'s to say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

DISTRICT, CHARTER = "district", "charter"
"""Kinds of agents, as tables and laws name them: a district, and a school that is an agent of its own. A state may have
others."""


@dataclass(frozen=True)
class Kind:
    """What districts of a kind are called: ``one`` of them, and ``many``."""

    one: str
    many: str


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words as a sentence lists them: 'districts, charters and vocational schools'; nothing where there are none.

    Where a word has a comma of its own, as 'hospitality, events & tourism' has, semicolons stand between the words.
    """
    if len(words) < 2:
        return "".join(words)
    if any(", " in word for word in words):
        return f"{'; '.join(words[:-1])}; {last} {words[-1]}"
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


@dataclass(frozen=True)
class MainFormula:
    """What the state's main formula is called: ``name`` and ``short``; ``unit`` and ``units``, what it multiplies by a
    unit value, None where it pays dollars and has none; and the ``fund`` that it is appropriated from."""

    name: str = "main formula"
    short: str = "main formula"
    unit: str | None = "unit"
    units: str | None = "units"
    fund: str = "General Fund"


ANY_KINDS: Mapping[str, Kind] = {DISTRICT: Kind("district", "districts"), CHARTER: Kind("charter", "charters")}


@dataclass(frozen=True)
class StateWords:
    """The words of a state: its ``name``, its main formula, the kinds of its districts, the career fields that count as
    ``high_cost``; ``behavior``, where the numbers of behavior come from if not from the state; ``nothing``, the formula
    in which nothing replaces current law; the ``terms`` that its glossary has besides; the fiscal ``notes`` whose
    layout a bill's has; and the names of its ``clusters`` in small letters, by identifier."""

    name: str = ""
    main_formula: MainFormula = MainFormula()
    kinds: Mapping[str, Kind] = field(default_factory=lambda: ANY_KINDS)
    high_cost: str = "the high-cost fields"
    behavior: str = ""
    nothing: str = ""
    terms: tuple[tuple[str, str], ...] = ()
    notes: str = ""
    clusters: Mapping[str, str] = field(default_factory=dict)

    def cluster(self, identifier: str) -> str:
        """A cluster as a sentence has it: its name in small letters, or its identifier where no table names it."""
        return self.clusters.get(identifier, identifier.replace("_", " "))

    @property
    def places(self) -> str:
        """All agents: 'districts and charters'."""
        return listed([kind.many for kind in self.kinds.values()])

    @property
    def place(self) -> str:
        """One agent: 'district or charter'."""
        return listed([kind.one for kind in self.kinds.values()], "or")

    @property
    def beside(self) -> Kind | None:
        """What agents are called that are no district: 'charter' and 'charters'; None where there are none."""
        found = [kind for name, kind in self.kinds.items() if name != DISTRICT]
        if not found:
            return None
        return Kind(listed([kind.one for kind in found], "or"), listed([kind.many for kind in found]))

    @property
    def main(self) -> str:
        """The main formula as a sentence names it: 'the SEG'."""
        return f"the {self.main_formula.short}"

    @property
    def others(self) -> str:
        """Whom a weight inside the main formula takes from: 'other program units'."""
        return f"other {self.main_formula.units or 'students'}"

    @property
    def other_units(self) -> str:
        """The same, said of what: 'other program units of the SEG'."""
        return f"{self.others} of {self.main}"

    @property
    def lost(self) -> str:
        """What a weight inside the main formula costs the others: 'SEG money lost to a lower unit value'."""
        how = "a lower unit value" if self.main_formula.unit else "a lower amount a student"
        return f"{self.main_formula.short} money lost to {how}"

    @property
    def unit_value(self) -> str:
        """What a weight inside it lowers: 'SEG unit value'."""
        return f"{self.main_formula.short} {'unit value' if self.main_formula.unit else 'amount a student'}"

    @property
    def told_behavior(self) -> str:
        """What the foot of a page adds where behavior is borrowed; nothing otherwise."""
        return f"; {self.behavior}" if self.behavior else ""

    def kind(self, kind: str) -> str:
        """What a district of a kind is called; the kind itself where the state has no word for it."""
        return self.kinds[kind].one if kind in self.kinds else kind

    def fill(self, text: str) -> str:
        """A text of a table with the state's words in the place of ``{place}``, ``{Places}``, ``{lost}`` and such."""
        if "{" not in text:
            return text
        text = text.replace("{their_units}", f"' {self.main_formula.units}" if self.main_formula.units else "")
        text = text.replace("{value}", "unit value" if self.main_formula.unit else "amount a student")
        for name in ("place", "places", "main", "lost", "others", "other_units", "unit_value", "high_cost"):
            word = str(getattr(self, name))
            text = text.replace(f"{{{name}}}", word).replace(f"{{{name.capitalize()}}}", word[:1].upper() + word[1:])
        named = self.main_formula
        for key, word in (
            ("short", named.short),
            ("unit", named.unit or "student"),
            ("units", named.units or "students"),
        ):
            text = text.replace(f"{{{key}}}", word)
        return text
