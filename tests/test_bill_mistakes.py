"""Mistakes that people make in bills, each with the answer that says what to write instead."""

from pathlib import Path

import pytest
from simulated import new_mexico

from sim.config_folder import config_folder
from sim.funding.condition_words import like
from sim.funding.empty_bands import empty_in_words
from sim.funding.formula import Formula
from sim.funding.misplaced import EXAMPLES, OF_DISTRICTS
from sim.funding.reading import formula_from, read_lines
from sim.inputs import InputError, read_with_lines
from sim.inputs.numbers import fiscal_year_meant
from sim.study.setup.sense import refuse_senseless_bill

HEAD = "title: A bill\nsource: s\nyear_of_numbers: 2026\ndescription: d\n"
EACH = "  - {kind: per_student, count: concentrators, dollars: 900}\n"
FULL = "appropriation: {rule: full}\n"


def read_and_held(path: Path) -> Formula:
    """Read a bill and hold it against the default state."""
    world = new_mexico()
    written, source = read_with_lines(path)
    lines = read_lines(config_folder() / "line")
    formula = formula_from(written, source, "bill", lines, world.clusters.identifier)
    refuse_senseless_bill(formula, world, str(path))
    return formula


def answer(folder: Path, text: str) -> InputError:
    """What is answered to a bill, read and then held against the default state."""
    path = folder / "bill.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_and_held(path)
    assert "\n" not in str(told.value)
    return told.value


def of_base(where: str) -> str:
    return f"components:\n  - {{kind: base, per_school: 5, {where}}}\n{FULL}"


