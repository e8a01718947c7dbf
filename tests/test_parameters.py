"""Every number of the model: its file, its prior, what a user may set it to."""

import dataclasses
import re
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from simulated import new_mexico

from sim.inputs import InputError
from sim.parameters import groups
from sim.parameters.catalogue import FOLDER, GROUPS, Catalogue, Entry, Prior, load_catalogue
from sim.parameters.loadings import COLUMNS, load_loadings
from sim.parameters.priors import quantile, split_lognormal
from sim.parameters.values import (
    CLUSTER_SPREADS,
    GROUP_TYPES,
    central_parameters,
    dimensions,
    drawn_values,
    parameters_at,
)
from sim.study.setup.design import parameter_points, parameters_for
from sim.world.world import QUALITY_COMPONENTS

ENTRIES = [
    pytest.param(group, name, entry, id=f"{group}.{name}")
    for group, named in load_catalogue().entries.items()
    for name, entry in named.items()
]
UNCERTAIN = [pytest.param(entry, id=f"{group}.{name}") for group, name, entry in load_catalogue().uncertain()]
WHOLE_UNIT = np.array([0.0, 1e-9, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0 - 1e-9, 1.0])


def center(entry: Entry) -> float:
    return 1.0 if isinstance(entry.value, dict) else entry.value


@pytest.mark.parametrize("name", GROUPS)
def test_a_file_and_its_group_hold_the_same_names(name: str) -> None:
    written = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    fields = [field.name for field in dataclasses.fields(GROUP_TYPES[name])]
    assert sorted(written) == sorted(fields)


def test_every_file_of_numbers_is_read() -> None:
    files = {path.stem for path in FOLDER.glob("*.yaml")}
    assert files == {*GROUPS, "loadings"}
    assert set(GROUPS) == set(GROUP_TYPES)


@pytest.mark.parametrize(("group", "name", "entry"), ENTRIES)
def test_every_number_is_named_and_labelled_alike(group: str, name: str, entry: Entry) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert entry.label[0].isupper()
    assert not entry.label.endswith("."), f"{group}.{name}"
    assert not re.search(r"\b(evidence|shared|brief)/", entry.source)


@pytest.mark.parametrize("entry", UNCERTAIN)
def test_draws_lie_where_the_prior_says(entry: Entry) -> None:
    prior, middle = entry.prior, center(entry)
    assert prior.low is not None
    assert prior.high is not None
    drawn = quantile(prior, middle, np.linspace(0.001, 0.999, 999))
    assert np.isfinite(drawn).all()
    assert (np.diff(drawn) > 0).all()
    if prior.distribution == "lognormal":
        assert (drawn > 0).all()
        assert quantile(prior, middle, np.array([0.1, 0.5, 0.9])) == pytest.approx([prior.low, middle, prior.high])
    else:
        assert ((drawn >= prior.low) & (drawn <= prior.high)).all()
        assert quantile(prior, middle, np.array([0.0, 1.0])) == pytest.approx([prior.low, prior.high])
    low, high = entry.range
    if not entry.dated and prior.distribution != "lognormal":
        assert ((drawn >= low) & (drawn <= high)).all()


def test_a_uniform_prior_is_even() -> None:
    prior = Prior(distribution="uniform", low=2.0, high=6.0)
    assert quantile(prior, 3.0, WHOLE_UNIT[[0, 3, 4, 8]]) == pytest.approx([2.0, 3.0, 4.0, 6.0])


def test_a_triangular_prior_has_its_peak_at_the_value() -> None:
    prior = Prior(distribution="triangular", low=0.0, high=1.0)
    assert quantile(prior, 0.5, np.array([0.125, 0.5, 0.875])) == pytest.approx([0.25, 0.5, 0.75])
    skewed = quantile(prior, 0.25, np.array([0.25, 0.0625, 1 - 0.75 * 0.25]))
    assert skewed == pytest.approx([0.25, 0.125, 0.625])
    at_the_edge = quantile(prior, 0.0, np.array([0.0, 0.75, 1.0]))
    assert at_the_edge == pytest.approx([0.0, 0.5, 1.0])


