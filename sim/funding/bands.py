"""Ranges of a number in conditions: members, high schools, poverty, wealth."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from sim.arrays import Array, BoolArray
from sim.funding.strict import Strict
from sim.inputs import Unit, shown

_LEAST = {"min": "at_least", "minimum": "at_least", "from": "at_least", "least": "at_least", "at least": "at_least"}
_OTHER = {
    "max": "below, one more than the most",
    "maximum": "below, one more than the most",
    "at_most": "below, one more than the most",
    "up_to": "below, one more than the most",
    "to": "below, one more than the most",
    "more_than": "at_least, one more",
    "above": "at_least, one more",
    "fewer_than": "below",
    "less_than": "below",
    "under": "below",
}


class Band(Strict):
    """A range of a number: ``at_least`` is in it, ``below`` is not, so that bands that follow each other never meet."""

    at_least: float | None = None
    below: float | None = None

    example: ClassVar[str] = "{at_least: 140, below: 550}"
    """How a band is written."""

    @model_validator(mode="before")
    @classmethod
    def _usual_words(cls, value: Any) -> Any:
        for key in value if isinstance(value, Mapping) else ():
            word = _LEAST.get(str(key)) or _OTHER.get(str(key))
            if word is not None:
                raise ValueError(f"{shown(key)} is not known here; write {word}, as {{at_least: 140, below: 550}}")
        return value

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if self.at_least is None and self.below is None:
            raise ValueError("write at_least, below or both, as {at_least: 140, below: 550}")
        if self.at_least is not None and self.below is not None and np.any(self.below <= self.at_least):
            raise ValueError(f"nothing is at least {self.at_least:g} and below {self.below:g}")
        return self

    def within(self, other: "Band") -> bool:
        """Whether every number that lies in it lies in another."""
        starts = other.at_least is None or (self.at_least is not None and self.at_least >= other.at_least)
        return starts and (other.below is None or (self.below is not None and self.below <= other.below))

    def words(self) -> str:
        """As in 'districts with ...'."""
        raise NotImplementedError

    def holds(self, number: Array) -> BoolArray:
        """Where a number lies in the band."""
        found = np.ones_like(number, dtype=np.bool_)
        if self.at_least is not None:
            found = found & (number >= self.at_least)
        if self.below is not None:
            found = found & (number < self.below)
        return found


class MembersBand(Band):
    """Members in grades 9-12."""

    at_least: Annotated[float, Field(strict=True, ge=0.0, le=1e6), Unit("members in grades 9-12")] | None = None
    below: Annotated[float, Field(strict=True, gt=0.0, le=1e6), Unit("members in grades 9-12")] | None = None

    def words(self) -> str:
        """As in 'districts with ...'."""
        return _counted(self, "members in grades 9-12")


class PerSchoolBand(MembersBand):
    """Members in grades 9-12 for each high school."""

    def words(self) -> str:
        """As in 'districts with ...'."""
        return _counted(self, "members in grades 9-12 for each high school")


class SchoolsBand(Band):
    """High schools, with students in grades 9-12."""

    example: ClassVar[str] = "{at_least: 2, below: 5}, or a whole number"

    at_least: Annotated[float, Field(strict=True, ge=1.0, le=1e5), Unit("high schools")] | None = None
    below: Annotated[float, Field(strict=True, gt=1.0, le=1e5), Unit("high schools")] | None = None

    def words(self) -> str:
        """As in 'districts with ...'."""
        if self.at_least is not None and self.below is not None and self.below == self.at_least + 1.0:
            return "one high school" if self.at_least == 1.0 else f"{self.at_least:g} high schools"
        return "one high school" if self.at_least is None and self.below == 2.0 else _counted(self, "high schools")


class PovertyBand(Band):
    """Children in poverty over all children."""

    example: ClassVar[str] = "{at_least: 0.25, below: 0.4}"

    at_least: Annotated[float, Field(strict=True, ge=0.0, le=1.0), Unit("share of children")] | None = None
    below: Annotated[float, Field(strict=True, gt=0.0, le=1.0), Unit("share of children")] | None = None

    def words(self) -> str:
        """As in 'districts with ...'."""
        ends = []
        if self.at_least is not None:
            ends.append(f"{100.0 * self.at_least:.6g}% or more")
        if self.below is not None:
            ends.append(f"less than {100.0 * self.below:.6g}%")
        return f"{' and '.join(ends)} of children in poverty"


class WealthBand(Band):
    """Taxable value of property a member, dollars."""

    example: ClassVar[str] = "{at_least: 100_000, below: 400_000}"

    at_least: Annotated[float, Field(strict=True, ge=0.0, le=1e9), Unit("dollars a member")] | None = None
    below: Annotated[float, Field(strict=True, gt=0.0, le=1e9), Unit("dollars a member")] | None = None

    def words(self) -> str:
        """As in 'districts with ...'."""
        ends = []
        if self.at_least is not None:
            ends.append(f"at least ${self.at_least:,.0f}")
        if self.below is not None:
            ends.append(f"less than ${self.below:,.0f}")
        return f"{' and '.join(ends)} of taxable value a member"


def _counted(band: Band, what: str) -> str:
    ends = []
    if band.at_least is not None:
        ends.append(f"at least {band.at_least:,.6g}")
    if band.below is not None:
        ends.append(f"fewer than {band.below:,.6g}")
    return f"{' and '.join(ends)} {what}"
