"""The mailed page with its explorer in a real browser: five tasks of an analyst, by what the page shows alone.

Needs Playwright (``uv pip install playwright``) and a Chromium: CHROMIUM, else the system's own, else Playwright's.
axe-core is taken from AXE_CORE or a ``node_modules`` folder beside the project.
"""

import json
import os
import re
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from explored import bill, found_in, knobs
from fake_results import fake_results, fake_world

from sim.config_folder import config_folder
from sim.funding.reading import formula_from, read_lines
from sim.report.briefing.file import write_briefing
from sim.report.explore.files import page_content
from sim.study.explore.bill_file import formula_at
from sim.study.explore.content import EXACT
from sim.study.explore.simulating import outcomes
from sim.study.setup.inputs import formula_record

playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
pytestmark = pytest.mark.slow

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
ROOT = Path(__file__).parents[2]
NASTY = "<script>alert(1)</script>"
THREE_MINUTES = 180.0
TENTH = 1.1e5
"""Dollars to which the page rounds: a tenth of a million."""
PER_STUDENT = "Per student (concentrators)"


@pytest.fixture(scope="module")
def chromium():
    names = ("chromium", "chromium-browser", "google-chrome")
    own = os.environ.get("CHROMIUM") or next((found for name in names if (found := shutil.which(name))), None)
    with playwright.sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=own, args=QUIET)
        except playwright.Error as error:
            pytest.skip(f"needs a Chromium: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def explored(tmp_path_factory):
    return found_in(tmp_path_factory.mktemp("explore"))


@pytest.fixture(scope="module")
def report(explored, tmp_path_factory):
    world = fake_world()
    districts = replace(world.districts, name=(NASTY, *world.districts.name[1:]))
    path = tmp_path_factory.mktemp("page") / "report.html"
    content = json.loads(json.dumps(page_content(explored.content)))
    content["districts"]["names"][0] = NASTY
    return write_briefing(fake_results(world), replace(world, districts=districts), path, explorer=content)


class Visit:
    """A page that is open, what it asked for and what it said."""

    def __init__(self, browser, address, **looks):
        self.page = browser.new_page(**looks)
        self.asked, self.said = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        self.page.goto(address)
        self.begun = time.monotonic()

    def answer(self, outcome):
        """The first line of the cells of an outcome in the explorer: sliders, what stands beside, difference."""
        row = self.page.get_by_role("region", name="What the sliders bring").get_by_role("row", name=outcome)
        return [number_of(cell.split("\n")[0]) for cell in row.get_by_role("cell").all_inner_texts()]

    def done(self, task):
        seconds = time.monotonic() - self.begun
        print(f"{task}: {seconds:.1f} s")
        assert seconds < THREE_MINUTES


def number_of(text):
    """A number as the page writes it: +$1.25M, −1,530."""
    found = re.fullmatch(r"([+\u2212-]?)\u2060?\$?([\d,.]+)(M?)", text.strip())
    assert found is not None, text
    return float(found[2].replace(",", "")) * (1e6 if found[3] else 1.0) * (-1.0 if found[1] not in ("", "+") else 1.0)


@pytest.fixture
def visit(chromium, report):
    found = Visit(chromium, report.as_uri(), viewport={"width": 1200, "height": 900})
    yield found
    assert [address for address in found.asked if not address.startswith(("file:", "blob:"))] == []
    assert found.said == []
    found.page.close()


def test_find_my_district(visit):
    page = visit.page
    page.get_by_role("link", name="Districts").click()
    table = page.get_by_role("region", name="Table of districts")
    name = table.get_by_role("rowheader").nth(40).inner_text()
    page.get_by_label("Find").fill(name)
    row = table.get_by_role("row").filter(has_text=name)
    assert row.count() == 1
    assert number_of(row.get_by_role("cell").nth(2).inner_text()) > 0  # members
    # The same of a group and a district in the explorer.
    page.get_by_role("link", name="What if").click()
    place = page.get_by_role("combobox", name="Place", exact=True)
    districts = place.get_by_role("option").all_inner_texts()
    for choice in (districts[-1], next(one for one in districts if "size" in one)):
        place.select_option(label=choice)
        told = page.get_by_role("region", name="The place chosen").get_by_role("row", name="paid for each member").first
        sliders, *others = told.get_by_role("cell").all_inner_texts()
        assert "emulator \u00b1$" in sliders
        assert len(others) == 3
    visit.done("find my district")


def test_halve_the_bonus_and_what_is_said_is_what_a_run_says(visit, explored):
    page = visit.page
    page.get_by_role("link", name="What if").click()
    page.get_by_label("Show").select_option(label="level")
    box = page.get_by_label(PER_STUDENT, exact=True)
    box.fill(str(float(box.input_value()) / 2))
    owed, written, difference = visit.answer("Owed by the state's lines")
    assert difference < 0
    np.testing.assert_allclose(owed - written, difference, atol=TENTH)
    # Exactly: the bill at those values, simulated on the same draws.
    values = [knob.own / 2 if knob.label == PER_STUDENT else knob.own for knob in knobs()]
    exact = outcomes(explored.materials.setting, formula_at(bill(), knobs(), values), EXACT)
    np.testing.assert_allclose(owed, exact["entitled"].mean(), rtol=0.02)
    np.testing.assert_allclose(visit.answer("Concentrators taught")[0], exact["taught"].mean(), rtol=0.02)
    np.testing.assert_allclose(visit.answer("State cost")[0], exact["uncapped"].mean(), rtol=0.03)
    # A slider does the same as the box beside it, and outside the swept range there is no answer.
    slider = page.get_by_role("slider", name=PER_STUDENT)
    slider.focus()
    slider.press("End")
    assert box.input_value() == "1350"
    assert visit.answer("Owed by the state's lines")[2] > 0
    box.fill("5000")
    assert "lies outside what was simulated" in page.get_by_role("alert").inner_text()
    visit.done("halve the bonus")


def test_what_if_oil_falls(visit):
    page = visit.page
    page.get_by_role("link", name="What if").click()
    scenario = page.get_by_label("Scenario", exact=True)
    oil = next(name for name in scenario.get_by_role("option").all_inner_texts() if "oil" in name)
    scenario.select_option(label=oil)
    beside = page.get_by_label("Beside it")
    calm = next(name for name in beside.get_by_role("option").all_inner_texts() if "no shock" in name)
    beside.select_option(label=calm)
    page.get_by_label("Show").select_option(label="level")
    sliders, other, difference = visit.answer("State cost")
    np.testing.assert_allclose(sliders - other, difference, atol=TENTH)
    visit.done("what if oil falls")


def test_who_loses(visit, tmp_path):
    page = visit.page
    page.get_by_role("link", name="Districts").click()
    assert page.get_by_text("Lose most").first.is_visible()
    table = page.get_by_role("region", name="Table of districts")
    page.get_by_role("button", name="$ a member").click()
    column = table.get_by_role("row").locator("td.change").all_inner_texts()
    shown = [number_of(text.lstrip("\u25b2\u25bc ")) for text in column]
    assert shown == sorted(shown)
    assert table.get_by_role("columnheader", name="$ a member").get_attribute("aria-sort") == "ascending"
    with page.expect_download() as caught:
        page.get_by_role("button", name="Download (CSV)").click()
    caught.value.save_as(tmp_path / "districts.csv")
    lines = (tmp_path / "districts.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + len(shown)
    assert "gain_per_member" in lines[0]
    visit.done("who loses")


def test_send_it(visit, chromium, tmp_path):
    page = visit.page
    page.get_by_role("link", name="What if").click()
    box = page.get_by_label(PER_STUDENT, exact=True)
    box.fill("700")
    page.get_by_role("button", name="Keep as bill B").click()
    box.fill("800")
    scenario = page.get_by_label("Scenario", exact=True)
    scenario.select_option(index=1)
    page.get_by_role("button", name="Link to this state").click()
    link = page.get_by_label("The link").input_value()
    other = Visit(chromium, link)
    assert other.page.get_by_label(PER_STUDENT, exact=True).input_value() == "800"
    assert other.page.get_by_label("Scenario", exact=True).input_value() == scenario.input_value()
    assert other.answer("State cost") == visit.answer("State cost")
    assert other.answer("Concentrators taught") == visit.answer("Concentrators taught")
    assert other.said == []
    for button, dollars in (("Save as a bill", 800.0), ("Save bill B", 700.0)):
        with other.page.expect_download() as caught:
            other.page.get_by_role("button", name=button).click()
        caught.value.save_as(tmp_path / "bill.yaml")
        wanted = formula_at(bill(), knobs(), [dollars if knob.label == PER_STUDENT else knob.own for knob in knobs()])
        written = yaml.safe_load((tmp_path / "bill.yaml").read_text(encoding="utf-8"))
        read = formula_from(written, "page", wanted.name, read_lines(config_folder() / "line"))
        assert formula_record(read)["fingerprint"] == formula_record(wanted)["fingerprint"]
    other.page.close()
    visit.done("send it")


def test_a_district_named_as_a_script_is_a_name(visit):
    page = visit.page
    page.get_by_label("Find").fill(NASTY)
    assert page.get_by_role("region", name="Table of districts").get_by_role("rowheader").all_inner_texts() == [NASTY]
    page.get_by_role("combobox", name="Place", exact=True).select_option(label=NASTY)
    assert page.locator("script").count() == 5


def test_it_prints_on_six_letter_pages(visit):
    printed = visit.page.pdf(format="Letter", prefer_css_page_size=True)
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) <= 6


@pytest.mark.parametrize("looks", [{}, {"color_scheme": "dark"}, {"viewport": {"width": 320, "height": 700}}])
def test_it_is_as_wide_as_its_screen_and_without_a_serious_fault_of_access(chromium, report, looks):
    found = Visit(chromium, report.as_uri(), **looks)
    assert found.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    places = (os.environ.get("AXE_CORE"), *(up / "node_modules/axe-core/axe.min.js" for up in (ROOT, ROOT.parent)))
    axe = next((Path(place) for place in places if place and Path(place).is_file()), None)
    if axe is None:
        pytest.skip("needs axe-core: AXE_CORE=.../axe.min.js")
    found.page.evaluate(axe.read_text(encoding="utf-8"))
    faults = found.page.evaluate(
        "async () => (await axe.run()).violations.map((v) => [v.impact, v.id, v.nodes[0].html])"
    )
    assert [fault for fault in faults if fault[0] in ("serious", "critical")] == []
    found.page.close()
