"""The page that is mailed: it says what the tables say, asks for nothing, and what others wrote stays text."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from fake_results import fake_results, fake_world
from markupsafe import Markup, escape

from sim.report.answer.files import all_facts
from sim.report.answer.text import answer_sentences, answer_table
from sim.report.briefing.content import title_of
from sim.report.briefing.file import write_briefing
from sim.report.briefing.places import LEAST_MEMBERS, places_of, rows_for_browser
from sim.report.briefing.shown import money, offered, rates
from sim.report.compare.districts import district_table
from sim.report.page.glossary import MOST, explained, glossary
from sim.report.page.rendering import as_data
from sim.report.shared.panel import Panel

NASTY = '<script>alert("x")</script>'


class Read(HTMLParser):
    """What a browser would ask for, the scripts of a page, and its text."""

    def __init__(self, page):
        super().__init__()
        self.asked, self.scripts, self.text, self.within = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.asked += [value for name, value in attrs if name in ("src", "href", "data", "action") and value[0] != "#"]
        if tag == "script":
            self.scripts.append(dict(attrs).get("type", "text/javascript"))
        self.within.append(tag)

    def handle_endtag(self, tag):
        while self.within and self.within.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"script", "style"} & set(self.within):
            self.text.append(data)


@pytest.fixture(scope="module")
def world():
    return fake_world()


@pytest.fixture(scope="module")
def results(world):
    return fake_results(world)


@pytest.fixture(scope="module")
def panel(results):
    return Panel(results)


@pytest.fixture(scope="module")
def page(results, world, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    return write_briefing(results, world, path, command="cte-sim compare").read_text(encoding="utf-8")


def test_it_asks_for_no_other_file(page):
    assert Read(page).asked == []
    assert not re.search(r"https?:|@import|url\((?!#)", page.replace("http://www.w3.org/", ""))


def test_it_says_the_answer_in_full(results, page):
    (found,) = all_facts(results)
    text = " ".join("".join(Read(page).text).split())
    for sentence in answer_sentences(found):
        assert " ".join(sentence.split()) in text
    for row in answer_table(found)[1:]:
        for cell in row:
            assert " ".join(cell.split()) in text


def test_headings_go_down_one_by_one_and_every_section_has_a_name(page):
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    named = re.findall(r'<section id="[\w-]+" aria-labelledby="([\w-]+)"', page)
    assert len(named) == page.count("<section")
    assert all(f'id="{name}"' in page for name in named)


def test_what_a_table_or_a_bill_is_called_stays_text(results, world, tmp_path):
    districts = replace(world.districts, name=(NASTY, *world.districts.name[1:]))
    manifest = replace(
        results.manifest,
        formulas={
            name: record | ({"title": NASTY} if name == "aligned" else {})
            for name, record in results.manifest.formulas.items()
        },
    )
    written = write_briefing(
        replace(results, manifest=manifest), replace(world, districts=districts), tmp_path / "report.html"
    )
    page = written.read_text(encoding="utf-8")
    assert NASTY not in page
    assert "alert" in "".join(Read(page).text)
    assert Read(page).scripts == ["application/json", "application/json", "text/javascript"]


@pytest.mark.parametrize("text", ["</script>", "<!--", "a & b", "Española", '"quoted"'])
def test_data_ends_no_script_and_comes_back_as_it_was(text):
    held = as_data({"name": text})
    assert isinstance(held, Markup)
    assert not set(held) & {"<", ">", "&"}
    assert json.loads(held) == {"name": text}


def test_the_browser_gets_every_district_of_every_formula_in_the_numbers_of_the_table(panel, world):
    year = int(panel.district_years[-1])
    table = district_table(panel, world, year)
    held = rows_for_browser(panel, table)
    keys = [column["key"] for column in held["columns"]]
    assert set(held["rows"]) == {panel.formulas[f] for f in panel.others} == set(held["formulas"])
    own = table[table["formula"] == "aligned"].set_index("name")
    for row in held["rows"]["aligned"]:
        given = dict(zip(keys, row, strict=True))
        assert given["gain"] == round(own.loc[given["name"], "gain"])
        assert given["gain_per_member_low"] <= given["gain_per_member"] <= given["gain_per_member_high"]
    assert len(held["rows"]["aligned"]) == len(world.districts)


def test_a_cell_that_a_spreadsheet_would_run_is_handed_out_as_text(panel, world):
    table = district_table(panel, world, None)
    table["name"] = "=cmd()"
    assert {row[0] for rows in rows_for_browser(panel, table)["rows"].values() for row in rows} == {"'=cmd()"}


def test_those_named_gain_or_lose_most_for_each_member_and_are_large_enough(panel, world):
    places, table = places_of(panel, world, int(panel.district_years[-1]))
    for found in places:
        own = table[(table["formula"] == found.formula) & (table["members"] >= LEAST_MEMBERS)]
        most = own.sort_values("gain_per_member", ascending=False)["name"].head(len(found.gaining))
        assert [place.name for place in found.gaining] == list(most)
        least = own.sort_values("gain_per_member")["name"].head(len(found.losing))
        assert [place.name for place in found.losing] == list(least)
        assert all(place.per_member < 0 for place in found.losing)
        every = table[table["formula"] == found.formula]
        assert found.gain == sum(every["gain_per_member_low"] > 0)
        assert found.count == len(world.districts)


def test_each_figure_has_its_finding_as_text_and_the_numbers_behind_it(page):
    figures = re.findall(r'<figure role="img" aria-label="([^"]+)"', page)
    held = json.loads(re.search(r'id="figure-data">(.*?)</script>', page)[1])
    assert len(figures) == len(held) >= 4
    assert all(len(finding.split()) > 5 for finding in figures)
    assert all(csv.startswith("formula,") and csv.count("\n") > 10 for csv in held.values())
    assert set(re.findall(r'data-figure="(\w+)"', page)) == set(held)


def test_names_within_figures_are_used_once(page):
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names))


def test_the_numbers_behind_a_figure_are_those_of_the_panel(panel, world):
    table = rates(panel, world)
    taught, members = panel.state("concentrators_taught"), panel.state("membership")
    f, t = panel.formulas.index("aligned"), 5
    row = table[(table["formula"] == "aligned") & (table["fiscal_year"] == panel.years[t])].iloc[0]
    assert row["taught_per_100_members_mean"] == pytest.approx(100.0 * (taught[f, :, t] / members[f, :, t]).mean())
    assert set(money(panel, world)["formula"]) == set(panel.formulas)


def test_numbers_by_cluster_are_of_the_years_that_were_stored_and_no_zeros_between_them(results, world):
    kept = results.clusters[results.clusters["fiscal_year"].isin([2026, 2031, 2033])]
    sparse = Panel(replace(results, clusters=kept))
    assert list(sparse.cluster_years) == [2026, 2031, 2033]
    table = offered(sparse, world)
    assert sorted(table["fiscal_year"].unique()) == [2026, 2031, 2033]
    assert (table["sections_mean"] > 0).all()
    whole = offered(Panel(results), world)
    same = whole[whole["fiscal_year"] == 2031].reset_index(drop=True)
    assert table[table["fiscal_year"] == 2031].reset_index(drop=True).equals(same)


def test_two_bills_are_named_in_the_title_and_ten_are_counted(panel, world):
    assert title_of(panel).startswith("10 funding formulas against ")
    two = Panel(fake_results(world, formulas=("status_quo", "aligned")))
    assert title_of(two) == f"{two.titles[1]} against {two.titles[0].lower()}"


def test_the_glossary_is_short_and_in_the_order_of_the_alphabet():
    terms = list(glossary())
    assert len(terms) <= MOST
    assert terms == sorted(terms, key=str.lower)


def test_a_term_is_explained_once_whatever_its_case_and_number():
    told = explained("Concentrators, one concentrator & <b>")
    assert told.count("<abbr") == 1
    assert told.startswith('<abbr title="A student who has completed two courses of one pathway.">Concentrators</abbr>')
    assert told.endswith("one concentrator &amp; &lt;b&gt;")
    assert explained("preconcentrators").count("<abbr") == 0


def test_the_longer_of_two_terms_is_explained():
    assert escape(glossary()["hold harmless"]) in explained("a hold harmless floor")
    assert "hold harmless</abbr>" in explained("a hold harmless floor")
