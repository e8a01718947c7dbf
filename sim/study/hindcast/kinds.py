"""Kinds of outcome: what of a hindcast is missed alike, so that one case tells of another."""

from collections.abc import Mapping

from sim.study.hindcast.measures import NAMED
from sim.study.hindcast.outcomes import Outcome
from sim.study.probes.measures import AnyMeasure, Changes

KINDS: Mapping[str, tuple[str, ...]] = {
    "participation": ("participants", "participants_per_member"),
    "concentrators": ("concentrators", "concentrators_per_participant", "school_concentrator_share"),
    "credentials": (
        "credentials", "credentials_per_concentrator", "credentials_per_member", "easy_share", "hard_share",
        "pass_rate", "districts_with_exam",
    ),
    "sites and instructors": (
        "sites", "sections", "instructors", "instructors_per_member", "districts_taking_part",
    ),
    "spending": ("spending", "spending_per_member"),
    "what the state pays": ("state_cost", "price_paid"),
}  # fmt: skip
KIND_OF: Mapping[str, str] = {word: kind for kind, words in KINDS.items() for word in words}
"""The kind of outcome that a measure of a hindcast belongs to, by the word for it."""
WORD_OF: Mapping[AnyMeasure, str] = {named.measure: word for word, named in NAMED.items()}

ENDING = "districts that give up"
"""The kind of a share of districts below a value."""

CHURN = "churn of staff"
"""The kind of yearly changes of instructors, district by district."""

OTHER = "other"
"""The kind of what has no word of its own: no other case tells of it, but all kinds together."""


def kind_of(outcome: Outcome) -> str:
    """The kind of an outcome."""
    if outcome.over is not None and outcome.over.below is not None:
        return ENDING
    measure = outcome.measure
    if isinstance(measure, Changes) and measure.column == "teaching":
        return CHURN
    return KIND_OF.get(WORD_OF.get(measure, ""), OTHER)
