"""Scenarios made of others: what a word means, what joining, moving and dialing do, and what is refused."""

from pathlib import Path

import pytest

from sim.choices import with_files
from sim.config_folder import config_folder
from sim.engine.scenario import BASELINE, CALM, ClusterShocks, Scenario, Shocks, scenario_from
from sim.inputs import InputError, read_with_lines
from sim.study.setup.combining import Part, combined, joined, moved, scaled
from sim.study.setup.scenario_words import is_made
from sim.study.setup.scenarios import find_scenario, listed_scenarios, scenario_of
from sim.verbs.words import understood

SLUMP = Scenario(
    name="slump", title="A slump", source="made up",
    years={2028: Shocks(revenue=0.8)},
    from_year={2030: Shocks(turnover=1.5, clusters={"health": ClusterShocks(openings=2.0)})},
)  # fmt: skip
SURGE = Scenario(
    name="surge", title="Take-up surge", source="made up", from_year={2028: Shocks(revenue=0.9, entrants=1.2)}
)


def found(word: str) -> Scenario:
    return find_scenario(word, config_folder())


def path(scenario: Scenario, years: range = range(2026, 2045)) -> list[Shocks]:
    return [scenario.at(year, 2025) for year in years]


def test_a_word_moves_the_first_year_and_multiplies_the_distance_from_one() -> None:
    plain, made = found("oil_slump"), found("oil_slump@2030:1.5")
    assert [plain.at(year, 2026).revenue for year in (2028, 2029, 2030, 2031)] == [0.96, 0.90, 0.92, 1.0]
    assert [made.at(year, 2026).revenue for year in (2029, 2030, 2031, 2032, 2033)] == [1.0, 0.94, 0.85, 0.88, 1.0]
    assert made.name == "oil_slump@2030:1.5"
    assert made.title == "Moderate oil slump from FY2030 at 1.5 times its size"


@pytest.mark.parametrize(
    "word", ["oil_slump:1.5@2030", "oil_slump@2030*1.5", "oil_slump*1.5@2030", "oil_slump@2030:1.50"]
)
def test_however_it_is_written_it_is_one_scenario(word: str) -> None:
    assert found(word) == found("oil_slump@2030:1.5")


def test_the_year_and_size_of_its_file_change_nothing() -> None:
    assert found("oil_slump@2028:1") == found("oil_slump")


def test_shocks_of_one_key_that_meet_are_multiplied_and_others_stand_side_by_side() -> None:
    both = joined([SLUMP, SURGE])
    assert both.at(2028, 2026) == Shocks(revenue=0.72, entrants=1.2)
    assert both.at(2029, 2026) == Shocks(revenue=0.9, entrants=1.2)
    assert both.at(2031, 2026) == Shocks(
        revenue=0.9, entrants=1.2, turnover=1.5, clusters={"health": ClusterShocks(openings=2.0)}
    )


def test_joining_does_not_depend_on_the_order() -> None:
    assert path(joined([SLUMP, SURGE])) == path(joined([SURGE, SLUMP]))


def test_a_title_says_in_words_what_is_together() -> None:
    made = found("oil_slump@2030:1.5+take_up_surge+shock_2020:0.5")
    assert made.title == (
        "Moderate oil slump from FY2030 at 1.5 times its size, with take-up surge and shock of the 2020 kind, and "
        "rebound at 0.5 times its size"
    )
    assert "LFC" in made.source
    assert "Delaware" in made.source
    assert "Consensus" in made.source


def test_a_severity_of_nothing_leaves_nothing_and_of_one_everything() -> None:
    assert path(scaled(SLUMP, 0.0)) == path(BASELINE)
    assert scaled(SLUMP, 1.0) is SLUMP
    assert scaled(SLUMP, 2.0).at(2028, 2026).revenue == pytest.approx(0.6)
    assert scaled(SLUMP, 2.0).at(2030, 2026).clusters["health"].openings == pytest.approx(3.0)


def test_no_shock_falls_below_nothing() -> None:
    gone = Scenario(name="gone", title="t", source="s", from_year={2028: Shocks(local_money=0.3)})
    assert scaled(gone, 2.0).at(2028, 2026).local_money == 0.0


def test_all_years_move_by_as_much_the_end_and_what_comes_by_chance_too() -> None:
    ends = found("early_end@2035").end
    assert ends is not None
    assert (ends.announced, ends.last_year) == (2035, 2037)
    chance = found("random@2035").random
    assert chance is not None
    assert chance.from_year == 2035
    assert moved(SLUMP, 2035).at(2037, 2026).turnover == 1.5


