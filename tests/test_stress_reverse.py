"""Reverse stress: the bracket by hand, severities, and one small state in which more take-up pays a smaller share."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commanded import asked, carried_out
from hypothesis import given
from hypothesis import strategies as st
from simulated import made_up, prior_parameters, shipped, sparse, warmed_up

from sim.config_folder import config_folder
from sim.engine.scenario import Scenario
from sim.inputs import InputError
from sim.study.setup.scenarios import find_scenario
from sim.study.stress.reverse import Tried, lowest_paid_share, of_factor, refuse_sizeless, smallest

SURGE = Scenario.model_validate(
    {"name": "surge", "title": "Surge", "source": "none", "from_year": {2028: {"participation": 1.2, "revenue": 0.9}}}
)


def test_the_bracket_by_hand() -> None:
    found = smallest(lambda size: Tried(size, float(size >= 0.3), 1.0), 0.5, 0.0, 1.0, 0.25)
    assert (found.holds, found.breaks) == (0.25, 0.5)
    assert [one.size for one in found.tried] == [0.0, 1.0, 0.5, 0.25]


@given(st.floats(0.01, 0.99), st.floats(0.001, 0.2), st.booleans())
def test_the_bracket_holds_the_break_and_is_as_narrow_as_asked(at: float, within: float, falling: bool) -> None:
    calm, most = (1.0, 0.0) if falling else (0.0, 1.0)
    found = smallest(lambda size: Tried(size, float(abs(size - calm) >= at), 1.0), 0.5, calm, most, within)
    assert found.holds is not None
    assert found.breaks is not None
    assert abs(found.holds - calm) < at <= abs(found.breaks - calm)
    assert abs(found.breaks - found.holds) <= within + 1e-9


def test_what_is_so_without_a_shock_or_at_none_has_no_bracket() -> None:
    always = smallest(lambda size: Tried(size, 1.0, 0.5), 0.5, 0.0, 3.0, 0.1)
    never = smallest(lambda size: Tried(size, 0.1, 0.9), 0.5, 0.0, 3.0, 0.1)
    assert (always.holds, always.breaks) == (None, 0.0)
    assert (never.holds, never.breaks) == (3.0, None)


def test_more_students_are_paid_a_smaller_share_under_a_cap_and_the_whole_without_one() -> None:
    world = made_up(12)
    ensemble = warmed_up(world, sparse(prior_parameters(world, range(3)), world), 7, range(3), 4)
    capped, free = shipped("aligned"), shipped("arizona")
    (line,) = capped.own_lines
    short = line.model_copy(update={"appropriation": line.appropriation.model_copy(update={"dollars": 8e5})})
    capped = capped.model_copy(update={"lines": (short, *(one for one in capped.lines if one.background))})
    calm, surge = (of_factor("participation", factor, 2027) for factor in (1.0, 2.0))
    before, after = (lowest_paid_share([ensemble], capped, scenario, 4) for scenario in (calm, surge))
    assert (before < 1.0).all()
    assert after.mean() < before.mean()
    assert np.array_equal(lowest_paid_share([ensemble], free, surge, 4), np.ones(3))


def test_what_has_no_size_is_refused_in_one_line() -> None:
    folder = config_folder()
    with pytest.raises(InputError, match="random: shocks that come by chance have many sizes"):
        refuse_sizeless([find_scenario("random", folder)], 2.0)
    with pytest.raises(InputError, match=r"early_end: cannot grow to reverse\.most=2: .* an early end has no size"):
        refuse_sizeless([find_scenario("early_end", folder)], 2.0)
    with pytest.raises(InputError, match=r"surge: cannot grow to reverse\.most=3: severity 3 is not allowed"):
        refuse_sizeless([SURGE], 3.0)
    refuse_sizeless([SURGE], 2.0)


@pytest.mark.slow
def test_the_study_writes_its_answer_and_every_size_it_tried(tmp_path: Path) -> None:
    words = ("study=reverse", "study.scenarios=[take_up_surge]", "draws=4", "horizon=3", "workers=1")
    carried_out(tmp_path, *words)
    said = (tmp_path / "answer.txt").read_text(encoding="utf-8")
    tried = pd.read_csv(tmp_path / "reverse.csv")
    assert "take-up surge" in " ".join(said.split())
    assert tried["size"].iloc[:2].tolist() == [0.0, 2.0]
    assert tried["draws_below"].between(0.0, 1.0).all()
    assert (tmp_path / "figures" / "reverse.png").is_file()


def test_a_level_that_is_no_share_is_refused() -> None:
    with pytest.raises(InputError, match=r"reverse\.level"):
        asked(Path("nowhere"), "study=reverse", "reverse.level=2")
