"""The site of the documentation: it is built strictly, nothing in it leads nowhere, and it needs no connection."""

import importlib.util
import json
import re
import subprocess
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOADED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"), ("link", "href")}
"""What a browser asks for by itself when it opens a page."""


def builder() -> ModuleType:
    specification = importlib.util.spec_from_file_location("build_site", ROOT / "docs" / "site" / "build.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@dataclass
class Page(HTMLParser):
    """What one page asks for, links to, and can be linked at; and the text of its paragraphs."""

    asked: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    unnamed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attributes}
        for name, value in of.items():
            if (tag, name) in LOADED and of.get("rel") not in ("canonical", "prev", "next"):
                self.asked.append(value)
        if tag == "a" and "href" in of:
            self.linked.append(of["href"])
        if tag == "img" and not of.get("alt"):
            self.unnamed.append(of.get("src", ""))
        self.anchors |= {of[name] for name in ("id", "name") if of.get(name)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("zensical")
    module, folder = builder(), tmp_path_factory.mktemp("site")
    module.BUILD = folder
    module.build(folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    found = {}
    for path in sorted(site.rglob("*.html")):
        found[path] = Page()
        found[path].feed(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.slow
def test_every_page_of_the_documentation_is_a_page_of_the_site(site: Path) -> None:
    of_docs = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    expected = {path.with_name("index.html") if path.stem == "README" else path for path in of_docs}
    assert {path for path in expected if not (site / path).is_file()} == set()


@pytest.mark.slow
def test_every_link_and_anchor_of_the_site_leads_somewhere(pages: dict[Path, Page]) -> None:
    nowhere = []
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        for link in page.linked:
            if re.match(r"(https?|mailto):", link):
                continue
            name, _, mark = unquote(link).partition("#")
            target = (path.parent / name).resolve() if name else path
            if not target.is_file() or (mark and target.suffix == ".html" and mark not in pages[target].anchors):
                nowhere.append(f"{path.name}: {link}")
    assert nowhere == []
    assert sum(len(page.linked) for page in pages.values()) > 1_000


@pytest.mark.slow
def test_nothing_in_the_site_is_asked_of_the_web(site: Path, pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        assert [asked for asked in page.asked if re.match(r"(https?:)?//", asked)] == [], path
        of_files = [asked for asked in page.asked if not asked.startswith("data:") and path.name != "404.html"]
        assert [asked for asked in of_files if not (path.parent / asked.partition("?")[0]).is_file()] == [], path
    for style in site.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import )[\"']?(?:https?:)?//", style.read_text(encoding="utf-8")) == [], style


@pytest.mark.slow
def test_the_site_is_searched_without_a_connection(site: Path) -> None:
    as_script = (site / "search.js").read_text(encoding="utf-8")
    index = json.loads((site / "search.json").read_text(encoding="utf-8"))
    assert as_script.startswith("var __index = ")
    found = {item["location"].partition("#")[0] for item in index["items"] if "hold harmless" in item["text"]}
    assert "explanation/model.html" in found
    assert not [item for item in index["items"] if item["location"].startswith("project/sim/")]


@pytest.mark.slow
def test_programs_that_read_find_every_page_of_the_documentation_in_one_list(site: Path) -> None:
    text = (site / "llms.txt").read_text(encoding="utf-8")
    assert text.startswith("# CTE funding simulation\n\n> ")
    listed = set(re.findall(r"\]\(([^)]+)\)", text))
    assert {name for name in listed if not (site / name).is_file()} == set()
    of_docs = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    assert {path.as_posix() for path in of_docs if path.stem != "README"} <= listed


@pytest.mark.slow
def test_every_figure_of_the_site_has_a_text_beside_it(pages: dict[Path, Page]) -> None:
    assert [name for page in pages.values() for name in page.unnamed] == []


@pytest.mark.slow
def test_no_list_and_no_table_is_left_as_text(pages: dict[Path, Page]) -> None:
    for path in pages:
        text = path.read_text(encoding="utf-8")
        left = [part for part in re.findall(r"<p>(.*?)</p>", text, re.DOTALL) if re.search(r"\n(?:[-*] |\|)", part)]
        assert left == [], path.name


@pytest.mark.slow
def test_an_anchor_that_is_not_there_stops_the_build(tmp_path: Path) -> None:
    pytest.importorskip("zensical")
    module = builder()
    module.BUILD = tmp_path
    module.DOCS, module.ROOT, module.PROJECT = tmp_path / "docs", tmp_path, ("docs/README.md",)
    module.DOCS.mkdir()
    (module.DOCS / "README.md").write_text("# Start\n\n[here](#start)\n", encoding="utf-8")
    module.build(tmp_path / "site")
    (module.DOCS / "README.md").write_text("# Start\n\n[here](#nowhere)\n", encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError):
        module.build(tmp_path / "site")


def test_a_file_that_is_not_there_stops_the_build(tmp_path: Path) -> None:
    module = builder()
    module.DOCS, module.ROOT = tmp_path / "docs", tmp_path
    module.DOCS.mkdir()
    page = module.DOCS / "page.md"
    page.write_text("# Page\n\n[there](gone.md)\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"docs/page\.md: links to gone\.md, which is not there"):
        module.for_the_site(page, set())


def test_a_link_out_of_the_documentation_leads_to_a_page_that_shows_the_file(tmp_path: Path) -> None:
    module = builder()
    module.DOCS, module.ROOT = tmp_path / "docs", tmp_path
    (module.DOCS / "how_to").mkdir(parents=True)
    (tmp_path / "rule.py").write_text("pays = 1\n", encoding="utf-8")
    page = module.DOCS / "how_to" / "page.md"
    page.write_text("# Page\n\n[the rule](../../rule.py)\n```text\n[code](x)\n```\n", encoding="utf-8")
    found: set[Path] = set()
    assert module.for_the_site(page, found).endswith("[the rule](../project/rule.py.md)\n```text\n[code](x)\n```\n")
    assert found == {tmp_path / "rule.py"}
    assert "```python\npays = 1\n```" in module.shown_source(tmp_path / "rule.py")


def test_lists_are_read_as_a_repository_shows_them() -> None:
    module = builder()
    assert module.lists_apart("Two:\n- one\n  - within\n- two") == "Two:\n\n- one\n    - within\n- two"
    assert module.lists_apart("- one\n  goes on\n- two") == "- one\n  goes on\n- two"
