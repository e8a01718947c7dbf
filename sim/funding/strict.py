"""What every piece of a formula has in common."""

from collections.abc import Hashable, Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A piece of a formula: written once, never changed, with no key that is not known.

    In a batch of runs whose formulas differ in numbers, a number is an array ``[R, 1, 1]`` (see ``funding.merging``).
    Numbers named in ``alike``, and what ``order`` gives, are the same in all runs of a batch.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    alike: ClassVar[frozenset[str]] = frozenset()

    def order(self) -> Hashable:
        """How numbers are ranked where a rule follows their rank; nothing by default."""
        return None

    def without_effect(self) -> Mapping[str, str]:
        """Keys that change nothing beside the others as they are, each with the reason; none by default."""
        return {}
