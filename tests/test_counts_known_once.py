"""What is worked out of counts once is what it would be if it were worked out anew."""

from dataclasses import fields

import numpy as np
import pytest
from small_world import some_counts

from sim.arrays import district_total
from sim.funding.components import Base, Component, CredentialBonus, Internship, QualityIncentive
from sim.funding.schedule import Counts

LIMITED = (
    Base(per_site=1000.0, minimum_concentrators=20),
    CredentialBonus(dollars={1: 250.0, 3: 750.0}, per_student_limit=0.5),
    CredentialBonus(dollars={1: 250.0, 3: 750.0}, per_student_limit=None, district_share_limit=0.1),
    QualityIncentive(share=0.1, threshold=0.5),
    Internship(dollars=2500.0, places=10),
)


def every_component(kind: type[Component] = Component) -> list[type[Component]]:
    return [kind, *(below for one in kind.__subclasses__() for below in every_component(one))]


def test_a_component_that_limits_counts_says_which() -> None:
    limiting = {kind for kind in every_component() if kind.counted is not Component.counted}
    assert {type(component) for component in LIMITED} == limiting
    assert all(kind.limits for kind in limiting)


@pytest.mark.parametrize("component", LIMITED, ids=lambda component: component.kind)
def test_a_limit_reads_and_lowers_no_counts_but_those_that_it_names(component: Component) -> None:
    whole = some_counts(3, (2,), 4)
    nothing = np.full_like(whole.participants, np.nan)
    unread = {
        field.name: (nothing,) * 3 if field.name == "credentials" else np.full_like(getattr(whole, field.name), np.nan)
        for field in fields(Counts)
        if field.name not in component.limits
    }
    blind, found = component.counted(whole.but(**unread)), component.counted(whole)
    for name in component.limits:
        np.testing.assert_array_equal(getattr(blind, name), getattr(found, name))
    lowered = [name for name in component.limits if getattr(found, name) is not getattr(whole, name)]
    assert lowered
    assert all(getattr(found, name) is getattr(whole, name) for name in unread)


@pytest.mark.parametrize("component", LIMITED, ids=lambda component: component.kind)
def test_limits_are_worked_out_once_and_hold_for_counts_that_differ_elsewhere(component: Component) -> None:
    whole = some_counts(5, (), 4)
    dearer = whole.but(expenditure=2.0 * whole.expenditure)
    first, again = component.within_limits(whole), component.within_limits(dearer)
    for name in component.limits:
        assert getattr(first, name) is getattr(again, name)
        np.testing.assert_array_equal(getattr(first, name), getattr(component.counted(whole), name))
    np.testing.assert_array_equal(again.expenditure, 2.0 * whole.expenditure)


def test_a_sum_is_known_of_the_same_numbers_alone() -> None:
    counts = some_counts(7, (2,), 3)
    total = counts.total("participants")
    assert counts.but(sites=2.0 * counts.sites).total("participants") is total
    fewer = counts.but(participants=0.5 * counts.participants)
    np.testing.assert_array_equal(fewer.total("participants"), district_total(fewer.participants))
    np.testing.assert_array_equal(counts.total("participants"), district_total(counts.participants))