def test_what_comes_by_chance_comes_as_often_and_as_much_harder() -> None:
    plain, half = found("random").random, found("random:0.5").random
    assert plain is not None
    assert half is not None
    for name, kind in plain.kinds.items():
        assert half.kinds[name].rate == kind.rate
        assert half.kinds[name].severity.high == pytest.approx(kind.severity.high / 2)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("oil_slum:1.5", "scenario 'oil_slum' is not known; did you mean 'oil_slump'?"),
        ("take_up_surge+oil_slum", "scenario 'oil_slum' is not known; did you mean 'oil_slump'?"),
        ("oil_slump:2.5", "severity 2.5 is not allowed: a number from 0 to 2"),
        ("oil_slump:-1", "'-1' is not a size; write a number from 0 to 2, as oil_slump:1.5"),
        ("oil_slump:", "'' is not a size"),
        ("oil_slump@30", "'30' is not a year; write a fiscal year after '@', as oil_slump@2030"),
        ("oil_slump@2030@2031", "oil_slump has two years; write one"),
        ("oil_slump:1.5:1.2", "oil_slump has two sizes; write one"),
        ("oil_slump+oil_slump", "oil_slump stands twice"),
        ("oil_slump+oil_slump@2028:0.5", "oil_slump stands twice"),
        ("oil_slump:0", "nothing is left of it; without a shock it is the scenario baseline"),
        ("baseline:2", "nothing is left of it"),
        ("oil_slump+", "a name is missing"),
        ("early_end:0.5", "an early end has no size"),
        ("early_end+early_end@2035", "early_end and early_end both end the formula; name one"),
        ("random+random@2035", "random and random both come by chance; name one"),
        ("credential_rush+credential_rush@2030:2", "credentials would become 12"),
    ],
)  # fmt: skip
def test_a_word_that_means_nothing_is_refused_in_one_line(word: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        found(word)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_two_slumps_at_different_times_are_two() -> None:
    made = found("oil_slump+oil_slump@2035")
    assert [made.at(year, 2026).revenue for year in (2029, 2033, 2036)] == [0.90, 1.0, 0.90]


def test_a_list_holds_each_scenario_once_however_it_is_written() -> None:
    assert [one.name for one in listed_scenarios(["baseline", "oil_slump:1.5"], config_folder())] == [
        "baseline", "oil_slump:1.5",
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"the scenario 'oil_slump:1\.5' stands twice"):
        listed_scenarios(["oil_slump:1.5", "oil_slump*1.5"], config_folder())


def test_a_file_combines_scenarios_and_may_name_the_whole(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("combine:\n  - {scenario: oil_slump, start: 2030, severity: 1.5}\n  - take_up_surge\n")
    made = found(str(mine))
    word = found("oil_slump@2030:1.5+take_up_surge")
    assert made.name == "mine"
    assert made == word.model_copy(update={"name": "mine"})
    mine.write_text("title: Mine\ncombine: [oil_slump]\n")
    assert found(str(mine)).title == "Mine"


def test_a_file_of_ones_own_joins_what_is_shipped(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("title: Mine\nsource: made up\nyears:\n  2029: {revenue: 0.5}\n")
    made = found(f"{mine}@2030:0.5+take_up_surge")
    assert made.name == "mine@2030:0.5+take_up_surge"
    assert made.at(2030, 2026).revenue == 0.75


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("combine: []", r"^mine\.yaml, line 1: combine: '\[\]' is not allowed: a list|combine: \[\] is not allowed"),
        ("combine: [oil_slum]", r"line 1: combine\.0\.scenario: scenario 'oil_slum' is not known"),
        ("combine:\n  - {scenario: oil_slump, severity: 3}", r"combine: severity 3 is not allowed: a number from"),
        ("combine:\n  - {scenario: oil_slump, size: 3}", r"line 2: combine\.0\.size: unknown key"),
        ("combine: [oil_slump]\nyears: {2030: {revenue: 0.9}}", r"line 2: years: unknown key beside combine"),
        ("combine: [oil_slump, oil_slump]", r"oil_slump stands twice"),
    ],
)  # fmt: skip
def test_a_file_that_combines_nothing_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(text)
    with pytest.raises(InputError, match=said):
        scenario_of(*read_with_lines(mine), "mine")


def test_the_command_line_takes_a_word_as_one_scenario_of_a_list() -> None:
    assert with_files(["scenario=oil_slump@2030:1.5+random"]) == ['study.scenarios=["oil_slump@2030:1.5+random"]']
    assert with_files(["scenario=oil_slump", "formula=aligned"]) == ["scenario=oil_slump", "formula=aligned"]
    with pytest.raises(InputError, match="both name the scenario"):
        with_files(["scenario=oil_slump:2", "study.scenarios=[oil_slump]"])
    assert not is_made("oil_slump")


def test_a_verb_takes_a_word_made_of_scenarios_beside_bills() -> None:
    settings = understood(["stress", "oil_slump:1.5+take_up_surge", "aligned"]).settings
    assert 'study.scenarios=["oil_slump:1.5+take_up_surge"]' in settings
    assert "study.formulas=[aligned]" in settings
    with pytest.raises(InputError, match=r"no scenario and no bill|no bill and no scenario"):
        understood(["stress", "rain:1.5", "aligned"])


def test_parts_tell_only_what_differs() -> None:
    assert Part(SLUMP, 2028, 1.0).name == "slump"
    assert Part(SLUMP, 2029, 0.5).title == "A slump from FY2029 at 0.5 times its size"
    assert combined([Part(SLUMP), Part(SURGE)]).name == "slump+surge"
    assert Shocks() == CALM


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"end": {"announced": 2030, "last_year": 2029}}, "last_year 2029 lies before it is announced, in 2030"),
        ({"years": {2030: {"paid_on_time": 1.5}}}, "years.2030.paid_on_time: 1.5 is not allowed"),
        ({"years": {2030: {"clusters": {"x": {"revenue": 2.0}}}}}, "years.2030.clusters.x.revenue: unknown key"),
        ({"random": {"from_year": 2027, "kinds": {}}}, "random.kinds"),
    ],
)  # fmt: skip
def test_new_keys_are_held_to_what_they_can_mean(written: dict[str, object], said: str) -> None:
    with pytest.raises(InputError) as refused:
        scenario_from({"title": "t", "source": "s", **written}, "x.yaml", "x")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