@given(st.floats(0.1, 10), st.floats(1.01, 5), st.floats(1.01, 5))
def test_a_lognormal_prior_keeps_its_percentiles_however_skewed(low: float, up: float, further: float) -> None:
    median, high = low * up, low * up * further
    drawn = split_lognormal(low, median, high, np.array([0.1, 0.5, 0.9]))
    assert drawn == pytest.approx([low, median, high])


def test_a_fixed_prior_does_not_move() -> None:
    assert (quantile(Prior(distribution="fixed"), 3.0, WHOLE_UNIT) == 3.0).all()


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"distribution": "uniform"}, "needs low < high"),
        ({"distribution": "uniform", "low": 2.0, "high": 1.0}, "needs low < high"),
        ({"distribution": "uniform", "low": 1.0, "high": 1.0}, "needs low < high"),
        ({"distribution": "lognormal", "low": 0.0, "high": 1.0}, "needs low > 0"),
        ({"distribution": "fixed", "low": 0.0}, "no low and high"),
        ({"distribution": "normal", "low": 0.0, "high": 1.0}, "distribution"),
        ({"distribution": "uniform", "low": float("nan"), "high": 1.0}, "low"),
        ({"distribution": "uniform", "low": 0.0, "high": float("inf")}, "high"),
    ],
)
def test_priors_that_make_no_sense_are_refused(written: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Prior.model_validate(written)


ENTRY = {
    "value": 0.5,
    "unit": "share",
    "label": "A made-up share",
    "source": "none",
    "confidence": "low",
    "prior": {"distribution": "uniform", "low": 0.4, "high": 0.6},
    "range": [0, 1],
}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"value": 2.0}, "must lie in its range"),
        ({"value": 0.3}, "between low and high of its prior"),
        ({"prior": {"distribution": "uniform", "low": -1.0, "high": 0.6}}, "prior must lie in the range"),
        ({"confidence": "certain"}, "confidence"),
        ({"source": ""}, "source"),
        ({"unit": ""}, "unit"),
        ({"extra": 1}, "extra"),
        ({"value": {}}, "at least one year"),
        ({"value": float("nan")}, "value"),
    ],
)
def test_entries_that_make_no_sense_are_refused(changes: dict[str, Any], problem: str) -> None:
    Entry.model_validate(ENTRY)
    with pytest.raises(ValidationError, match=problem):
        Entry.model_validate({**ENTRY, **changes})


def set_to(**values: Any) -> Catalogue:
    return load_catalogue().with_values({name.replace("__", "."): value for name, value in values.items()}, "settings")


