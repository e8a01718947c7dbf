"""What holds of every figure: files with words for those who cannot see them, constant looks, labels off each other."""

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from fake_results import fake_results, fake_world
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from sim.config_folder import config_folder
from sim.report.compare.figure_map import DOWN, UP, gains_map
from sim.report.compare.figures import figure
from sim.report.shared.contrast import contrast, legible
from sim.report.shared.figure_file import INDEX, figure_files, figure_index, svg_text
from sim.report.shared.figure_labels import direct_labels, point_labels
from sim.report.shared.figure_style import Look, legend, legend_names, look, page, save, spread_apart
from sim.report.shared.formula_looks import APART, CURRENT_LAW, LOOKS, OWN, FormulaLook, looks
from sim.report.shared.names import in_sentence
from sim.report.shared.panel import Panel

WORLD = fake_world(25)
FEW = ("status_quo", "aligned")
OF = Look("a run", 10, 1, "current law")
TITLE = "Under A & B <three> of 4 students concentrate"
CAPTION = "Line: mean of cost-neutral draws, which are many enough that the caption has to be folded on its page."


def drawn(path: Path) -> Path:
    figure, (ax,) = page(TITLE, CAPTION, OF, 1, 1, 1.0)
    ax.plot([1, 2], [3, 4])
    ax.fill_between([1, 2], [2, 3], [4, 5], alpha=0.3)
    return save(figure, path, "state: participants")


def test_a_figure_has_its_title_as_alternative_text_in_both_files_and_in_the_index(tmp_path: Path) -> None:
    path = drawn(tmp_path / "figures" / "one.png")
    words = Image.open(path).info
    assert words["Title"] == TITLE
    assert words["Description"] == CAPTION
    root = ElementTree.parse(path.with_suffix(".svg")).getroot()
    title, description, *_ = list(root)
    assert root.attrib["role"] == "img"
    assert (title.text, description.text) == (TITLE, CAPTION)
    assert TITLE[:15] in "".join(root.itertext())[len(TITLE) + len(CAPTION) :]  # the letters stay text
    drawn(tmp_path / "figures" / "two.png")
    drawn(path)
    index = json.loads((path.parent / INDEX).read_text(encoding="utf-8"))["figures"]
    assert [entry["file"] for entry in index] == ["one.png", "two.png"]
    assert index[0] == {
        "file": "one.png", "vector": "one.svg", "alternative": TITLE, "caption": CAPTION, "data": "state: participants",
    }  # fmt: skip
    assert set(figure_files([path])) == {path, path.with_suffix(".svg"), path.parent / INDEX}
    assert all(file.is_file() for file in figure_files([path]))


def test_the_same_figure_gives_the_same_bytes_and_nothing_of_the_date(tmp_path: Path) -> None:
    first, second = drawn(tmp_path / "a" / "one.png"), drawn(tmp_path / "b" / "one.png")
    assert first.read_bytes() == second.read_bytes()
    text = first.with_suffix(".svg").read_text(encoding="utf-8")
    assert text == second.with_suffix(".svg").read_text(encoding="utf-8")
    assert "<dc:date>" not in text
    identifiers = [part.partition('"')[0] for part in text.split(' id="')[1:]]
    assert all(f"#{identifier}" in text for identifier in identifiers)
    figure, (ax,) = page(TITLE, CAPTION, OF, 1, 1, 1.0)
    ax.fill_between([1, 2], [2, 3], [4, 5], hatch="//")
    assert svg_text(figure, "one") != svg_text(figure, "two")  # what a page refers to by name is the figure's own


def test_a_damaged_index_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / INDEX).write_text("{", encoding="utf-8")
    assert figure_index(tmp_path) == []
    drawn(tmp_path / "one.png")
    assert [entry["file"] for entry in figure_index(tmp_path)] == ["one.png"]


def letters(text: Text) -> Bbox:
    """Where a text's letters lie, without the line that leads to them."""
    text.arrow_patch = text.arrowprops = None  # type: ignore[attr-defined]
    return text.get_window_extent()


