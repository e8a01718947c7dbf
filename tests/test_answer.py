"""The answer in words: each rule in worlds that differ in one thing, and lines that fit whatever is run."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import pytest
from fake_results import BASE_YEAR, FakeResults, fake_results, fake_world
from hypothesis import given
from hypothesis import strategies as st

from sim.report.answer.facts import BadYear, Facts, Paid, Yearly, facts
from sim.report.answer.files import NUMBERS, answer_numbers, answer_text, write_answer
from sim.report.answer.rules import later, precise, ranking, settled
from sim.report.answer.text import LINES, WIDTH, answer_lines, listed
from sim.report.compare.comparison import comparison_table
from sim.report.compare.headline_table import (
    changes,
    changes_from_indexed,
    comparison_frame,
    headline_table,
    levels,
    told_spans,
)
from sim.report.compare.price import cost_per_added, shown_number
from sim.report.compare.summary import summary
from sim.report.shared.panel import Panel
from sim.report.shared.spans import Span, first_years
from sim.report.shared.written import Running
from sim.results.discrepancy import CarriedDiscrepancy

if TYPE_CHECKING:
    from sim.results.results import Results

WORLD = fake_world(4)
MEMBERS = 100_000.0


@dataclass(frozen=True)
class Law:
    """A made-up law: concentrators taught over current law's 20,000, luck of its own, millions of dollars a year that
    the state pays and that are taken from other units, the paid share by year, and those recoded."""

    more: float = 0.0
    luck: float = 100.0
    state: float = 50.0
    taken: float = 0.0
    paid: tuple[float, ...] = (1.0,)
    recoded: float = 0.0
    later: float | None = None


CURRENT = Law()


def made_up(laws: dict[str, Law], draws: int = 40, horizon: int = 10, scenario: str = "baseline") -> "Results":
    """Results in which only what a law says differs from current law; draws share an error of 2,000."""
    results = cast("FakeResults", fake_results(WORLD, draws, horizon, tuple(laws), scenario))
    runs = results.design.set_index("run_id")
    state = results.state.copy()
    random = np.random.default_rng(11)
    shared = random.normal(0.0, 2_000.0, draws)
    own = {name: random.permutation(np.linspace(-2.0, 2.0, draws)) if draws > 1 else np.zeros(1) for name in laws}
    name = state["run_id"].map(runs["formula"]).to_numpy()
    draw = state["run_id"].map(runs["replicate"]).to_numpy()
    since = state["fiscal_year"].to_numpy() - BASE_YEAR
    for formula, law in laws.items():
        rows = (name == formula) & (since > 0)
        more = np.where(since > 5, law.more if law.later is None else law.later, law.more)
        taught = 20_000.0 + shared[draw] + more + law.luck * own[formula][draw]
        share = np.asarray(law.paid)[np.minimum(np.maximum(since - 1, 0), len(law.paid) - 1)]
        values: dict[str, Any] = {
            "concentrators_taught": taught,
            "concentrators_recoded": law.recoded,
            "concentrators": taught + law.recoded,
            "membership": MEMBERS,
            "price_index": 1.0,
            "state_cost": 1e6 * law.state,
            "state_cost_constant": 1e6 * law.state,
            "dilution": 1e6 * law.taken,
            "proration": share,
            "entitlement": 1e6 * law.state / share,
        }
        for column, value in values.items():
            state.loc[rows, column] = value if np.ndim(value) == 0 else value[rows]
    return cast("Results", replace(results, state=state))


def lines(laws: dict[str, Law], **settings: Any) -> list[str]:
    results = made_up(laws, **settings)
    found = facts(results, str(results.design["scenario"].iloc[0]))
    said = answer_lines(found)
    assert len(said) <= LINES
    assert max(map(len, said)) <= WIDTH
    assert "nan" not in " ".join(said).lower().replace("finan", "")
    return said


def said_of(said: list[str], lead: str) -> str:
    """The sentence that begins so, its folded lines joined; empty if there is none."""
    for place, line in enumerate(said):
        if line.startswith(lead):
            rest = said[place + 1 :]
            folded = rest[: next((n for n, other in enumerate(rest) if not other.startswith("  ")), len(rest))]
            return " ".join([line, *(other.strip() for other in folded)])
    return ""


class TestDirection:
    def test_an_interval_beside_zero_is_said_and_one_that_holds_it_is_not(self) -> None:
        spread = np.linspace(-1.0, 1.0, 40)
        assert settled(1.2 + spread) == "more"
        assert settled(-1.2 + spread) == "less"
        assert settled(0.5 + spread) == "same"

    def test_what_half_of_the_draws_denies_is_not_said(self) -> None:
        """Both worlds have the same mean, error and share of draws above zero; in one the two bad draws stand in one
        half, and outweigh the rest of it."""
        apart = np.array([10.0] * 19 + [-10.0] + [1.0] * 19 + [-10.0])
        together = np.array([10.0] * 19 + [1.0] + [1.0] * 18 + [-10.0, -10.0])
        assert sorted(apart) == sorted(together)
        assert settled(apart) == "more"
        assert settled(together) == "same"

    def test_one_draw_tells_nothing(self) -> None:
        assert settled(np.array([3.0])) == "unclear"

    def test_a_mean_is_precise_where_its_error_is_at_most_a_quarter_of_it(self) -> None:
        spread = np.linspace(-1.0, 1.0, 40)
        assert precise(1.0 + spread)
        assert not precise(0.5 + spread)


class TestRanking:
    noise = np.linspace(-1.0, 1.0, 40)

    def test_clear_differences_are_ranked_by_size_and_the_rest_is_a_tie(self) -> None:
        changes = {1: 5.0 + self.noise, 2: 9.0 + self.noise, 3: 0.1 * self.noise, 4: -5.0 + self.noise}
        found = ranking(changes)
        assert found.more == ((2,), (1,))
        assert found.same == (3,)
        assert found.less == (4,)

    def test_two_that_differ_only_by_luck_share_a_place(self) -> None:
        shuffled = np.random.default_rng(1).permutation(self.noise)
        assert ranking({1: 5.0 + self.noise, 2: 5.01 + shuffled}).more == ((2, 1),)
        assert ranking({1: 5.0 + self.noise, 2: 5.01 + self.noise}).more == ((2,), (1,))

    def test_an_order_holds_goes_or_turns(self) -> None:
        base, high, low = np.zeros(40), 3.0 + self.noise, -3.0 + self.noise
        assert later([base, high], [base, high]).hold == ((1, 0),)
        assert later([base, high], [base, self.noise]).gone == ((1, 0),)
        assert later([base, high], [base, low]).turned == ((1, 0),)

    @given(st.lists(st.floats(-3.0, 3.0), min_size=1, max_size=6))
    def test_every_formula_stands_in_one_place(self, means: list[float]) -> None:
        found = ranking({f: mean + self.noise for f, mean in enumerate(means)})
        placed = [*(f for group in found.more for f in group), *found.same, *found.less]
        assert sorted(placed) == list(range(len(means)))


class TestVerdict:
    spread = np.linspace(-1.0, 1.0, 40)

    def kind(self, public: "np.ndarray[Any, Any]", taught: "np.ndarray[Any, Any]") -> tuple[str, float | None]:
        found = cost_per_added(public, taught)
        return found.verdict, found.ratio

    def test_more_for_more_has_a_price_and_less_for_less_what_a_loss_spares(self) -> None:
        dear, more = 1e6 * (4.0 + self.spread), 2_000.0 + 100 * self.spread
        assert self.kind(dear, more) == ("more for more", pytest.approx(2e3))
        assert self.kind(-dear, -more) == ("less for less", None)
        assert cost_per_added(-dear, -more).per_loss == pytest.approx(2e3)

    def test_all_else_has_words_alone(self) -> None:
        assert self.kind(-1e6 * (4.0 + self.spread), 2_000.0 + self.spread) == ("more for less", None)
        assert self.kind(1e6 * self.spread, -2_000.0 + self.spread) == ("less for the same", None)
        assert self.kind(np.array([1.0]), np.array([1.0])) == ("unclear", None)

    def test_a_price_of_a_mean_that_may_still_move_is_not_given(self) -> None:
        many, few = (1e6 * (4.0 + np.linspace(-3.5, 3.5, draws)) for draws in (40, 12))
        assert self.kind(many, np.linspace(1_900.0, 2_100.0, 40)) == ("more for more", pytest.approx(2e3))
        assert self.kind(few, np.linspace(1_900.0, 2_100.0, 12)) == ("more for more", None)

    def test_few_draws_of_a_study_never_contradict_many(self) -> None:
        """Forty of two hundred draws of one model: a word may become 'the same', a price may be missing; 'more' is
        never 'less', nor a price given where the whole has another kind."""
        random = np.random.default_rng(3)
        for _ in range(60):
            taught = random.normal(random.normal(0.0, 1_500.0), 700.0, 200)
            public = random.normal(random.normal(0.0, 3e6), 1.5e6, 200)
            whole = cost_per_added(public, taught)
            for _ in range(20):
                some = random.permutation(200)[:40]
                part = cost_per_added(public[some], taught[some])
                assert {part.brings, whole.brings} != {"more", "less"}
                assert {part.costs, whole.costs} != {"more", "less"}
                assert part.ratio is None or "less" not in (whole.brings, whole.costs)


class TestLines:
    def test_a_clear_winner_stands_first_with_what_it_brings_and_costs(self) -> None:
        said = lines({"status_quo": CURRENT, "aligned": Law(2_000, state=54), "base_only": Law(1_000, state=49)})
        head = "FY2027-31 against Status quo Taught per 100 (90%) Students FY2026 $ a year"
        assert " ".join(said[0].split()) == head
        assert said[1].split()[:3] == ["1", "Aligned", "+2.0"]
        assert said[1].split()[-2:] == ["+2,000", "+$4.00M"]
        assert said[2].split()[:4] == ["2", "Base", "only", "+1.0"]
        assert said[2].split()[-2:] == ["+1,000", "-$1.00M"]
        assert not said_of(said, "No clear difference")

    def test_a_tie_is_said_as_one(self) -> None:
        apart = lines({"status_quo": CURRENT, "aligned": Law(2_000), "base_only": Law(1_500)})
        tied = lines({"status_quo": CURRENT, "aligned": Law(2_000), "base_only": Law(1_995)})
        assert [line.split()[0] for line in apart[1:3]] == ["1", "2"]
        assert [line.split()[0] for line in tied[1:3]] == ["1=", "1="]
        assert said_of(tied, "No clear difference between") == "No clear difference between: Aligned; Base only."

    def test_what_cannot_be_told_from_current_law_is_said_with_what_it_costs(self) -> None:
        said = lines({"status_quo": CURRENT, "aligned": Law(10, state=20)})
        assert said_of(said, "No clear difference") == "No clear difference: Aligned (-$30.0M)."
        assert said[1].split()[0] == "Aligned"

    def test_a_diluting_weight_is_never_a_saving(self) -> None:
        """Two laws that bring and use as much; one takes its money from other program units."""
        honest = lines({"status_quo": CURRENT, "aligned": Law(2_000, state=45)})
        diluting = lines({"status_quo": CURRENT, "aligned": Law(2_000, state=3, taken=42)})
        assert honest[1] == diluting[1]
        assert said_of(diluting, "Taken") == "Taken from other program units, no saving: Aligned $42.0M."
        assert not said_of(honest, "Taken")
        assert not any("saves" in line for line in diluting)

    def test_those_that_bring_less_stand_in_one_sentence(self) -> None:
        many = {f"{name}": Law(-500.0 * n, state=10.0) for n, name in enumerate(OTHERS, 1)}
        said = lines({"status_quo": CURRENT, "aligned": Law(2_000), **many})
        assert said_of(said, "Fewer").startswith("Fewer (-3.0 to -0.5; -$40M): ")
        assert len([line for line in said if line.startswith("Fewer")]) == 1

    def test_a_short_appropriation_is_told_with_its_first_year_and_its_share_later(self) -> None:
        paid = (1.0, 0.96, 0.94, 0.90, 0.85, 0.84, 0.83, 0.82, 0.81, 0.80)
        said = lines({"status_quo": CURRENT, "aligned": Law(2_000, paid=paid)})
        assert said_of(said, "Under 95% paid") == "Under 95% paid: Aligned from FY2029 (FY2036: 80%)."
        full = lines({"status_quo": CURRENT, "aligned": Law(2_000, paid=(0.96,))})
        assert said_of(full, "Short of money: none")

    def test_what_is_recoded_is_a_part_of_what_is_reported(self) -> None:
        said = lines({"status_quo": CURRENT, "aligned": Law(2_000, recoded=5_500)})
        assert said_of(said, "Recoded").startswith("Recoded, of those reported: Aligned 20%.")
        assert said_of(lines({"status_quo": CURRENT, "aligned": Law(2_000)}), "Recoded: none")

    def test_the_order_of_later_years_holds_goes_or_turns(self) -> None:
        laws = {"status_quo": CURRENT, "aligned": Law(2_000)}
        assert "the same order" in said_of(lines(laws), "FY2032-36")
        gone = lines(laws | {"aligned": Law(2_000, later=5)})
        assert "0 of 1 clear differences" in said_of(gone, "FY2032-36")
        turned = lines(laws | {"aligned": Law(2_000, later=-2_000)})
        assert "another order, Aligned falls behind" in said_of(turned, "FY2032-36")
        assert said_of(lines(laws, horizon=5), "Later years were not run")

    def test_few_draws_of_a_wide_effect_are_said(self) -> None:
        steady = lines({"status_quo": CURRENT, "aligned": Law(2_000, luck=300)}, draws=8)
        shaky = lines({"status_quo": CURRENT, "aligned": Law(2_000, luck=900)}, draws=8)
        assert said_of(steady, "Trust order more than size")
        assert said_of(shaky, "Few draws, trust order only")

    def test_it_says_whether_intervals_hold_what_was_missed_elsewhere(self) -> None:
        results = cast("FakeResults", made_up({"status_quo": CURRENT, "aligned": Law(2_000)}))
        assert "leave out what was missed" in answer_text(cast("Results", results))
        one = {"sigma": 0.3, "low": 0.1, "high": 0.6, "cases": 13}
        carried = CarriedDiscrepancy.model_validate({"levels": {"all kinds": one}, "response": one, "years": 5.0})
        manifest = replace(results.manifest, discrepancy=carried)
        text = answer_text(cast("Results", replace(results, manifest=manifest)))
        assert "hold what was missed of 13 past laws" in text

    def test_another_scenario_is_named_without_what_was_changed_of_it(self) -> None:
        changed = f"oil_slump, changed: from_year={'1' * 60}"
        assert lines({"status_quo": CURRENT, "aligned": Law(2_000)}, scenario=changed)[0].startswith(
            "FY2027-31, oil slump  "
        )

    def test_current_law_alone_has_its_numbers_and_no_ranking(self) -> None:
        said = lines({"status_quo": CURRENT})
        assert said[0].startswith("FY2027-31 ")
        assert said[1].split()[:2] == ["Status", "quo"]
        assert said_of(said, "Nothing to compare with current law")

    def test_without_current_law_there_is_no_ranking(self) -> None:
        said = lines({"aligned": Law(2_000), "base_only": Law(0)})
        assert said_of(said, "No ranking: current law was not run")
        assert said[1].split()[0] == "Aligned"
        assert not any(line.startswith("1 ") for line in said)

    def test_one_draw_has_means_and_no_direction(self) -> None:
        said = lines({"status_quo": CURRENT, "aligned": Law(2_000)}, draws=1)
        assert said_of(said, "No ranking: one draw tells no direction")
        assert "+2,000" in said[1]
        assert "(+" not in said[1]

    def test_a_bad_year_is_told_where_its_scenario_was_run_and_else_how_to_ask(self) -> None:
        laws = {"status_quo": CURRENT, "aligned": Law(2_000)}
        calm, shock = made_up(laws), made_up(laws | {"aligned": Law(2_000, paid=(0.5,))}, scenario="take_up_surge")
        assert "cte-sim stress" in answer_text(calm)
        text = answer_text(together(calm, shock))
        assert "Unpaid in a bad year: Aligned $50.0M, take up surge." in text
        assert text.count("FY2027-31") == 1

    def test_every_result_fits_twelve_lines_of_eighty_characters(self) -> None:
        titles = {name: f"{name} with a long name"[:28].ljust(28, "x") for name in OTHERS}
        for effects in ((9, 9, 9, 9, 9, 9), (9, 8, 7, 6, 0, -9), (0, 0, 0, 0, -5, -5), (-1, -2, -3, -4, -5, -6)):
            paid = (0.9,)
            laws = {
                name: Law(500.0 * effect, taken=40.0, recoded=900, paid=paid, later=-500.0 * effect)
                for name, effect in zip(OTHERS, effects, strict=True)
            }
            results = cast("FakeResults", made_up({"status_quo": CURRENT, **laws}))
            for name, title in titles.items():
                results.manifest.formulas[name]["short"] = title
            said = answer_lines(facts(cast("Results", results), "baseline"))
            assert len(said) <= LINES
            assert max(map(len, said)) <= WIDTH

    @pytest.mark.parametrize("seed", range(40))
    def test_any_numbers_fit_twelve_lines_of_eighty_characters(self, seed: int) -> None:
        said = answer_lines(any_facts(np.random.default_rng(seed)))
        assert len(said) <= LINES
        assert max(map(len, said)) <= WIDTH


def any_facts(random: np.random.Generator) -> Facts:
    """Up to 27 formulas with titles of any length, effects and money of any size, with and without current law."""
    count, draws = int(random.integers(1, 28)), int(random.choice([1, 2, 8, 40]))

    def law() -> Yearly:
        taught = 2e4 + random.choice([0.0, 1.0, 20.0, 1e3]) * random.normal() + random.normal(size=draws)
        state = random.choice([0.0, 5e7, 1.2e9]) + 1e6 * random.choice([0.0, 10.0]) * random.normal(size=draws)
        recoded, taken = (np.full(draws, random.choice([0.0, most])) for most in (3e3, 4e7))
        return Yearly(taught / 1e3, taught, recoded, taught + recoded, state, taken)

    def shock(name: str) -> BadYear:
        return BadYear(name, random.choice([0.0, 1e7]) * random.random(draws), 1e3 * random.normal(size=draws))

    formulas = range(count)
    spans = ("FY2027-31", "FY2032-36")[: int(random.integers(1, 3))]
    short = [2028 if random.random() < 0.3 else None for _ in formulas]
    shocks = ("recession_2009", "enrollment_collapse")
    return Facts(
        scenario="baseline",
        base_year=BASE_YEAR,
        draws=draws,
        baseline=int(random.integers(count)) if random.random() < 0.9 else None,
        names=tuple(f"formula_{f}" for f in formulas),
        titles=tuple(f"T{f}".ljust(int(random.integers(3, 29)), "x") for f in formulas),
        spans=tuple(Span("", np.ones(1, np.bool_), text) for text in spans),
        levels=tuple(tuple(law() for _ in formulas) for _ in spans),
        paid=tuple(Paid(first, 2036, random.random(), random.random()) for first in short),
        bad_years=tuple(tuple(map(shock, shocks)) for _ in formulas) if random.random() < 0.5 else None,
        discrepancy=None,
        uncertainty=str(random.choice(["posterior", "central"])),
        running=tuple(Running(2027 + int(random.integers(3)), random.choice([None, 2030])) for _ in formulas),
        last_year=2036,
    )


OTHERS = ("base_only", "specialized_only", "credential_only", "quality_only", "pilot_sunset", "credential_pilot")


def together(one: "Results", other: "Results") -> "Results":
    frames = {}
    for name in ("design", "state", "lines", "clusters", "districts", "static"):
        second = getattr(other, name)
        frames[name] = pd.concat([getattr(one, name), second.assign(run_id=second.run_id + 1000)], ignore_index=True)
    return cast("Results", FakeResults(one.manifest, **frames, folder=Path("results")))  # type: ignore[arg-type]


def test_a_list_counts_what_finds_no_room_and_cuts_nothing() -> None:
    items = [f"formula number {n}" for n in range(9)]
    (line,) = listed("Lead", items, 1)
    assert line == "Lead: formula number 0; formula number 1; formula number 2; 6 more."
    assert listed("Lead", ["x" * 90], 1) == ["Lead: 1 formulas."]
    assert listed("Lead", [], 1) == []


class TestNumbers:
    results = made_up(
        {"status_quo": CURRENT, "aligned": Law(2_000, state=54), "sb130_quarter_weight": Law(5, taken=42)}
    )
    frame = answer_numbers(facts(results, "baseline"))

    def test_every_sentence_has_its_numbers(self) -> None:
        assert list(self.frame.columns) == list(NUMBERS)
        assert {"ranking", "public money", "recoded", "short", "later order", "trust"} == set(self.frame["sentence"])
        row = self.frame.query("formula == 'aligned' and measure == 'change in concentrators taught'").iloc[0]
        assert row["value"] == pytest.approx(2_000)
        assert row["said"] == "more"

    def test_the_summary_holds_what_the_answer_says(self) -> None:
        table = summary(self.results).set_index(["formula", "metric", "fiscal_years"])
        metrics = {
            "change in concentrators taught for each 100 members": "concentrators_taught_per_100",
            "change in concentrators taught": "concentrators_taught",
            "change in public money used for CTE: state lines and what is taken": "public_money_constant",
        }
        found = self.frame[self.frame["measure"].isin(metrics)]
        assert len(found) == 2 * 2 * 3
        for row in found.itertuples():
            years = f"{row.fiscal_years[:6]}-FY20{row.fiscal_years[-2:]}"
            there = table.loc[row.formula, metrics[row.measure], years]
            there = there.iloc[0] if isinstance(there, pd.DataFrame) else there
            assert there["difference_mean"] == pytest.approx(row.value)
            assert there["difference_p05"] == pytest.approx(row.low)
            assert there["difference_p95"] == pytest.approx(row.high)

    def test_the_files_hold_the_words_and_the_numbers(self, tmp_path: Path) -> None:
        words, numbers = write_answer(self.results, tmp_path)
        assert words.read_text(encoding="utf-8") == answer_text(self.results)
        assert len(pd.read_csv(numbers)) == len(self.frame)


class TestTables:
    results = made_up(
        {"status_quo": CURRENT, "aligned": Law(2_000, state=54), "sb130_quarter_weight": Law(900, state=4, taken=42)}
    )
    panel = Panel(results)

    def rows(self, make: Any, span: int = 0) -> dict[str, list[tuple[str, str]]]:
        header, *body = make(self.results, self.panel, told_spans(self.panel)[span])
        assert header[0] == ("Formula", "")
        return {row[0][0]: row for row in body}

    def test_no_line_is_longer_than_the_terminal_and_no_number_is_cut(self) -> None:
        cells = changes(self.results, self.panel, first_years(self.panel))
        for width in (80, 100, 132):
            text = headline_table(self.results, width=width)
            assert max(map(len, text.splitlines())) <= width
            assert "..." not in text
            for row in cells[1:]:
                assert all(row[column][0] in text for column in range(1, len(row)))

    def test_what_finds_no_room_is_named(self) -> None:
        told = " ".join(headline_table(self.results, width=80).split())
        assert "Reported; State pays" in told[told.index("Not shown here") :]

    def test_the_csv_holds_every_cell_of_every_page(self) -> None:
        frame = comparison_frame(self.results)
        assert frame["fiscal_years"].tolist() == ["FY2027-31"] * 3 + ["FY2032-36"] * 3
        for span in told_spans(self.panel):
            here = frame[frame["fiscal_years"] == span.text].set_index("title")
            for make in (changes, levels):
                header, *rows = make(self.results, self.panel, span)
                for row in rows:
                    for (top, _), (value, below) in zip(header[1:], row[1:], strict=True):
                        name = " ".join(top.split())
                        assert here.loc[row[0][0], name] == value
                        assert here.loc[row[0][0], f"{name}, below"] == below

    def test_money_that_a_weight_takes_stands_beside_what_the_state_pays(self) -> None:
        found = self.rows(levels)
        assert [cell[0] for cell in found["Sb130 quarter weight"][3:5]] == ["$4.00M", "$42.0M"]
        assert [cell[0] for cell in found["Aligned"][3:5]] == ["$54.0M", "-"]

    def test_a_diluting_weight_is_not_shown_as_free_and_nothing_is_said_to_be_saved(self) -> None:
        """It uses four million less public money than current law, not the forty-six that the state's lines spare."""
        row = self.rows(changes)["Sb130 quarter weight"]
        assert row[3][0] == "-$4.00M"
        assert row[4][0] == "more for less"
        assert "saves" not in comparison_table(self.results)

    def test_a_readers_division_gives_the_price(self) -> None:
        row = self.rows(changes)["Aligned"]
        dollars, students = shown_number(row[3][0]), shown_number(row[2][0])
        assert row[4] == ("more for more", "$2,000 each")
        assert dollars / students == pytest.approx(2_000)

    def test_one_run_has_one_cost_of_a_formula_for_each_span(self) -> None:
        """The answer, the tables and the summary tell one change of public money for the same years."""
        said = answer_lines(facts(self.results, "baseline"))[1]
        assert said.split()[-1] == self.rows(changes)["Aligned"][3][0] == "+$4.00M"
        table = summary(self.results).query("formula == 'aligned' and metric == 'public_money_constant'")
        held = table.set_index("fiscal_years")["difference_mean"]
        assert held["FY2027-FY2031"] == pytest.approx(4e6)

    def test_fewer_members_are_not_shown_as_an_effect(self) -> None:
        """Membership halves and with it those taught: heads fall, and of 100 members as many are taught as before."""
        whole = cast("FakeResults", made_up({"status_quo": CURRENT, "aligned": Law(2_000)}))
        state = whole.state.copy()
        columns = ["membership", "concentrators_taught", "concentrators"]
        state[columns] = state[columns] / 2.0
        half = cast("Results", replace(whole, state=state))
        rows = []
        for results in (cast("Results", whole), half):
            panel = Panel(results)
            span = first_years(panel)
            rates, heads = changes(results, panel, span), levels(results, panel, span)
            rows.append((rates[1][1][0], heads[1][1][0]))
        (rate, taught), (same_rate, fewer) = rows
        assert rate == same_rate
        assert shown_number(fewer) == pytest.approx(shown_number(taught) / 2.0, rel=0.01)

    def test_every_number_of_the_answers_table_is_in_its_csv_and_in_the_summary(self) -> None:
        line = answer_lines(facts(self.results, "baseline"))[1]
        found = answer_numbers(facts(self.results, "baseline")).query(
            "formula == 'aligned' and fiscal_years == 'FY2027-31'"
        )
        held = found.set_index("measure")["value"]
        taught, money = (shown_number(text) for text in line.split()[-2:])
        assert held["change in concentrators taught"] == pytest.approx(taught, rel=0.005)
        assert held["change in public money used for CTE: state lines and what is taken"] == pytest.approx(
            money, rel=0.005
        )
        table = summary(self.results).set_index(["formula", "metric", "period"])
        row = table.loc["aligned", "concentrators_taught", "mean of years 1 to 5"]
        assert row["difference_mean"] == pytest.approx(taught, rel=0.005)

    def test_every_table_names_one_span(self) -> None:
        for line in comparison_table(self.results).splitlines():
            assert len(re.findall(r"FY\d{4}-\d{2}", line)) <= 1
        assert [span.text for span in told_spans(self.panel)] == ["FY2027-31", "FY2032-36"]

    def test_the_long_run_is_called_that_and_stands_last(self) -> None:
        long = made_up({"status_quo": CURRENT, "aligned": Law(2_000)}, horizon=20)
        text = comparison_table(long)
        assert text.index("FY2032-36, against") < text.index("THE LONG RUN, FY2042-46")
        assert "LONG RUN" not in comparison_table(self.results)