def test_a_value_that_is_set_is_certain() -> None:
    catalogue = set_to(staffing__turnover=0.2)
    entry = catalogue.entries["staffing"]["turnover"]
    assert entry.value == 0.2
    assert entry.prior.distribution == "fixed"
    assert len(catalogue.uncertain()) == len(load_catalogue().uncertain()) - 1
    assert load_catalogue().entries["staffing"]["turnover"].prior.distribution != "fixed"
    drawn = parameters_for(catalogue, new_mexico(), 3, range(5), "prior")
    assert (drawn.staffing.turnover == 0.2).all()
    assert drawn.staffing.turnover.shape == (5, 1, 1)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("staffing__turnovr", 0.1, "parameters.staffing.turnovr: unknown parameter; did you mean 'staffing.turnover'?"),
        ("staffing__turnover", 1.5, "parameters.staffing.turnover: 1.5 is not allowed: a number from 0 to 1"),
        ("staffing__turnover", -0.1, "-0.1 is not allowed"),
        ("staffing__turnover", "high", "'high' is not allowed"),
        ("staffing__turnover", None, "None is not allowed"),
        ("staffing__turnover", True, "True is not allowed"),
        ("staffing__turnover", float("nan"), "nan is not allowed"),
        ("staffing__turnover", {2027: 0.1}, "takes one number"),
        ("enrollment__entry_growth", {2027: 9.0}, "9.0 is not allowed"),
        ("turnover", 0.1, "unknown parameter"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_one_line(key: str, value: Any, told: str) -> None:
    with pytest.raises(InputError) as caught:
        set_to(**{key: value})
    message = str(caught.value)
    assert message.startswith("settings: ")
    assert told in message
    assert "\n" not in message


def test_a_dated_value_holds_until_the_next() -> None:
    dated = groups.Dated((2018, 2027, 2042), (0.0, -0.02, -0.005), np.full((2, 1, 1), 1.5))
    expected = {2000: 0.0, 2018: 0.0, 2026: 0.0, 2027: -0.03, 2041: -0.03, 2042: -0.0075, 2100: -0.0075}
    for year, value in expected.items():
        assert dated.at(year) == pytest.approx(value)
        assert dated.at(year).shape == (2, 1, 1)


def test_a_dated_value_can_be_set_by_year() -> None:
    drawn = parameters_for(set_to(enrollment__entry_growth={2030: 0.01}), new_mexico(), 0, range(2), "prior")
    assert drawn.enrollment.entry_growth.at(2035) == pytest.approx(0.01)


def test_points_and_design_agree() -> None:
    catalogue, world = load_catalogue(), new_mexico()
    points = parameter_points(catalogue, world, 5, range(3))
    table = drawn_values(catalogue, points)
    parameters = parameters_at(catalogue, world.clusters, points)
    assert list(table) == [f"{group}.{name}" for group, name, _ in catalogue.uncertain()]
    for full_name, column in table.items():
        group, name = full_name.split(".")
        value = getattr(getattr(parameters, group), name)
        held = value.factor if isinstance(value, groups.Dated) else value
        assert np.array_equal(held.reshape(-1), column), full_name


def test_the_middle_of_every_prior_is_near_the_central_value() -> None:
    catalogue, clusters = load_catalogue(), new_mexico().clusters
    middle = parameters_at(catalogue, clusters, np.full((1, dimensions(catalogue, clusters)), 0.5))
    central = central_parameters(catalogue, clusters)
    for name in CLUSTER_SPREADS:
        if name != "launch_months":
            assert getattr(middle.clusters, name) == pytest.approx(getattr(central.clusters, name))
    for group, name, entry in catalogue.uncertain():
        if not entry.dated and entry.prior.distribution == "lognormal":
            assert getattr(getattr(middle, group), name) == pytest.approx(getattr(getattr(central, group), name))


def test_cluster_costs_keep_their_meaning_at_the_edges() -> None:
    catalogue, clusters = load_catalogue(), new_mexico().clusters
    for edge in (1e-6, 1 - 1e-6):
        drawn = parameters_at(catalogue, clusters, np.full((1, dimensions(catalogue, clusters)), edge)).clusters
        assert (drawn.startup_cost > 0).all()
        assert ((drawn.pass_rate > 0) & (drawn.pass_rate < 1)).all()
        assert (drawn.launch_years == np.rint(drawn.launch_years)).all()
        assert (drawn.launch_years >= 1).all()


def test_a_point_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="coordinates"):
        parameters_at(load_catalogue(), new_mexico().clusters, np.full((1, 3), 0.5))


def test_loadings_cover_all_components() -> None:
    loadings = load_loadings()
    assert set(loadings) == set(COLUMNS)
    for name, column in loadings.items():
        assert column.shape == (1, len(QUALITY_COMPONENTS))
        assert (column >= 0).all(), name
        assert column.any(), name
    assert loadings["ease"].mean() == pytest.approx(1.0)


def test_a_parameter_that_is_drawn_last_moves_no_other_draw() -> None:
    """Without those that came later, at the point without its last coordinates, all others are as they were."""
    catalogue, clusters = load_catalogue(), new_mexico().clusters
    late = [f"{group}.{name}" for group, name, entry in catalogue.uncertain() if entry.drawn_last]
    assert late
    before = catalogue.with_values(dict.fromkeys(late, 0.2), "before")
    size = dimensions(catalogue, clusters)
    assert dimensions(before, clusters) == size - len(late)
    points = np.random.default_rng(5).random((3, size))
    now, then = (parameters_at(*of) for of in (
        (catalogue, clusters, points), (before, clusters, points[:, : size - len(late)])))  # fmt: skip
    drawn, held = drawn_values(catalogue, points), drawn_values(before, points[:, : size - len(late)])
    for name, column in held.items():
        assert (drawn[name] == column).all()
        group, own = name.split(".")
        if not hasattr(getattr(getattr(now, group), own), "factor"):
            assert (getattr(getattr(now, group), own) == getattr(getattr(then, group), own)).all()
    assert (now.clusters.startup_cost == then.clusters.startup_cost).all()
    assert all(len(set(drawn[name])) == 3 for name in late)
