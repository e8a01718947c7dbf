"""One color, dash and marker for each formula, the same in every figure of every run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.study.compare.words import COST_NEUTRAL

CURRENT_LAW, INDEXED = "status_quo", "status_quo_indexed"

SOLID: Any = "solid"
LONG, DOTS, DOT_DASH, TWO_DOTS = (0, (6, 1.6)), (0, (1, 1.2)), (0, (5, 1.5, 1, 1.5)), (0, (5, 1.3, 1, 1.3, 1, 1.3))
DASHES = (SOLID, LONG, DOTS, DOT_DASH, TWO_DOTS)
DASHED = (0, (3, 2))
"""The dash of current law, which no formula has."""

NAVY = "#16324f"
PURPLE, TEAL = "#6a2c82", "#0b5f5a"
BRICK, GREEN = "#c0471c", "#2f7a3c"
OCHRE, SKY, ROSE = "#b07d0e", "#3f8fc4", "#cf5f93"
"""Hues in four steps of lightness, dark to light; words are written in them as `legible` darkens them."""


@dataclass(frozen=True)
class FormulaLook:
    """How a formula is drawn; ``sign`` is its marker as a letter, before its numbers."""

    color: str
    dash: Any
    marker: str

    @property
    def sign(self) -> str:
        """The marker as a letter."""
        return SIGNS[self.marker]


SIGNS = {"o": "\u25cf", "s": "\u25a0", "^": "\u25b2", "v": "\u25bc", "D": "\u25c6", "P": "\u271a"}

LOOKS: dict[str, FormulaLook] = {
    CURRENT_LAW: FormulaLook("#6b6b6b", DASHED, "D"),
    INDEXED: FormulaLook("#6b6b6b", DOTS, "D"),
    "aligned": FormulaLook(NAVY, SOLID, "o"),
    "sb130_quarter_weight": FormulaLook(GREEN, LONG, "s"),
    "aligned_per_concentrator": FormulaLook(OCHRE, DOT_DASH, "^"),
    "aligned_base": FormulaLook(SKY, SOLID, "v"),
    "aligned_cost_tier": FormulaLook(PURPLE, DOTS, "o"),
    "aligned_quality": FormulaLook(ROSE, LONG, "^"),
    "aligned_credentials": FormulaLook(TEAL, LONG, "s"),
    "credential_pilot": FormulaLook(PURPLE, SOLID, "v"),
    "pilot_sunset": FormulaLook(BRICK, TWO_DOTS, "v"),
    "seg_only": FormulaLook(TEAL, TWO_DOTS, "^"),
    "arizona": FormulaLook(NAVY, SOLID, "o"),
    "colorado_credential_bonus": FormulaLook(GREEN, LONG, "s"),
    "colorado_reimbursement": FormulaLook(OCHRE, DOT_DASH, "^"),
    "florida": FormulaLook(SKY, SOLID, "v"),
    "indiana": FormulaLook(PURPLE, DOTS, "o"),
    "kansas": FormulaLook(ROSE, LONG, "s"),
    "kentucky": FormulaLook(TEAL, LONG, "^"),
    "louisiana": FormulaLook(PURPLE, SOLID, "v"),
    "michigan": FormulaLook(BRICK, TWO_DOTS, "o"),
    "minnesota": FormulaLook(TEAL, TWO_DOTS, "s"),
    "ohio": FormulaLook(NAVY, LONG, "^"),
    "tennessee": FormulaLook(NAVY, DOTS, "v"),
    "texas": FormulaLook(NAVY, DOT_DASH, "s"),
    "utah": FormulaLook(BRICK, DOT_DASH, "s"),
    "wisconsin": FormulaLook(GREEN, DOTS, "^"),
    "wyoming": FormulaLook(OCHRE, TWO_DOTS, "v"),
    "california": FormulaLook(NAVY, SOLID, "v"),
    "georgia": FormulaLook(GREEN, LONG, "o"),
    "idaho": FormulaLook(OCHRE, DOT_DASH, "v"),
    "massachusetts": FormulaLook(SKY, SOLID, "^"),
    "nevada": FormulaLook(PURPLE, DOTS, "s"),
    "new_york": FormulaLook(ROSE, LONG, "v"),
    "north_dakota": FormulaLook(TEAL, LONG, "v"),
    "oregon": FormulaLook(PURPLE, SOLID, "o"),
    "pennsylvania": FormulaLook(BRICK, TWO_DOTS, "s"),
    "washington": FormulaLook(TEAL, TWO_DOTS, "o"),
}
"""Looks by the name of a formula: the default state's, then other states' laws in two lists, which are no part of the
same run unless asked for. Within a list, beside `OWN`, two formulas differ in the dash or by `APART` in lightness, so
that they can be told apart in grey; across lists in the marker alone, as there are no more such pairs."""

OWN: tuple[FormulaLook, ...] = (
    FormulaLook(BRICK, SOLID, "P"), FormulaLook(ROSE, DOTS, "P"), FormulaLook(TEAL, DOT_DASH, "P"),
    FormulaLook(NAVY, TWO_DOTS, "P"),
)  # fmt: skip
"""Looks that no shipped formula has, for the first bill of a user's own, the second, and so on."""

APART = 8.0
"""Steps of lightness (CIE L*, 0 to 100) between colors that share a dash."""


def looks(names: Sequence[str]) -> tuple[FormulaLook, ...]:
    """The looks of a run's formulas: of a shipped one by its name alone, of others by their order among the others; one
    that was scaled to equal money has the color that it has as written, and the next dash."""
    bases = [name.removesuffix(COST_NEUTRAL) for name in names]
    own = list(dict.fromkeys(base for base in bases if base not in LOOKS))
    found = [LOOKS.get(base) or OWN[own.index(base) % len(OWN)] for base in bases]
    return tuple(
        replace(look, dash=_next(look.dash)) if name != base else look
        for name, base, look in zip(names, bases, found, strict=True)
    )


def _next(dash: Any) -> Any:
    return DASHES[(DASHES.index(dash) + 1) % len(DASHES)] if dash in DASHES else dash
