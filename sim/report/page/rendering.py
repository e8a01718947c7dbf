"""A page from its template: self-contained, and every value from a table, a file or a user escaped."""

import json
import re
from functools import cache
from typing import Any
from xml.sax.saxutils import escape as xml

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.report.page.glossary import explained, glossary
from sim.states.speaking import state_words

CAPTION_BEGINS = 25
"""Letters by which a figure's caption is found in its drawing."""
WIDE = 600.0
"""Points from which on a drawing lies on its side: where a screen is narrow, it needs more room than others."""

LETTERS = 11.0
"""Points above the foot of a caption's first line that its letters take."""


def render(template: str, **values: Any) -> str:
    """The page that a template of ``templates/`` makes of ``values``, as HTML that asks for no other file.

    Text is escaped, whoever wrote it; only ``Markup`` (an inline figure of the program's own) goes in as it is. A name
    that a template uses and ``values`` lacks raises jinja2.UndefinedError.
    """
    return _environment().get_template(template).render(**{"state": state_words(), "glossary": glossary(), **values})


def inline_svg(svg: str, alternative: str, caption: str = "") -> Markup:
    """A figure of the program's own as part of a page, with its finding as the text that a screen reader reads.

    ``svg`` is what a figure's file holds: its prologue is left out, as HTML has none, and names that figures share. A
    ``caption`` that the page writes itself is cut off below, with the footer under it, so that what is drawn has more
    room.
    """
    drawn = svg[svg.index("<svg") :].replace(' id="caption"', "")
    if caption:
        drawn = _cut_above(drawn, xml(caption[:CAPTION_BEGINS]))
    box = re.search(r'viewBox="0 0 ([\d.]+) ', drawn)
    wide = Markup(' class="wide"') if box is not None and float(box[1]) > WIDE else ""
    return Markup('<figure role="img" aria-label="{}"{}>{}</figure>').format(alternative, wide, Markup(drawn))


def _cut_above(drawn: str, begins: str) -> str:
    """A drawing down to the line of text that ``begins`` so; the whole of it where none does."""
    line = re.search(rf"<text [^>]*translate\(\S+ ([\d.]+)\)[^>]*>{re.escape(begins)}", drawn)
    box = re.search(r'height="[\d.]+pt" viewBox="0 0 ([\d.]+) [\d.]+"', drawn)
    if line is None or box is None:
        return drawn
    height = float(line[1]) - LETTERS
    kept = "\n".join(
        one
        for one in drawn.splitlines()
        if not ((at := re.match(r"<text [^>]*translate\(\S+ ([\d.]+)\)", one)) and float(at[1]) > height)
    )
    return kept.replace(box[0], f'height="{height:.2f}pt" viewBox="0 0 {box[1]} {height:.2f}"', 1)


def as_data(content: Any) -> Markup:
    """Plain data as the JSON of a script element that no browser executes: nothing in it can end the element.

    Raises ValueError for a number that is not finite, which JSON has no word for.
    """
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def plain(value: float, ungrouped: bool = False) -> str:
    """A number in words: 40,000,000, 452.5; a year without a comma."""
    return f"{value:.10g}" if ungrouped else f"{value:,.10g}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sim.report.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"as_data": as_data, "explained": explained, "plain": plain}
    return environment