DIFFERING = (
    "components:\n  - kind: base\n    per_school: 5\n    differs:\n"
    "      - {where: {members: {below: 500}}, per_school: 6}\n"
    "      - {where: {members: {below: 1_000}}, per_school: 7}\n"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (of_base("members: {below: 100}"), "a condition stands under where, as where: {members: {below: 200}}"),
        (
            f"components:\n  - {{kind: per_student, count: members, dollars: 9, growth_cap: 0.1}}\n{FULL}",
            "line 6: components.0.per_student.growth_cap: unknown key; it is a rule of the line: write it under rules",
        ),
        (
            f"components:\n{EACH}growth_cap: 0.1\n{FULL}",
            "line 7: growth_cap: unknown key; it is a rule of the line: write it under rules",
        ),
        (
            f"components:\n{EACH}appropriation:\n  rule: full\n  rules: {{growth_cap: 0.1}}\n",
            "rules: unknown key; it stands beside appropriation, not in it",
        ),
        (of_base("per_scool: 5"), "unknown key; did you mean 'per_school'?"),
        (of_base("where: {locale: urban}"), "there is no locale 'urban'; write city, or [city, suburb]"),
        (of_base("where: {locale: [rural, urban]}"), "there is no locale 'urban'"),
        (of_base("where: {members: below 500}"), "keys in braces, as {at_least: 140, below: 550}"),
        (of_base("where: {poverty: 25%}"), "keys in braces, as {at_least: 0.25, below: 0.4}"),
        (of_base("where: {high_schools: 2-4}"), "as {at_least: 2, below: 5}, or a whole number"),
        (f"components:\n{EACH}rules: {{phase_in: 3}}\n{FULL}", "a list in brackets, as [0.33, 0.67]"),
        (f"components:\n{EACH}", "appropriation: is missing; write {rule: fixed, dollars: 40_000_000} or {rule: full}"),
        (
            f"components:\n{EACH}appropriation: 40_000_000\n",
            "one of them rule, as {rule: fixed, dollars: 40_000_000} or {rule: full}",
        ),
        (f"takes_effect: July 1, 2027\ncomponents:\n{EACH}{FULL}", "write 2028, the fiscal year from July 2027"),
        (
            of_base("where: {district: Gallup}"),
            "did you mean 'Gallup-McKinley County Schools' or 'Middle College High School Charter - Gallup'?",
        ),
        (of_base("where: {district: Galup McKinley}"), "did you mean 'Gallup-McKinley County Schools'?"),
        (
            f"{DIFFERING}      - {{where: {{members: {{below: 200}}}}, per_school: 8}}\n{FULL}",
            "line 11: components.0.base.differs.2.where: holds for no district: an earlier condition covers every one",
        ),
        (
            f"{DIFFERING}      - {{where: {{members: {{at_least: 1_000}}}}, per_school: 8}}\n{FULL}",
            "line 8: components.0.base.differs: its conditions hold in every district",
        ),
        (
            f"components:\n  - kind: base\n    per_school: 5\n    differs:\n"
            f"      - {{where: {{members: {{below: 1}}}}, per_school: 8}}\n{FULL}",
            "line 9: components.0.base.differs.0.where: holds for no district: none lies in districts with fewer",
        ),
        (
            f"{DIFFERING}      - {{where: {{members: {{below: 1}}, locale: rural}}, per_school: 8}}\n{FULL}",
            "line 11: components.0.base.differs.2.where: holds for no district: none lies in rural districts with",
        ),
        (
            of_base("where: {district: Bloomfield Municipal Schools}"),
            "line 6: components.0.base.where.district: there is no district 'Bloomfield Municipal Schools'; did you "
            "mean 'Bloomfield Schools'?",
        ),
        (
            of_base("where: {kind: school district}"),
            "where.kind: 'school district' is not allowed: a kind of district: district, charter; did you mean "
            "'district'?",
        ),
        (
            of_base("where: {kind: district}, differs: [{where: {kind: charters}, per_school: 6}]"),
            "where says kind twice",
        ),
        (
            of_base("where: {total_membership: {below: 200}}"),
            "components.0.base.where.total_membership: unknown key; write members: {at_least: ..., below: ...}, of",
        ),
        (
            f"components:\n  - {{kind: credential_bonus, dollars_per_concentrator_limit: 150}}\n{FULL}",
            "dollars_per_concentrator_limit: unknown key; allowed: name, where, kind, dollars, weights",
        ),
        (
            "components:\n  - {kind: instructor_unit, dollars: 9, minimum_per_school: 9, where: {cluster: energy}}\n"
            + FULL,
            "components.0.instructor_unit.where: minimum_per_school of 'instructor_unit' pays for what belongs to no "
            "cluster (per school); its where may name districts, not clusters, or leave minimum_per_school out",
        ),
        (
            f"where: {{cluster: construction}}\ncomponents:\n  - {{kind: base, per_school: 9}}\n{FULL}",
            "line 5: where: 'base' pays for what belongs to no cluster (per school); the line's where may name",
        ),
        (
            f"components:\n{EACH}appropriation: {{rule: demand_with_cap, dollars: 9}}\n",
            "; cap is missing",
        ),
        (
            f"takes_effect: 2029-30\ncomponents:\n{EACH}{FULL}",
            "; write 2030, the fiscal year from July 2029 to June 2030",
        ),
        (
            f"from: 2029\ncomponents:\n{EACH}{FULL}",
            "from: unknown key; a bill begins in the fiscal year of takes_effect",
        ),
        (
            f"lines:\n  - name: one\n    takes_effect: 2029\n    components:\n    {EACH}    {FULL}",
            "line 7: lines.0.takes_effect: unknown key; a line is paid from the fiscal year of its start_year on",
        ),
        (
            "components:\n  - {kind: per_student, count: participants, dollars: 9, where: {cluster: construction}}\n"
            f"  - {{kind: cost_tier, tiers: [{{clusters: [agriculture], multiplier: 2}}]}}\n{FULL}",
            "line 7: components.1.cost_tier.tiers.0.clusters: does nothing: the where of the component or of its line",
        ),
        (
            f"where: {{cluster: construction}}\ncomponents:\n{EACH}"
            f"  - {{kind: value_tier, tiers: [{{clusters: [agriculture], dollars: 2}}]}}\n{FULL}",
            "line 8: components.1.value_tier.tiers.0.clusters: does nothing",
        ),
        (
            "where: {cluster: construction}\ncomponents:\n"
            "  - {kind: per_student, count: participants, pot: 9, tiers: [{clusters: [agriculture], multiplier: 2}]}\n"
            + FULL,
            "line 7: components.0.per_student.tiers.0.clusters: does nothing",
        ),
        (
            of_base("where: {locale: rural, unless: {any_of: [{kind: district}, {kind: charter}]}}"),
            "line 6: components.0.base.where: holds for no district: its unless leaves out every one",
        ),
    ],
)
def test_a_mistake_is_answered_with_what_to_write(tmp_path: Path, text: str, said: str) -> None:
    assert said in str(answer(tmp_path, text))