class TestIndexed:
    def test_what_an_indexed_law_brings_is_not_counted_to_a_formula(self) -> None:
        """The twin of current law costs as much as the formula: against it the formula brings as much for the same."""
        results = with_twin(made_up({"status_quo": CURRENT, "aligned": Law(2_000, state=54)}), 54.0)
        panel = Panel(results)
        span = first_years(panel)
        (flat,) = (row for row in changes(results, panel, span) if row[0][0] == "Aligned")
        (indexed,) = (row for row in changes_from_indexed(results, panel, span) if row[0][0] == "Aligned")
        assert flat[3:] == [("+$4.00M", ""), ("more for more", "$2,000 each")]
        assert indexed[2:] == [("$0", ""), ("more for", "the same")]
        text = " ".join(comparison_table(results).split())
        assert "against Current law, indexed (its amounts and appropriation follow prices), FY2026 dollars" in text


def with_twin(results: "Results", state: float) -> "Results":
    """The same with current law's dollars indexed beside it, which costs ``state`` millions a year."""
    found = cast("FakeResults", results)
    runs = found.design.loc[found.design["formula"] == "status_quo", "run_id"]
    twin = found.state[found.state["run_id"].isin(runs)].copy()
    twin[["state_cost", "state_cost_constant"]] = 1e6 * state
    twin["entitlement"] = twin["state_cost"]
    named = {"status_quo_indexed": {"title": "Current law, indexed", "short": "Current law, indexed"}}
    held = replace(found, manifest=replace(found.manifest, references=named))
    held.references = twin  # type: ignore[attr-defined]
    return cast("Results", held)
