"""Pages for a browser: what a user wrote stays text, and nothing is asked for from anywhere."""

import re

import pytest
from jinja2 import DictLoader, UndefinedError

from sim.report.page import rendering


@pytest.fixture
def with_template(monkeypatch):
    def use(source):
        environment = rendering._environment.__wrapped__()
        environment.loader = DictLoader({"page.html": source})
        monkeypatch.setattr(rendering, "_environment", lambda: environment)

    return use


def test_a_script_in_a_name_stays_text(with_template):
    with_template("<p>{{ name }}</p>")
    assert rendering.render("page.html", name="<script>x</script>") == "<p>&lt;script&gt;x&lt;/script&gt;</p>"


def test_a_name_that_is_not_given_is_an_error(with_template):
    with_template("{{ nmae }}")
    with pytest.raises(UndefinedError):
        rendering.render("page.html", name="x")


def test_an_inline_figure_keeps_its_shapes_and_escapes_its_text():
    figure = rendering.inline_svg('<?xml version="1.0"?>\n<svg><path d="M0 0"/></svg>', 'a "finding" <b>')
    assert '<svg><path d="M0 0"/></svg>' in figure
    assert "<?xml" not in figure
    assert "<b>" not in figure


def test_the_empty_page_asks_for_nothing():
    page = rendering.render("base.html")
    assert not re.findall(r"(?:src|href)\s*=\s*[\"'](?!#)", page)
    assert "url(" not in page
    assert "default-src 'none'" in page
