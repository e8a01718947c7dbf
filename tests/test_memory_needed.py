"""A study that cannot lie in the computer's memory is refused before it starts, and no other."""

from pathlib import Path
from typing import Any

import pytest
from commanded import asked

import sim.study.running.memory as memory
from sim.inputs import InputError
from sim.study.running.memory import (
    memory_of_computer,
    refuse_large_layout,
    refuse_many_draws,
    refuse_too_large,
)

GB = 1e9


@pytest.fixture(autouse=True)
def computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer of 16 GB."""
    monkeypatch.setattr(memory, "memory_of_computer", lambda: 16 * GB)


def held(*words: str) -> None:
    """Hold a study against the computer's memory."""
    request = asked(Path("here"), *words)
    inputs = request.inputs()
    design = request.settings.design
    refuse_too_large(request.settings, inputs, design.points or 1 if design is not None else 1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["study=project", "formula=aligned", "draws=1000000", "horizon=60"], "settings: draws: 1,000,000 draws of 2"),
        (["draws=20000"], "settings: draws: 20,000 draws of 11 formulas over 30 years need at least"),
        (
            ["study=sweep", "factors.parameters=prior", "design.points=1000000", "draws=4"],
            "settings: design.points: 8,000",
        ),
        (["study=project", "draws=10000", "chunk=512", "workers=1024"], "settings: chunk: 10,000 draws of 1 formulas"),
    ],
)
def test_what_cannot_lie_in_memory_is_refused_in_one_line(words: list[str], told: str) -> None:
    with pytest.raises(InputError) as caught:
        held(*words)
    assert told in str(caught.value)
    assert "this computer gives 16.0 GB" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["draws=2000"],
        ["draws=20000", "keep=[state]"],
        ["draws=20000", "shards=4", "shard=2"],
        ["draws=20000", "precision={outcome: concentrators, half_width: 100}"],
        ["study=library"],
        ["study=stress", "draws=1000"],
        ["study=sweep", "factors.parameters=prior", "design.points=20000"],
        ["study=project", "formula=aligned", "chunk=512", "workers=2"],
        ["executor=dask", "chunk=512", "workers=1024"],
    ],
    ids=" ".join,
)
def test_what_may_lie_in_memory_is_taken(words: list[str]) -> None:
    held(*words)


def test_studies_that_keep_no_runs_are_held_against_it_too() -> None:
    for words, told in (
        (("study=check_formula", "draws=100000"), "settings: draws: 100,000 draws need at least"),
        (("study=bridge", "draws=1000000"), "settings: draws: 1,000,000 draws need at least"),
    ):
        request = asked(Path("here"), *words, "formula=aligned")
        with pytest.raises(InputError) as caught:
            refuse_many_draws(request.settings, request.inputs().world)
        assert told in str(caught.value)
    for words in (
        ("study=check_formula", "draws=200"),
        ("study=bridge", "draws=20000"),
        ("study=explain", "chunk=512"),
    ):
        request = asked(Path("here"), *words, "formula=aligned")
        refuse_many_draws(request.settings, request.inputs().world)


def test_the_second_stage_of_a_sensitivity_study_is_held_against_it_before_the_first() -> None:
    request = asked(Path("here"), "study=sensitivity", "sensitivity.points=65536", "sensitivity.numbers=100")
    with pytest.raises(InputError, match=r"settings: sensitivity.points: [\d,]+ runs need at least"):
        refuse_large_layout(request.settings, request.inputs())
    request = asked(Path("here"), "study=sensitivity", "sensitivity.points=1024")
    refuse_large_layout(request.settings, request.inputs())


def test_the_memory_of_this_computer_is_known_and_within_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    found = memory_of_computer()
    assert found is None or 0.1 * GB < found < 1e15
    limits: Any = iter([8 * GB, 4 * GB])
    monkeypatch.setattr(memory, "_limits", lambda: limits)
    assert memory_of_computer() == 4 * GB
    monkeypatch.setattr(memory, "_limits", lambda: iter(()))
    assert memory_of_computer() is None
