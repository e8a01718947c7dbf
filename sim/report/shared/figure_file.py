"""A figure as files: PNG, SVG beside it with its words as text, and an index of the folder for pages and readers."""

import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INDEX = "figures.json"
"""The index of a folder's figures: files, alternative text, caption and data of each, in the order of drawing."""

DPI = 144

CAPTION = "caption"
"""Mark of the text of a figure that is its caption."""

FONTS = "'DejaVu Sans', Verdana, Geneva, sans-serif"
"""Fonts of a text in an SVG file; where the first is missing the others are of nearly its width."""


def write_figure(figure: "Figure", path: Path, data: str = "") -> Path:
    """Write a figure as PNG at ``path`` and as SVG beside it, and enter both in the folder's index; returns ``path``.

    The figure's label is its title sentence, which both files carry as their title, with its caption as description:
    what a screen reader reads. ``data`` says which columns of which result tables it shows. The same figure gives the
    same bytes on the same versions of libraries.
    """
    title, caption = str(figure.get_label()), _caption(figure)
    path.parent.mkdir(parents=True, exist_ok=True)
    described = {"Title": title, "Description": caption, "Software": None}
    figure.savefig(path, dpi=DPI, facecolor="white", metadata=described)
    path.with_suffix(".svg").write_text(svg_text(figure, path.stem), encoding="utf-8", newline="\n")
    _enter(path, {"vector": path.with_suffix(".svg").name, "alternative": title, "caption": caption, "data": data})
    return path


def svg_text(figure: "Figure", salt: str) -> str:
    """A figure as SVG with its title and caption for those who cannot see it; letters stay text, and nothing depends
    on the time or on chance. ``salt`` keeps apart what several figures of one page refer to by name."""
    import matplotlib

    buffer = io.StringIO()
    title, caption = str(figure.get_label()), _caption(figure)
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt, "path.simplify_threshold": 0.3}):
        none = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(buffer, format="svg", facecolor="white", metadata=none)
    found = buffer.getvalue()
    referred = set(re.findall(r"#([\w.]+)", found))
    # What nothing refers to has a number that the figures of a page would share.
    found = re.sub(r' id="([\w.]+)"', lambda part: part[0] if part[1] in referred else "", found)
    found = re.sub(r"^ +", "", found, flags=re.MULTILINE)
    found = re.sub(r"<metadata>.*?</metadata>\n", "", found, flags=re.DOTALL)
    found = found.replace("'DejaVu Sans'", FONTS)
    words = f"<title>{escape(title)}</title>\n<desc>{escape(caption)}</desc>\n"
    return re.sub(r"(<svg [^>]*?)>\n", lambda head: f'{head[1]} role="img">\n{words}', found, count=1)


def figure_files(paths: list[Path]) -> list[Path]:
    """All files of figures whose PNG files are ``paths``: each with its SVG file, and the index of each folder."""
    drawn = [file for path in paths for file in (path, path.with_suffix(".svg"))]
    return [*drawn, *dict.fromkeys(path.parent / INDEX for path in paths)]


def figure_index(folder: Path) -> list[dict[str, Any]]:
    """The entries of a folder's index in the order of drawing; none where there is no index that can be read."""
    try:
        found = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        return [dict(entry) for entry in found["figures"]]
    except (OSError, ValueError, TypeError, KeyError):
        return []


def _enter(path: Path, entry: dict[str, str]) -> None:
    entries = figure_index(path.parent)
    named = {"file": path.name, **entry}
    place = next((at for at, old in enumerate(entries) if old.get("file") == path.name), len(entries))
    entries[place : place + 1] = [named]
    text = json.dumps({"figures": entries}, indent=1, ensure_ascii=False)
    (path.parent / INDEX).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _caption(figure: "Figure") -> str:
    return next((" ".join(text.get_text().split()) for text in figure.texts if text.get_gid() == CAPTION), "")