def lightness(color: str) -> float:
    """CIE L* of a color written as '#rrggbb'."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(116 * (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]) ** (1 / 3) - 16)


def test_a_formula_looks_the_same_whatever_it_runs_with() -> None:
    alone, together = looks(("status_quo", "aligned")), looks(("pilot_sunset", "aligned", "my_bill", "status_quo"))
    assert alone[1] == together[1] == LOOKS["aligned"]
    assert alone[0] == together[3] == LOOKS[CURRENT_LAW]
    assert together[2] == looks(("my_bill",))[0] == OWN[0]
    assert looks(("my_bill", "other_bill"))[1] == OWN[1]
    written, scaled = looks(("ohio", "ohio_cost_neutral"))
    assert written.color == scaled.color
    assert written.dash != scaled.dash


def test_formulas_differ_in_grey_by_dash_or_lightness_and_current_law_from_all() -> None:
    shipped = {path.stem for path in (config_folder() / "formula").glob("*.yaml")}
    assert shipped <= set(LOOKS)
    states = shipped - {"status_quo", "pilot_sunset", "credential_pilot", "seg_only", "sb130_quarter_weight"}
    states = {name for name in states if not name.startswith("aligned")}
    later = {
        "california", "georgia", "idaho", "massachusetts", "nevada", "new_york", "north_dakota", "oregon",
        "pennsylvania", "washington",
    }  # fmt: skip
    assert len({(look.color, look.dash, look.marker) for look in LOOKS.values()}) >= len(states)
    for names in (shipped - states, states - later, later):
        own: dict[str, FormulaLook] = {name: LOOKS[name] for name in names}
        own |= {f"bill {place}": look for place, look in enumerate(OWN)}
        for (one, first), (other, second) in combinations(own.items(), 2):
            apart = abs(lightness(first.color) - lightness(second.color))
            assert first.dash != second.dash or apart >= APART, (one, other)
            assert (first.color, first.marker) != (second.color, second.marker), (one, other)
        assert all(look.dash != LOOKS[CURRENT_LAW].dash for name, look in own.items() if name != CURRENT_LAW)
    assert all(lightness(look.color) < 60 for look in (*LOOKS.values(), *OWN))  # legible as letters on white


def test_names_have_a_small_letter_within_a_sentence_unless_they_are_names() -> None:
    assert in_sentence("Current law") == "current law"
    assert in_sentence("Kansas's weight") == "Kansas's weight"
    assert in_sentence("SB130") == "SB130"


def test_labels_of_different_heights_keep_their_order_their_distance_and_the_page() -> None:
    places = spread_apart([1.0, 1.1, 1.2], [0.2, 0.6, 0.2], 0.0, 1.4)
    assert np.diff(places) == pytest.approx([0.4, 0.4])
    assert places[-1] == pytest.approx(1.3)
    assert spread_apart([0.0, 0.0], [1.0, 1.0], 0.0, 9.0) == pytest.approx([0.5, 1.5])


def test_direct_labels_do_not_overlap_and_stay_on_the_page() -> None:
    figure, (ax,) = page("Title", "Caption", OF, 1, 1, 3.3, right=2.2, header=-0.2)
    ax.plot([0, 1], [0, 100])
    texts = [(99.0 + place, f"A formula's title {place}\nFY2036 1,000\nFY2056 2,000", "black") for place in range(3)]
    direct_labels(ax, 1.0, [*texts, (0.0, "At the bottom\nFY2036", "black"), (0.5, "Also\nFY2036", "black")])
    figure.canvas.draw()
    boxes = [letters(text) for text in ax.texts]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert all(box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1 and box.y0 >= 0 for box in boxes)


def test_names_of_points_lie_off_each_other_and_off_points() -> None:
    figure, (ax,) = page("Title", "Caption", OF, 1, 1, 3.0)
    points = [(0.5, 0.5), (0.501, 0.5), (0.5, 0.51), (0.95, 0.95)]
    ax.plot(*zip(*points, strict=True), "o", markersize=4)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    assert point_labels(ax, [(x, y, f"A district {place}", "black") for place, (x, y) in enumerate(points)]) == []
    figure.canvas.draw()
    boxes = [letters(text) for text in ax.texts]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    marks = ax.transData.transform(points)
    assert not any(box.contains(*mark) for box in boxes for mark in marks)


def test_marks_of_the_map_point_where_money_goes(tmp_path: Path) -> None:
    count = len(WORLD.districts)
    where = {"latitude": 32.0 + np.arange(count) / 10.0, "longitude": -106.0 + (np.arange(count) % 5) / 2.0}
    world = replace(WORLD, districts=replace(WORLD.districts, **where))
    results = fake_results(world, 8, 10, FEW)
    panel = Panel(results)
    path = gains_map(panel, look(results, panel), world, tmp_path / "map.png", "dollars")
    assert path is not None
    assert gains_map(panel, look(results, panel), WORLD, tmp_path / "none.png", "dollars") is None
    from sim.report.compare.figure_map import MARKS

    assert [(sign, mark) for sign, mark, _ in MARKS if sign] == [(-1.0, DOWN), (1.0, UP)]


@pytest.mark.slow
def test_every_figure_names_formulas_by_their_titles(tmp_path: Path) -> None:
    results = fake_results(WORLD, 6, 10)
    for name in ("concentrators_per_100", "cost_and_concentrators", "plans", "state_cost_by_line"):
        path = figure(results, WORLD, name, tmp_path)
        assert path is not None
        text = path.with_suffix(".svg").read_text(encoding="utf-8")
        assert "status_quo" not in text
        assert "sb130_quarter_weight" not in text


@pytest.mark.parametrize(
    ("names", "columns", "lines"),
    [
        (["without a shock", "under take-up surge", "under instructor drought"], 2, 2),
        (["without a shock", "under moderate oil slump from FY2030 at 1.5 times its size, with take-up surge"], 1, 2),
        (["without a shock", " ".join(["a shock of a very long name"] * 6)], 1, 3),
    ],
)
def test_a_legend_holds_long_names_whole(names: list[str], columns: int, lines: int, tmp_path: Path) -> None:
    from matplotlib.lines import Line2D

    wrapped, found, height = legend_names(names, 2)
    assert (found, height) == (columns, pytest.approx(0.2 * lines))
    assert [name.replace("\n", " ") for name in wrapped] == names
    figure, axes = page("A title", "A caption.", Look("a footer", 4, 1, ""), 1, 1, 1.0, header=height)
    axes[0].plot([0, 1], [0, 1])
    legend(figure, [Line2D([], [], label=name) for name in wrapped], found)
    save(figure, tmp_path / "legend.png")
    box = figure.legends[0].get_window_extent()
    assert box.x1 <= figure.bbox.x1
    assert box.y0 >= axes[0].get_window_extent().y1


@pytest.mark.parametrize("of", [*LOOKS.values(), *OWN])
def test_words_in_a_formulas_color_can_be_read_on_white(of: FormulaLook) -> None:
    darker = legible(of.color)
    assert contrast(darker) >= 4.5
    assert (darker == of.color) == (contrast(of.color) >= 4.5)
    assert contrast("#ffffff") == pytest.approx(1.0)
    assert contrast("#000000") == pytest.approx(21.0)
    assert contrast("#767676") == pytest.approx(4.54, abs=0.01)  # the grey that is known to be just dark enough
