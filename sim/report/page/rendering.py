"""A page from its template: self-contained, and every value from a table, a file or a user escaped."""

import json
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.report.page.glossary import explained, glossary
from sim.states.folder import state_words


def render(template: str, **values: Any) -> str:
    """The page that a template of ``templates/`` makes of ``values``, as HTML that asks for no other file.

    Text is escaped, whoever wrote it; only ``Markup`` (an inline figure of the program's own) goes in as it is. A name
    that a template uses and ``values`` lacks raises jinja2.UndefinedError.
    """
    return _environment().get_template(template).render(**{"state": state_words(), "glossary": glossary(), **values})


def inline_svg(svg: str, alternative: str) -> Markup:
    """A figure of the program's own as part of a page, with its finding as the text that a screen reader reads.

    ``svg`` is what a figure's file holds: its prologue is left out, as HTML has none, and names that figures share.
    """
    drawn = svg[svg.index("<svg") :].replace(' id="caption"', "")
    return Markup('<figure role="img" aria-label="{}">{}</figure>').format(alternative, Markup(drawn))


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
