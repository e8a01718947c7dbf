"""Builds the site of the documentation, strictly: a link or an anchor that leads nowhere is a failure.

``python docs/site/build.py [FOLDER]`` brings all pages together in ``build/pages`` and writes the site to
``build/site`` or FOLDER. Pages stay as a repository shows them; here each link to a file outside ``docs/`` becomes one
to a page that shows that file, so that a reader without the repository finds it too. Folders tell the navigation, and
a page's first heading its name there: a new page needs no entry anywhere.
"""

import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from sim.report.generated_docs.folder_pages import title_and_sentence

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DOCS = ROOT / "docs"
BUILD = ROOT / "build"
SECTIONS: dict[str, str] = {
    "tutorial": "Tutorial",
    "how_to": "How to",
    "reference": "Reference",
    "explanation": "Explanation",
}
"""Folders of docs/ in the order of the navigation, and how they are called there."""
PROJECT: tuple[str, ...] = (
    "README.md", "CHANGELOG.md", "experiments/README.md", "notebooks/README.md", "outputs/README.md",
    "benchmarks/README.md",
)  # fmt: skip
"""Pages outside docs/ that the navigation names, the last section."""
OUTSIDE = "project"
"""Where the site keeps what stands outside docs/."""
LANGUAGES: dict[str, str] = {".py": "python", ".yaml": "yaml", ".toml": "toml", ".json": "json"}
LINK = re.compile(r"(!?)\[((?:[^]\[]|\[[^]]*\])*)\]\(([^)\s]+)\)")
OWN = ("style.css", "landmarks.js")
SHIM = "search_from_files.js"
SHIM_OF_THE_WEB = "https://unpkg.com/iframe-worker/shim"
CODE = re.compile(r"^(```.*?^```$)", re.MULTILINE | re.DOTALL)
ITEM = re.compile(r"( *)([-*]|\d+\.) ")


def site_path(file: Path) -> str:
    """Where the site has a file: its path in docs/, or below ``project/`` as a page."""
    inside = DOCS in file.parents
    path = re.sub(r"(^|/)README\.md$", r"\1index.md", file.relative_to(DOCS if inside else ROOT).as_posix())
    if inside:
        return path
    return f"{OUTSIDE}/{path}" if path.endswith((".md", ".png")) else f"{OUTSIDE}/{path}.md"


def linked_file(page: Path, link: str) -> Path | None:
    """The file that a link of a page names, of a folder its README; None if that is a folder without one.

    Raises ValueError if there is no such file in the project."""
    file = Path(os.path.normpath(page.parent / link.partition("#")[0]))
    if ROOT not in file.parents or not file.exists():
        raise ValueError(f"{page.relative_to(ROOT)}: links to {link}, which is not there")
    if file.is_dir():
        file = file / "README.md"
    return file if file.is_file() else None


def for_the_site(page: Path, found: set[Path]) -> str:
    """A page with its links as the site needs them; every file that it links to is added to ``found``."""
    here = posixpath.dirname(site_path(page)) or "."

    def led(match: re.Match[str]) -> str:
        image, label, link = match.groups()
        if re.match(r"[a-z]+:|#", link):
            return match[0]
        file = linked_file(page, link)
        if file is None:
            return str(label)
        found.add(file)
        if file.suffix == ".md" and re.fullmatch(r"`?[\w/.]+\.md`?", label):
            label = title(file)
        return f"{image}[{label}]({posixpath.relpath(site_path(file), here)}{''.join(link.partition('#')[1:])})"

    text = re.sub(r"<!-- (generated: .*?|end) -->", "", page.read_text(encoding="utf-8"))
    parts = CODE.split(text)
    return "".join(part if part.startswith("```") else lists_apart(LINK.sub(led, part)) for part in parts)


def lists_apart(prose: str) -> str:
    """Lists as Python's Markdown reads them: an empty line before each, and what is nested in by four blanks."""
    out: list[str] = []
    for line in prose.split("\n"):
        item = ITEM.match(line)
        before = out[-1] if out else ""
        if item and not item[1] and before.strip() and not ITEM.match(before) and not before.startswith("  "):
            out.append("")
        out.append(f"    {line.lstrip()}" if item and 0 < len(item[1]) < 4 else line)
    return "\n".join(out)


def shown_source(file: Path) -> str:
    """A file that is no page as one: a notebook by its cells, anything else as it is written. Not searched."""
    name = file.relative_to(ROOT).as_posix()
    head = f"---\nsearch:\n  exclude: true\n---\n\n# {file.name}\n\n`{name}` of the repository.\n\n"
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".ipynb":
        return f"{head}````{LANGUAGES.get(file.suffix, 'text')}\n{text.rstrip()}\n````\n"
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(text)["cells"]]
    shown = [f"```python\n{source}\n```" if kind == "code" else re.sub(r"^#", "##", source) for kind, source in cells]
    return head + re.sub(r"\[([^]]*)\]\((?!http)[^)]*\)", r"\1", "\n\n".join(shown)) + "\n"


