"""Builders fill every field: a bundle that gains one breaks no test."""

from collections.abc import Callable
from dataclasses import fields, make_dataclass
from typing import Any

import builders
import numpy as np
import pytest
from parameter_groups import group

from sim.arrays import Array, BoolArray
from sim.behavior.deciding import decide
from sim.behavior.situation import Choice, Situation
from sim.engine.economy import Conditions
from sim.engine.offers import Offers
from sim.engine.prospects import Prospects
from sim.engine.state import State
from sim.engine.workforce import Workforce
from sim.funding.schedule import Counts
from sim.parameters.groups import Decisions

BUNDLES: dict[type, Callable[..., Any]] = {
    Situation: builders.situation,
    Choice: builders.choice,
    Workforce: builders.workforce,
    Counts: builders.counts,
    State: builders.state,
    Prospects: builders.prospects,
    Offers: builders.offers,
}


def with_toy(kind: type) -> Any:
    """The bundle as it would be with a toy rule's fields."""
    toy = [("toy", Array), ("toy_known", BoolArray), ("toy_pair", tuple[Array, Array])]
    return make_dataclass(f"Toy{kind.__name__}", toy, bases=(kind,), frozen=True, kw_only=True)


@pytest.mark.parametrize("kind", [*BUNDLES, Conditions], ids=lambda kind: kind.__name__)
def test_a_field_that_a_bundle_gains_is_filled_with_nothing(kind: type) -> None:
    grown = builders.filled(with_toy(kind), 2, 3, {}, {})
    assert (grown.toy == 0.0).all()
    assert grown.toy_known.dtype == np.bool_
    assert not grown.toy_known.any()
    assert len(grown.toy_pair) == 2


@pytest.mark.parametrize("kind", BUNDLES, ids=lambda kind: kind.__name__)
def test_builders_fill_arrays_that_agree_with_each_other(kind: type) -> None:
    built = BUNDLES[kind](2, 3)
    shapes = [value.shape for value in vars(built).values() if isinstance(value, np.ndarray)]
    assert shapes
    for shape in shapes:
        assert shape[0] in (1, 2)
        assert shape[1] in (1, 3, 4, 12)


def test_a_name_that_a_bundle_does_not_have_is_refused() -> None:
    with pytest.raises(AssertionError, match="no \\['wnted'\\]"):
        builders.situation(wnted=3.0)
    with pytest.raises(AssertionError, match="no \\['turnovr'\\]"):
        builders.parameters(staffing={"turnovr": 3.0})


def test_a_toy_rule_may_add_its_field_to_the_situation_and_decisions_stay() -> None:
    """As a newcomer would: a field more in what districts know, and one more among the parameters."""
    numbers = dict.fromkeys((one.name for one in fields(Decisions)), 0.5)
    grown_terms = make_dataclass("ToyDecisions", [("toy_weight", Array)], bases=(Decisions,), frozen=True)
    plain = decide(builders.situation(2, 3), group(Decisions, **numbers))
    grown = decide(builders.situation(2, 3, kind=with_toy(Situation)), group(grown_terms, **numbers))
    for one in fields(Choice):
        assert np.array_equal(getattr(plain, one.name), getattr(grown, one.name)), one.name