def test_words_of_laws_that_are_no_keys_are_answered_with_what_to_write() -> None:
    for key, said in (
        ("gain_cap", "write growth_cap in rules"),
        ("minimum_payment", "that small payments are not paid cannot be written"),
        ("growth_cap", "1.04% is written 0.0104, 4% growth 0.04"),
    ):
        with pytest.raises(InputError, match=f"rules.{key}: .*{said}"):
            formula_from(
                {
                    "title": "A bill", "source": "s", "year_of_numbers": 2026, "description": "d",
                    "components": [{"kind": "base", "per_school": 5}], "appropriation": {"rule": "full"},
                    "rules": {key: 1.04},
                },
                "bill.yaml", "bill", {},
            )  # fmt: skip


def test_unknown_clusters_are_told_all_at_once_with_their_columns(tmp_path: Path) -> None:
    where = "where: {cluster: [Health Care, welding]}"
    told = answer(tmp_path, f"components:\n  - {{kind: per_student, count: participants, dollars: 5, {where}}}\n{FULL}")
    way = "components.0.per_student.where.cluster"
    assert [one.split(": unknown cluster ")[0] for one in told.details] == [
        f"line 6, column 76: {way}.0",
        f"line 6, column 89: {way}.1",
    ]
    assert "did you mean 'healthcare_human_services'?" in str(told)


@pytest.mark.parametrize(
    ("word", "year"),
    [
        ("July 1, 2027", 2028),
        ("30 June 2027", 2027),
        ("2027-07-01", 2028),
        ("2027-06-30", 2027),
        ("Sept. 2030", 2031),
        ("2029-30", 2030),
        ("2029-2030", 2030),
        ("FY 2029/30", 2030),
        ("1999-00", 2000),
    ],
)
def test_a_date_is_answered_with_the_fiscal_year_in_which_it_lies(word: str, year: int) -> None:
    assert fiscal_year_meant(word).startswith(f"write {year}, the fiscal year from July {year - 1} to June {year}")


@pytest.mark.parametrize(
    "word", ["soon", "2027", "2027-13-01", "July 2027 or May 2028", "first of July", "2029-31", "2029-29", "2027-07"]
)
def test_what_is_no_date_gets_no_year(word: str) -> None:
    assert fiscal_year_meant(word) == ""


def test_a_fiscal_year_by_its_name_is_that_year() -> None:
    assert [fiscal_year_meant(word) for word in ("FY2030", "FY 30", "fiscal year 2030")] == ["write 2030"] * 3


SCALE = "components:\n  - {kind: per_student, count: members, dollars: 9}\n  - kind: size_adjustment\n    bands:\n"


def bands(*ranges: str) -> str:
    return (
        SCALE + "".join(f"      - {{where: {{{one}}}, multiplier: 1.{n + 1}}}\n" for n, one in enumerate(ranges)) + FULL
    )


def rates(*ranges: str) -> str:
    listed = "".join(f"      - {{where: {{{one}}}, per_school: {n + 6}}}\n" for n, one in enumerate(ranges))
    return f"components:\n  - kind: base\n    per_school: 5\n    differs:\n{listed}{FULL}"


