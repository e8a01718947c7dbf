"""The reserve ladder by hand, its data, and that no dollar is drawn twice."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.inputs import InputError
from sim.study.stress.reserves import OWN, Ladder, Rung, draw_down, read_ladder, recurring_budget


def rung(name: str, claim: str, dollars: float | None = None, **more: object) -> Rung:
    return Rung.model_validate(
        {"name": name, "title": name, "access": "easy", "claim": claim, "source": "made up", "dollars": dollars, **more}
    )


def ladder(*rungs: Rung) -> Ladder:
    return Ladder(title="Made up", as_of=2026, rungs=rungs)


def row(*amounts: float) -> np.ndarray:
    return np.array([amounts])


def test_by_hand() -> None:
    found = draw_down(
        ladder(rung("first", "all", 10.0), rung("second", "share", 20.0)), row(88.0), row(100.0), row(1.0), row(1.0)
    )
    assert found.gap.item() == 12.0
    assert found.by_state.ravel().tolist() == [10.0, 2.0]
    assert found.by_cte.ravel().tolist() == [0.0, pytest.approx(0.18)]
    assert found.unmet.item() == pytest.approx(0.82)
    assert found.empty_from(0, np.array([2027])).item() == 2027
    assert np.isnan(found.empty_from(1, np.array([2027])).item())


def test_a_rung_that_cte_has_no_claim_to_pays_the_general_fund_alone() -> None:
    found = draw_down(ladder(rung("trust", "none", 50.0)), row(90.0), row(100.0), row(5.0), row(50.0))
    assert found.by_state.item() == 10.0
    assert found.unmet.item() == 5.0


def test_what_a_year_leaves_over_pays_in_that_year_alone() -> None:
    held = ladder(rung("surplus", "all", yearly=True, part=0.5))
    found = draw_down(held, row(110.0, 100.0), row(100.0, 100.0), row(3.0, 3.0), row(3.0, 3.0))
    assert found.by_cte.ravel().tolist() == [3.0, 0.0]
    assert found.unmet.ravel().tolist() == [0.0, 3.0]


@given(*(arrays(np.float64, (2, 4), elements=st.floats(0.0, 1e9)) for _ in range(4)))
def test_no_dollar_is_drawn_twice_and_none_is_made(revenue, budget, short, voted) -> None:  # type: ignore[no-untyped-def]
    held = ladder(rung("first", "all", 1e8), rung("second", "share", 5e8), rung("third", "none", 1e9))
    found = draw_down(held, revenue, budget, short, voted)
    start = np.array([1e8, 5e8, 1e9])[:, None]
    drawn = (found.by_state + found.by_cte).sum(axis=2)
    assert found.left[:, :, -1] == pytest.approx(start - drawn, abs=1.0)
    assert (found.left >= -1e-3).all()
    assert found.by_cte.sum(axis=0) + found.unmet == pytest.approx(short, abs=1.0)
    assert (found.by_state.sum(axis=0) <= found.gap + 1e-3).all()


def test_the_recurring_budget_grows_from_a_share_of_revenue() -> None:
    found = recurring_budget(np.array([100.0]), np.array([0.8]), np.array([0.1]), (1.0, 1.5))
    assert found.ravel().tolist() == [pytest.approx(88.0), pytest.approx(1.5 * 96.8)]


def test_new_mexicos_rungs_have_sources_and_only_dated_money_counts() -> None:
    found = read_ladder(OWN)
    assert found is not None
    assert all(len(one.source) > 40 for one in found.rungs)
    assert sum(one.dollars or 0.0 for one in found.rungs if one.claim == "share") == 3.5e9
    assert [one.claim for one in found.rungs if one.name == "early_childhood"] == ["none"]


def test_a_state_without_funds_has_no_ladder() -> None:
    assert read_ladder(OWN, "example_state") is None


def test_bad_ladders_are_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"stress\.reserve: 'old_mexico': there is no such file; allowed: own"):
        read_ladder("old_mexico")
    file = tmp_path / "mine.yaml"
    file.write_text("title: Mine\nas_of: 2026\nrungs:\n  - {name: a, title: A, access: easy, claim: some, source: s}\n")
    with pytest.raises(InputError, match=r"mine.yaml.*claim") as caught:
        read_ladder(str(file))
    assert "\n" not in str(caught.value)
