"""Mistakes in a file of several laws: each at the line, the column and the keys where it stands, and each once."""

from pathlib import Path

import pytest
from test_bill_mistakes import HEAD, answer, read_and_held

HELD = "{measure: taxable_value, local: 0.3}"
SHARED = "{line: nextgen_pilot, where: {county: Toas}, start_year: 2030, sunset_year: 2031}"
CAPPED, ELSEWHERE = ", rules: {growth_cap: 0.1}", ", rules: {growth_cap: 0.2}"
OWN = ", rules: {{differs: [{{where: {{locale: {}}}, paid_share: 0.5}}]}}"
FULL = "appropriation: {rule: full}"
PART = "{kind: per_student, count: concentrators, dollars: 900}"
START = HEAD.count("\n")
"""Lines above what a test writes."""


def law(year: int, components: str = PART, more: str = "") -> str:
    """A law of one line, of four lines of a file."""
    return f"  - from: {year}\n    components:\n      - {components}\n    {FULL}{more}\n"


def lines(year: int, *listed: str, more: str = "") -> str:
    """A law of several lines, each of one line of a file."""
    return f"  - from: {year}\n    lines:\n{''.join(f'      - {one}{chr(10)}' for one in listed)}{more}"


def line(name: str, components: str = PART, more: str = "") -> str:
    return f"{{name: {name}, components: [{components}], {FULL}{more}}}"


def details(folder: Path, text: str) -> list[str]:
    """What is told of a file of laws, with the number of the line in the list of laws in place of that in the file."""
    told = answer(folder, f"laws:\n{text}")
    said = list(told.details) or [str(told).removeprefix("bill.yaml, ")]
    found = []
    for one in said:
        number, rest = one.removeprefix("line ").split(":", 1)[0], one.partition(":")[2]
        row, _, column = number.partition(", column ")
        found.append(f"{int(row) - START - 1}{f'/{column}' if column else ''}:{rest}")
    return found


