"""A page from its template: self-contained, and every value from a table, a file or a user escaped."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.report.page.glossary import explained, glossary


def render(template: str, **values: Any) -> str:
    """The page that a template of ``templates/`` makes of ``values``, as HTML that asks for no other file.

    Text is escaped, whoever wrote it; only ``Markup`` (an inline figure of the program's own) goes in as it is. A name
    that a template uses and ``values`` lacks raises jinja2.UndefinedError.
    """
    return _environment().get_template(template).render(**values)


def inline_svg(svg: str, alternative: str) -> Markup:
    """A figure of the program's own as part of a page, with its finding as the text that a screen reader reads.

    ``svg`` is what a figure's file holds: its prologue is left out, as HTML has none, and names that figures share.
    """
    drawn = svg[svg.index("<svg") :].replace(' id="caption"', "")
    return Markup('<figure role="img" aria-label="{}">{}</figure>').format(alternative, Markup(drawn))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sim.report.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["explained"] = explained
    environment.globals["glossary"] = dict(glossary())
    return environment