SOME, NONE = "members: {at_least: 100, below: 200}", "members: {at_least: 100_000, below: 200_000}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (bands(SOME, NONE), "1 of the 2 bands of size_adjustment: members 100,000 to 200,000."),
        (bands(NONE, SOME, "members: {at_least: 200_000}"),
         "2 of the 3 bands of size_adjustment: members 100,000 to 200,000 and of 200,000 or more."),
        (rates(SOME, NONE), "1 of the 2 bands of base: members 100,000 to 200,000."),
        (rates("members: {below: 200}", "members: {at_least: 100_000}", "members: {at_least: 50_000, below: 200_000}"),
         "2 of the 3 bands of base: members of 100,000 or more and 50,000 to 200,000."),
        (rates("members: {below: 200}", "members: {below: 100_000}"),
         "1 of the 2 bands of base: what lies in none of the others."),
        (rates("members: {below: 100_000}", "members: {below: 200_000}"),
         "2 of the 2 bands of base: members below 200,000 and what lies in none of the others."),
        (
            f"components:\n{EACH}rules: {{differs: [{{where: {{{SOME}}}, paid_share: 0.5}}, "
            f"{{where: {{{NONE}}}, paid_share: 0.4}}]}}\n{FULL}",
            "1 of the 2 bands of rules that differ by condition: members 100,000 to 200,000.",
        ),
        ("where: {kind: charter}\n" + rates(*(f"members: {{below: {most}}}" for most in (1_000, 2_000, 20_000))),
         "2 of the 3 bands of base: members below 20,000 and what lies in none of the others."),
    ],
)  # fmt: skip
def test_a_range_in_which_no_district_lies_today_is_noted_where_another_of_its_list_has_some(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "bill.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    assert empty_in_words(read_and_held(path), new_mexico()) == [f"No district lies today in {said}"]


@pytest.mark.parametrize(
    "text",
    [
        bands(NONE),
        bands(NONE, "members: {at_least: 200_000}"),
        bands(SOME, f"{NONE}, locale: rural"),
        rates(NONE),
        rates(SOME, "members: {at_least: 120, below: 150}"),
        rates("members: {below: 150}", "members: {at_least: 150, below: 500}", "members: {at_least: 120, below: 300}"),
        rates("members: {below: 500}", "members: {at_least: 400}"),
        rates("members: {below: 500}", "members: {below: 400}, poverty: {at_least: 0.01}"),
        rates("locale: [city, suburb, town, rural]", SOME),
        rates("members: {below: 1_000}", "locale: [city, suburb, town, rural]"),
        of_base(f"where: {{{NONE}}}"),
    ],
)
def test_a_range_that_nobody_can_reach_and_a_condition_of_its_own_are_refused(tmp_path: Path, text: str) -> None:
    assert ".where: holds for no district" in str(answer(tmp_path, text)) or "in every district" in str(
        answer(tmp_path, text)
    )


def test_a_scale_without_gaps_has_no_note(tmp_path: Path) -> None:
    path = tmp_path / "bill.yaml"
    path.write_text(HEAD + bands("members: {below: 200}", "members: {at_least: 200}"), encoding="utf-8")
    assert empty_in_words(read_and_held(path), new_mexico()) == []


AG = "tiers: [{clusters: [agriculture], multiplier: 2}]"


@pytest.mark.parametrize(
    "text",
    [
        f"where: {{cluster: construction}}\ncomponents:\n{EACH}  - {{kind: cost_tier, "
        "tiers: [{clusters: [agriculture, construction], multiplier: 2}]}\n",
        "components:\n  - {kind: per_student, count: participants, dollars: 9, where: {cluster: agriculture}}\n"
        "  - {kind: per_student, name: two, count: participants, dollars: 9, where: {cluster: construction}}\n"
        f"  - {{kind: cost_tier, {AG}}}\n",
        f"components:\n  - {{kind: per_student, count: participants, pot: 9, {AG}, "
        "differs: [{where: {cluster: construction}, pot: 5}]}\n",
    ],
)
def test_a_tier_of_which_a_cluster_is_paid_somewhere_stands(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bill.yaml"
    path.write_text(HEAD + text + FULL, encoding="utf-8")
    read_and_held(path)


def test_a_name_is_guessed_by_the_words_that_fewest_names_have() -> None:
    assert like("Oak Elm", ["Red Oak North", "Red Oak South", "Blue Elm"]) == "did you mean 'Blue Elm'?"
    names = ["East School", "North School", "South School", "West School", "Taos Scholl"]
    assert like("Taus School", names) == "did you mean 'Taos Scholl'?"


def test_every_key_of_a_condition_has_an_example_for_where_it_belongs() -> None:
    assert set(EXAMPLES) == OF_DISTRICTS