NOWHERE = "{kind: base, per_school: 5, where: {county: Toas}}"
TOAS = "there is no county 'Toas'; did you mean 'Taos'?"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # Read: a value, a key, a rule of all lines.
        (law(2027) + law(2030, "{kind: base, per_school: -1}"), "7: laws.1.components.0.base.per_school: -1 is not"),
        (law(2027) + lines(2030, line("a"), line("b", more=", colour: 1")), "8: laws.1.lines.1.colour: unknown key"),
        (law(2027) + lines(2030, line("a"), more="    rules: {growth: 1}\n"), "8: laws.1.rules.growth: unknown key"),
        (law(2027) + lines(2030, line("a"), more="    titel: b\n"),
         "8: laws.1.titel: unknown key; allowed: from, lines, rules"),
        (law(2027) + lines(2030, line("a"), line("a")), "8: laws.1.lines.1.name: two lines are called 'a'"),
        # The year in which a law or a line begins.
        (law(2027) + law(2030, more="\n    takes_effect: 2030"),
         "9: laws.1.takes_effect: unknown key; a law among several begins in the fiscal year of its from"),
        (law(2027) + lines(2030, line("a", more=", takes_effect: 2031")),
         "7: laws.1.lines.0.takes_effect: unknown key; a line is paid from the fiscal year of its start_year on"),
        (law(2027) + law(2030).replace("from", "takes_effect"),
         "5: laws.1.takes_effect: a law among several begins in the year of its from: write from: 2030"),
        (law(2027) + law(2030).replace("from", "form"), "5: laws.1.form: unknown key; did you mean 'from'?"),
        (law(2027) + law(2030).replace("2030", "2029-30"),
         "5: laws.1.from: '2029-30' is not allowed: the first fiscal year of the law, a whole number from 2001 to "
         "2200; write 2030, the fiscal year from July 2029 to June 2030"),
        (law(2027) + lines(2030, line("a"), line("b", more=", start_year: 2029")),
         "8: laws.1.lines.1.start_year: 2029 lies outside the law, which holds from 2030 to any year"),
        (law(2020) + law(2024), "1: laws.0: the law's last year 2023 lies before FY2027; the line is never paid"),
        (law(2027) + law(2090, "{kind: base, per_school: 5}"), "5: laws.1.from: 2090 lies after any year"),
        (law(2027) + lines(2090, line("a")) + lines(2095, line("a")),
         "5: laws.1.from: 2090 lies after any year"),
        (law(2070), "1: laws.0.from: 2070 lies after FY2056"),
        # Rules that disagree.
        (law(2027) + lines(2030, line("a", more=CAPPED), line("b", more=ELSEWHERE)),
         "8: laws.1.lines.1.rules.growth_cap: line b: differs from line a, which runs at the same time"),
        (law(2027) + lines(2030, line("a", more=", rules: {growth_cap: 0.1}"), more="    rules: {growth_cap: 0.2}\n"),
         "7: laws.1.lines.0.rules.growth_cap: stands under the formula's rules too"),
        # Sense: what never pays, in a rate too.
        (law(2027) + lines(2030, line("a"), line("b", "{kind: per_student, count: members, dollars: 0}")),
         "8: laws.1.lines.1.components.0.per_student: can never pay"),
        (law(2027) + law(2030, "{kind: credential_bonus, dollars: {1: 5}, differs: [{where: {locale: rural}, "
                               "dollars: {1: 0}}]}"),
         "7: laws.1.components.0.credential_bonus.differs.0"),
        (law(2027) + law(2030, "{kind: credential_bonus, dollars: {1: 0}, differs: [{where: {locale: rural}, "
                               "dollars: {2: 0}}]}"),
         "7: laws.1.components.0.credential_bonus.differs.0: can never pay"),
        # Words that are known nowhere, and conditions that nobody meets.
        (law(2027) + law(2030, "{kind: base, per_site: 5, where: {cluster: [construction, welding]}}"),
         "7: laws.1.components.0.base.where.cluster.1: unknown cluster 'welding'"),
        (law(2027) + lines(2030, line("a"), line("b", NOWHERE)),
         f"8: laws.1.lines.1.components.0.base.where.county: {TOAS}"),
        (law(2027) + law(2030, "{kind: base, per_school: 5, differs: [{where: {county: [Taos, Toas]}, per_site: 6}]}"),
         f"7: laws.1.components.0.base.differs.0.where.county.1: {TOAS}"),
        (law(2027) + lines(2030, line("a"), line("b", "{kind: base, per_school: 5}"),
                           more="    rules: {differs: [{where: {county: Toas}, growth_cap: 0.2}]}\n"),
         f"9: laws.1.rules.differs.0.where.county: {TOAS}"),
        (law(2027) + lines(2030, line("a", more=OWN.format("rural")),
                           more="    rules: {differs: [{where: {county: Toas}, growth_cap: 0.2}]}\n"),
         f"8: laws.1.rules.differs.0.where.county: {TOAS}"),
        (law(2027) + lines(2030, line("a", more=OWN.format("rural, county: Toas")),
                           more="    rules: {differs: [{where: {county: Taos}, growth_cap: 0.2}]}\n"),
         f"7: laws.1.lines.0.rules.differs.0.where.county: {TOAS}"),
        (law(2027) + law(2030, more="\n    where: {members: {below: 1}}"), "9: laws.1.where: holds for no district"),
        (law(2027) + lines(2030, line("a", more=f", rules: {{state_share: {HELD}}}")),
         "7: laws.1.lines.0.rules.state_share.measure: the tables have no taxable_value_per_member"),
        (law(2027) + lines(2030, SHARED, line("b")),
         f"7: laws.1.lines.0.where.county: {TOAS}"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_later_law_is_told_where_it_stands(tmp_path: Path, text: str, said: str) -> None:
    (told,) = details(tmp_path, text)
    assert told.startswith(said), told


def test_a_line_that_a_later_law_goes_on_with_has_its_mistake_told_once(tmp_path: Path) -> None:
    """By an alias it stands in one place of the file; written twice in two, of which the one line names both."""
    alias = lines(2027, f"&kept {line('a', NOWHERE)}") + lines(2030, "*kept", line("b"))
    assert details(tmp_path, alias) == [f"3: laws.0.lines.0.components.0.base.where.county: {TOAS}"]
    late = lines(2027, f"&kept {line('a', more=', start_year: 2028')}")
    late += lines(2030, "*kept", line("b")) + lines(2032, "*kept", line("b"))
    held = "2028 lies outside the law, which holds from 2030 to 2031"
    assert details(tmp_path, late) == [f"3: laws.1.lines.0.start_year: {held}"]
    twice = lines(2027, line("a", NOWHERE)) + lines(2030, line("a", NOWHERE), line("b"))
    (told,) = details(tmp_path, twice)
    assert told == f"3: laws.0.lines.0.components.0.base.where.county: {TOAS}; the same on line {START + 1 + 6}"


def test_a_merged_mapping_has_its_mistake_told_where_it_is_written(tmp_path: Path) -> None:
    text = lines(2027, f"&kept {line('a')}") + lines(
        2030, "{<<: *kept, name: b, where: {county: Toas}}", "{<<: *kept, name: c}"
    )
    assert details(tmp_path, text) == [f"6: laws.1.lines.0.where.county: {TOAS}"]
    text = lines(2027, f"&kept {line('a', NOWHERE)}") + lines(2030, "{<<: *kept, name: b}", line("c"))
    assert details(tmp_path, text) == [f"3: laws.0.lines.0.components.0.base.where.county: {TOAS}"]


def test_one_slip_written_in_many_laws_is_told_with_the_lines_of_the_others(tmp_path: Path) -> None:
    many = "".join(law(year, "{kind: base, per_school: 5%}") for year in range(2027, 2033))
    told = answer(tmp_path, f"laws:\n{many}")
    rows = [START + 1 + 4 * number + 3 for number in range(6)]
    assert str(told).startswith(f"bill.yaml, line {rows[0]}: laws.0.components.0.base.per_school: '5%' is not allowed")
    assert str(told).endswith(f"; the same on lines {rows[1]}, {rows[2]}, {rows[3]} and 2 more")
    assert len(str(told)) <= 300
    (only,) = told.details
    assert only.endswith(f"; the same on lines {', '.join(map(str, rows[1:5]))} and {rows[5]}")


def test_several_mistakes_are_one_line_that_no_word_is_cut_from(tmp_path: Path) -> None:
    """However many there are, the line holds the first in full, and those that follow have a line each."""
    wrong = "{kind: per_student, count: participants, weight: 5, where: {county: Toas, locale: remote}}"
    told = answer(
        tmp_path, "laws:\n" + "".join(lines(year, *(line(f"a{n}", wrong) for n in range(4))) for year in (2027, 2030))
    )
    assert len(str(told)) <= 300
    assert " ... " not in str(told)


def test_what_is_right_in_several_laws_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bill.yaml"
    path.write_text(HEAD + "laws:\n" + law(2027) + lines(2030, line("a"), line("b", NOWHERE.replace("Toas", "Taos"))))
    assert [one.name for one in read_and_held(path).own_lines] == ["bill", "a", "b"]
