"""Mistakes that people make in bills, each with the answer that says what to write instead."""

from pathlib import Path

import pytest
from simulated import new_mexico

from sim.config_folder import config_folder
from sim.funding.misplaced import EXAMPLES, OF_DISTRICTS
from sim.funding.reading import formula_from, read_lines
from sim.inputs import InputError, read_with_lines
from sim.inputs.numbers import fiscal_year_meant
from sim.study.setup.sense import refuse_senseless_bill

HEAD = "title: A bill\nsource: s\nyear_of_numbers: 2026\ndescription: d\n"
EACH = "  - {kind: per_student, count: concentrators, dollars: 900}\n"
FULL = "appropriation: {rule: full}\n"


def read_and_held(path: Path) -> None:
    """Read a bill and hold it against the default state."""
    world = new_mexico()
    written, source = read_with_lines(path)
    lines = read_lines(config_folder() / "line")
    refuse_senseless_bill(formula_from(written, source, "bill", lines, world.clusters.identifier), world, str(path))


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
            f"{DIFFERING}      - {{where: {{members: {{below: 1}}}}, per_school: 8}}\n{FULL}",
            "line 11: components.0.base.differs.2.where: holds for no district: none lies in districts with fewer",
        ),
        (
            of_base("where: {locale: rural, unless: {any_of: [{kind: district}, {kind: charter}]}}"),
            "line 6: components.0.base.where: holds for no district: its unless leaves out every one",
        ),
    ],
)
def test_a_mistake_is_answered_with_what_to_write(tmp_path: Path, text: str, said: str) -> None:
    assert said in str(answer(tmp_path, text))


def test_unknown_clusters_are_told_all_at_once_with_their_columns(tmp_path: Path) -> None:
    where = "where: {cluster: [Health Care, welding]}"
    told = answer(tmp_path, f"components:\n  - {{kind: per_student, count: participants, dollars: 5, {where}}}\n{FULL}")
    assert [one.split(": unknown cluster ")[0] for one in told.details] == ["line 6, column 76", "line 6, column 89"]
    assert "did you mean 'healthcare_human_services'?" in str(told)


@pytest.mark.parametrize(
    ("word", "year"),
    [("July 1, 2027", 2028), ("30 June 2027", 2027), ("2027-07-01", 2028), ("2027-06-30", 2027), ("Sept. 2030", 2031)],
)
def test_a_date_is_answered_with_the_fiscal_year_in_which_it_lies(word: str, year: int) -> None:
    assert fiscal_year_meant(word).startswith(f"write {year}, the fiscal year from July {year - 1} to June {year}")


@pytest.mark.parametrize("word", ["soon", "2027", "2027-13-01", "July 2027 or May 2028", "first of July"])
def test_what_is_no_date_gets_no_year(word: str) -> None:
    assert fiscal_year_meant(word) == ""


def test_every_key_of_a_condition_has_an_example_for_where_it_belongs() -> None:
    assert set(EXAMPLES) == OF_DISTRICTS
