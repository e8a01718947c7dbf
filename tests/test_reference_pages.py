"""Pages of the reference that the code writes: what they take from it, and where they refuse."""

import re

import pytest

import sim
from sim.api.documentation import surface_page
from sim.report.generated_docs.data_sources import dates_in, every_source, publisher_of, sources_page
from sim.report.generated_docs.folder_pages import title_and_sentence
from sim.report.generated_docs.glossary import glossary_page
from sim.report.generated_docs.results_moved import entries, moved_page
from sim.report.page.glossary import MOST, glossary
from sim.verbs.documentation import commands_page
from sim.verbs.table import VERBS

CHANGELOG = """# Changes

## 2026-11-27

A price counts both moneys; no number moves.

## 2026-11-26

Seats bind.
They did not before.

| formula | taught before | now |
|---|---|---|
| `aligned` | 200 | 100 |

138 of 156 numbers moved; added 144, removed 12. Largest change by metric:

- concentrators: -27.74% (aligned, FY2031)
- sites: +2.00% (aligned, FY2031)
"""


def test_of_an_entry_of_the_changelog_reason_size_and_headlines_are_told() -> None:
    quiet, loud = entries(CHANGELOG)
    assert (quiet.moved, quiet.tables, quiet.largest) == (None, [], {})
    assert loud.because == "Seats bind. They did not before."
    assert loud.largest == {"concentrators": "-27.74%", "sites": "+2.00%"}
    page = moved_page(CHANGELOG)
    assert "| 2026-11-26 | Seats bind. They did not before. | 138 of 156 | -27.74% |  | +2.00% |  |" in page
    assert "## 2026-11-26: Seats bind\n\nSeats bind. They did not before.\n\n| formula | taught before" in page
    assert "- 2026-11-27: A price counts both moneys; no number moves." in page
    with pytest.raises(ValueError, match="no entry"):
        moved_page("# Changes\n")


@pytest.mark.parametrize(
    ("source", "dates"),
    [
        ("LESC brief, 4 Sep 2025, Figure 4", "2025"),
        ("NCES CCD 2017-18; Advance CTE 2022-23", "2017-18, 2022-23"),
        ("$2,024 in FY25, 2010 and 2011, 2012", "FY25 ... 2012"),
        ("Judgement", ""),
    ],
)
def test_dates_are_those_that_a_source_names(source: str, dates: str) -> None:
    assert dates_in(source) == dates


def test_terms_are_told_of_those_who_state_them_and_of_no_others() -> None:
    def terms(source: str) -> str:
        one = publisher_of(source)
        return str(one["terms"]) if one else "not stated"

    assert "public domain" in terms("NCES CCD 2017-18")
    assert terms("LESC brief, 4 September 2025") == "not stated"
    assert terms("a letter that nobody knows") == "not stated"


def test_every_source_that_a_file_names_stands_on_the_page() -> None:
    page = sources_page()
    missing = [source for kind, _, source in every_source() if kind != "parameters" and source not in page]
    assert [source for source in missing if "|" not in source] == []


def test_the_page_of_commands_has_every_verb_with_its_words() -> None:
    page = commands_page()
    for verb in VERBS.values():
        assert f"## {verb.name}\n" in page
        assert f"cte-sim {verb.usage}" in page


def test_the_page_of_the_surface_has_every_public_name_with_its_arguments() -> None:
    page = surface_page()
    for name in sim.__all__:
        assert name.startswith("__") or re.search(rf"^##+ sim\.{name}$", page, re.MULTILINE), name
    assert "sim.open(folder" in page
    assert "draws: int | None = None," in page
    assert "self" not in re.findall(r"\(\s*(\w+)", page)
    assert "``" not in page.replace("```", "")
    assert "docs/" not in re.sub(r"docs/refresh\.py", "", page)


def test_there_is_one_glossary_of_terms_that_a_reader_can_be_asked_to_look_at() -> None:
    rows = re.findall(r"^\| \*\*(.+?)\*\* \| (.+) \|$", glossary_page(), re.MULTILINE)
    assert dict(rows) == dict(glossary())
    assert len(rows) <= MOST


def test_an_index_takes_the_heading_and_the_first_sentence_of_prose() -> None:
    page = "# Sweeps\n\n    cte-sim sweep\n\n```text\nNot this.\n```\n\nA [sweep](x.md) runs e.g. many\npoints. More.\n"
    assert title_and_sentence(page) == ("Sweeps", "A sweep runs e.g. many points.")
    with pytest.raises(ValueError, match="heading"):
        title_and_sentence("A page.\n")
    with pytest.raises(ValueError, match="'Empty' has no sentence"):
        title_and_sentence("# Empty\n\n| a | b |\n|---|---|\n")