def gather(pages: Path) -> None:
    """Bring all pages of the site together in a folder: those of docs/, and all files that pages link to."""
    shutil.rmtree(pages, ignore_errors=True)
    waiting = {*DOCS.rglob("*.md"), *(ROOT / name for name in PROJECT)}
    done: set[Path] = set()
    while waiting - done:
        file = min(waiting - done)
        target = pages / site_path(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".md":
            target.write_text(for_the_site(file, waiting), encoding="utf-8")
        elif DOCS in file.parents or file.suffix == ".png":
            shutil.copyfile(file, target)
        else:
            target.write_text(shown_source(file), encoding="utf-8")
        done.add(file)


def title(page: Path) -> str:
    """The first heading of a page. Raises ValueError if it has none."""
    heading = re.search(r"^# (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    if heading is None:
        raise ValueError(f"{page}: has no heading")
    return heading[1].replace("`", "")


def navigation(pages: Path) -> list[dict[str, object]]:
    """The navigation: by folder in the order of ``SECTIONS``, within it an index page first, then by title."""

    def entries(folder: Path) -> list[dict[str, object]]:
        files = sorted(folder.glob("*.md"), key=lambda page: (page.name != "index.md", title(page)))
        own: list[dict[str, object]] = [{title(page): page.relative_to(pages).as_posix()} for page in files]
        return own + [
            {within.name.capitalize(): entries(within)} for within in sorted(folder.iterdir()) if within.is_dir()
        ]

    sections = [{name: entries(pages / folder)} for folder, name in SECTIONS.items() if (pages / folder).is_dir()]
    project = [pages / site_path(ROOT / name) for name in PROJECT]
    named = [{title(page): page.relative_to(pages).as_posix()} for page in project]
    return [{title(pages / "index.md"): "index.md"}, *sections, {"Project": named}]


def toml_of(value: object) -> str:
    """Strings, lists and tables as TOML on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml_of(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml_of(item) for item in value) + "]"
    return json.dumps(value)


def searchable_from_files(site: Path) -> None:
    """Let pages take what makes the search work from a file address out of the site: the generator names the web.

    Raises ValueError if a page no longer names it."""
    shutil.copyfile(HERE / SHIM, site / SHIM)
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        if SHIM_OF_THE_WEB not in text:
            raise ValueError(f"{page}: does not name {SHIM_OF_THE_WEB}; look how the generator now searches from files")
        path = posixpath.relpath(SHIM, page.parent.relative_to(site).as_posix())
        page.write_text(text.replace(SHIM_OF_THE_WEB, path), encoding="utf-8")


def list_for_programs(pages: Path, site: Path) -> None:
    """Write llms.txt at the root of the site: what it is, and each page of the navigation with its first sentence."""
    told = re.split(r"\n\s*\n", (pages / "index.md").read_text(encoding="utf-8"))
    lines = [told[0], "", "> " + " ".join(told[1].split())]
    for section in navigation(pages)[1:]:
        for heading, within in section.items():
            lines += ["", f"## {heading}", "", *_listed(within, pages)]
    (site / "llms.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _listed(within: object, pages: Path) -> Iterator[str]:
    for entry in within if isinstance(within, list) else ():
        for name, path in entry.items():
            if isinstance(path, str):
                said = title_and_sentence((pages / path).read_text(encoding="utf-8"))[1]
                yield f"- [{name}]({path.removesuffix('.md')}.html): {said}"
            else:
                yield from _listed(path, pages)


def build(site: Path) -> None:
    """Build the site into a folder. Raises CalledProcessError if a link leads nowhere."""
    pages = BUILD / "pages"
    gather(pages)
    for name in OWN:
        shutil.copyfile(HERE / name, pages / name)
    text = (HERE / "zensical.toml").read_text(encoding="utf-8")
    text = text.replace("nav = []", f"nav = {toml_of(navigation(pages))}")
    (BUILD / "zensical.toml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "--config-file", "zensical.toml"]
    subprocess.run(command, cwd=BUILD, check=True)
    searchable_from_files(BUILD / "site")
    list_for_programs(pages, BUILD / "site")
    if site != BUILD / "site":
        shutil.copytree(BUILD / "site", site, dirs_exist_ok=True)


if __name__ == "__main__":
    build(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else BUILD / "site")
