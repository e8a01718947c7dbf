"""The documentation against the code: generated pages are new, commands and links work, examples run."""

import importlib
import re
import shlex
import shutil
from pathlib import Path
from types import ModuleType

import pytest
from commanded import called
from simulated import new_mexico
from test_study import run

import sim.results
from sim.arguments import read_arguments
from sim.composition import compose
from sim.config_folder import config_folder
from sim.inputs import read_yaml
from sim.parameters.catalogue import load_catalogue
from sim.report.generated_docs.model import SHOWN, changes_after_a_cut
from sim.report.generated_docs.odd import anchor
from sim.results.schema import TABLES
from sim.states.folder import STATES, shipped_states
from sim.study.designs.sweep import read_sweep
from sim.study.hindcast.case import read_cases
from sim.study.setup.detail import DETAIL_STEPS
from sim.study.setup.inputs import find_formula, read_inputs
from sim.study.setup.reads import settings_for
from sim.verbs.words import refuse_further, understood

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
FOLDERS = ("docs", "experiments", "notebooks", "benchmarks")
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "outputs" / "README.md",
        *(page for name in FOLDERS for page in (ROOT / name).rglob("*.md")),
    ]
)
CASES = sorted(path for kind in ("hindcast", "probe", "scenario") for path in (ROOT / "conf" / kind).rglob("*.yaml"))
FILE_ENDINGS = {"parquet", "csv", "yaml", "py", "md"}
COMMAND = re.compile(r"^ *(?:uv run )?cte-sim( .*?)?(?:  +#.*)?$", re.MULTILINE)
LINK = re.compile(r"!?\[[^]]*\]\(([^)\s]+)\)")
MACHINE_PATH = re.compile(r"(?<![\w.~-])(/(work|tmp|home|root|Users|opt|mnt)/\w|[A-Z]:\\\\)")


def page_id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def loaded(path: Path) -> ModuleType:
    """A script of the documentation as a module."""
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def commands() -> list[tuple[str, str]]:
    found = [(page_id(page), (match[1] or "").strip()) for page in PAGES for match in COMMAND.finditer(read(page))]
    return found


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_generated_pages_say_what_the_code_says() -> None:
    old = [
        page_id(path)
        for path, text in loaded(ROOT / "docs" / "refresh.py").pages_from_code().items()
        if read(path) != text
    ]
    assert old == [], "write them again: python docs/refresh.py"


def test_the_page_of_results_names_every_column_once_in_its_table() -> None:
    parts = read(ROOT / "docs" / "reference" / "results.md").split("\n### ")[1:]
    named = {part.split("\n", 1)[0]: re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE) for part in parts}
    assert named == {table: [column.name for column in columns] for table, columns in TABLES.items()}


def test_the_page_of_results_says_which_years_of_districts_are_kept() -> None:
    text = " ".join(read(ROOT / "docs" / "reference" / "results.md").split())
    later = [str(step) for step in DETAIL_STEPS if step]
    assert f"for the base year and years {', '.join(later[:-1])} and {later[-1]} after it" in text


def test_a_part_to_be_generated_that_is_not_there_is_an_error() -> None:
    refresh = loaded(ROOT / "docs" / "refresh.py")
    text = "a\n<!-- generated: table -->\nold\n<!-- end -->\nb\n"
    assert refresh.with_block(text, "table", "new\n") == "a\n<!-- generated: table -->\nnew\n<!-- end -->\nb\n"
    with pytest.raises(ValueError, match="generated: figure"):
        refresh.with_block(text, "figure", "new")


def test_a_posterior_is_not_stored_without_its_waves(tmp_path: Path) -> None:
    refresh = loaded(ROOT / "docs" / "refresh.py")
    assert not refresh.calibrated(tmp_path)
    (tmp_path / "posterior.csv").write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="without its waves"):
        refresh.calibrated(tmp_path)


def test_the_readme_shows_a_run_of_every_formula_that_is_compared() -> None:
    shown = re.search(r"<!-- generated: table -->\n(.*?)<!-- end -->", read(ROOT / "README.md"), re.DOTALL)
    assert shown is not None
    rows = shown[1].split("-----\n")[1].splitlines()
    first = min(row.index(find.group()) for row in rows if (find := re.search(r"(?<=  )[\d.]+(?=  )", row)))
    named = " ".join(" ".join(row[:first].split()) for row in rows)
    for name in read_yaml(config_folder() / "study" / "compare.yaml")["formulas"]:
        of = read_yaml(config_folder() / "formula" / f"{name}.yaml")
        assert str(of.get("short") or of["title"]) in named, name


def test_the_page_of_validation_shows_a_verdict_for_every_case() -> None:
    text = read(ROOT / "docs" / "explanation" / "validation.md")
    block = re.search(r"<!-- generated: hindcast -->\n(.*?)<!-- end -->", text, re.DOTALL)
    assert block is not None
    named = {row.split("|")[1].strip() for row in block[1].splitlines()[2:] if row.startswith("|")} - {""}
    assert named == {case.title for case in read_cases()}
    assert "<!-- generated: verify_brief -->\n<!-- end -->" not in text


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [link for link in LINK.findall(read(page)) if not link.startswith(("http", "#"))]
    assert [link for link in targets if not (page.parent / link.split("#")[0]).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links_to_a_heading_find_it(page: Path) -> None:
    for link in (link for link in LINK.findall(read(page)) if "#" in link and not link.startswith("http")):
        path, _, wanted = link.partition("#")
        headings = re.findall(r"^#+ (.*)$", read(page.parent / path if path else page), re.MULTILINE)
        assert wanted in {anchor(heading) for heading in headings}, link


def test_the_index_names_every_page() -> None:
    indexes = [ROOT / "docs" / "README.md"]
    listed: set[Path] = set()
    for index in indexes:
        found = {
            (index.parent / link.split("#")[0]).resolve() for link in LINK.findall(read(index)) if "://" not in link
        }
        indexes += [page for page in found if page.name == "README.md" and page not in indexes and DOCS in page.parents]
        listed |= found
    assert {page for page in PAGES if DOCS in page.parents} <= {*listed, *indexes}


@pytest.mark.parametrize(("page", "arguments"), commands())
def test_commands_name_what_there_is(
    page: str, arguments: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in re.findall(r"[\w/.]+\.yaml", arguments):
        (tmp_path / "here" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "docs" / "examples" / "my_bill.yaml", tmp_path / "here" / name)
    for name in re.findall(r"world=([\w/]+)", arguments):
        if name not in shipped_states():
            shutil.copytree(STATES / "example_state", tmp_path / "here" / name)
    (tmp_path / "here").mkdir(exist_ok=True)
    monkeypatch.chdir(tmp_path / "here")
    read = read_arguments([word for word in shlex.split(arguments) if not word.startswith("--config-dir")])
    command = understood(read.words)
    if read.does == "help" or (command.verb is not None and command.verb.study is None):
        refuse_further(command)
        return
    words = [_first_of_sweep(word) for word in command.settings if not word.startswith("hydra.sweep.subdir")]
    if command.several or read.does == "multirun":
        words = [re.sub(r"^(seed|formula_file)=([^,]*),.*", r"\1=\2", word) for word in words]
    composed = compose(words)
    settings = settings_for(composed.plain, composed.choices)
    clusters = new_mexico().clusters.identifier
    for name in settings.study.formulas:
        find_formula(name, config_folder(), clusters)
    if settings.study.name == "sweep" and settings.design is not None and settings.design.file is None:
        assert len(read_sweep(settings, read_inputs(settings)).points) > 1


def _first_of_sweep(word: str) -> str:
    """An override of a multirun as that of its first job."""
    return re.sub(r"^(shard)=(?:range\()?(\d+),.*", r"\1=\2", word)


@pytest.mark.parametrize("library", ["pandas", "polars", "duckdb"])
def test_the_examples_of_reading_results_run(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip(library)
    folder = tmp_path / "outputs" / "my_run"
    run(folder, draws=2, horizon=2, chunk=1)
    examples = re.findall(r"```python\n(.*?)```", read(ROOT / "docs" / "reference" / "results.md"), re.DOTALL)
    mine = [text for text in examples if f"import {library}" in text or (library == "pandas" and "sim.results" in text)]
    assert mine
    monkeypatch.chdir(tmp_path if library == "pandas" else folder)
    for text in mine:
        exec(compile(text, "docs/reference/results.md", "exec"), {})
    assert "aligned" in capsys.readouterr().out or library == "pandas"


def test_make_knows_the_targets_that_the_readme_names() -> None:
    named = set(re.findall(r"^ +make (\w+)", read(ROOT / "README.md"), re.MULTILINE))
    assert named == {"run", "test"}
    assert named <= set(re.findall(r"^(\w+):", read(ROOT / "Makefile"), re.MULTILINE))


def test_no_file_names_a_path_of_a_machine() -> None:
    kinds = {".md", ".py", ".yaml", ".yml", ".toml", ".ipynb", ".csv", ".cff", ".lock"}
    inside = [path for name in (*FOLDERS, "sim", "conf") for path in (ROOT / name).rglob("*") if path.suffix in kinds]
    files = [*inside, *(path for path in ROOT.iterdir() if path.suffix in kinds or path.name == "Makefile")]
    assert [page_id(path) for path in files if MACHINE_PATH.search(read(path))] == []
    assert MACHINE_PATH.search("see /home/someone/file")


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_modules_and_functions_that_a_page_names_exist(page: Path) -> None:
    for name in set(re.findall(r"`(sim(?:\.\w+)+)`", read(page))):
        assert exists(name), name


def exists(name: str) -> bool:
    """Whether ``sim.module`` or ``sim.module.something`` is there."""
    module, _, inside = name.rpartition(".")
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        return hasattr(importlib.import_module(module), inside)
    return True


def test_the_protocol_names_every_module_of_rules() -> None:
    named = set(re.findall(r"`(sim\.(?:behavior|students)\.\w+)", read(ROOT / "docs" / "explanation" / "odd.md")))
    modules = {
        f"sim.{package}.{path.stem}"
        for package in ("behavior", "students")
        for path in (ROOT / "sim" / package).glob("*.py")
        if path.stem != "__init__"
    }
    assert modules - named == set()


def test_districts_cut_in_the_order_that_the_page_of_the_model_tells() -> None:
    changes = changes_after_a_cut()
    first_year, second_year, *_, last_year = zip(*(changes[name] for name in SHOWN), strict=True)
    by_year = [dict(zip(SHOWN, year, strict=True)) for year in (first_year, second_year, last_year)]
    for year in by_year:
        assert year["second_sections"] < year["first_sections"] < -0.02
        assert year["class_size"] > 0.02
        assert year["concentrators_taught"] < year["participants"] < 0.0
    soon, next_year, late = by_year
    for year in (soon, next_year):
        assert year["non_salary_spending_share"] < year["second_sections"], "supplies and upkeep go first"
    assert soon["first_sections"] < soon["sites"] <= 0.0, "sections go before sites"
    assert late["sites"] < late["districts_offering"] <= 0.0, "programs end last"
    assert late["sites"] < soon["sites"] - 0.03


@pytest.mark.parametrize("page", [*PAGES, *CASES], ids=page_id)
def test_parameters_that_a_page_or_a_case_names_exist(page: Path) -> None:
    catalogue = load_catalogue().entries
    groups = "|".join(catalogue)
    written = re.sub(r"<!-- generated: .*?<!-- end -->", "", read(page), flags=re.DOTALL)
    for group, name in re.findall(rf"(?<![\w./])({groups})\.([a-z][a-z0-9_]+)\b(?!\()", written):
        assert name in catalogue[group] or name in FILE_ENDINGS, f"{group}.{name}"


def test_more_than_half_of_the_parameters_are_judgement_as_the_page_of_limitations_says() -> None:
    entries = [entry for group in load_catalogue().entries.values() for entry in group.values()]
    text = " ".join(read(ROOT / "docs" / "explanation" / "limitations.md").split())
    assert "More than half of the parameters have no source but judgement" in text
    assert sum(entry.confidence == "judgement" for entry in entries) > len(entries) / 2


@pytest.mark.parametrize("page", ["README.md", "docs/reference/formulas.md"])
def test_the_bill_in_ten_lines_is_the_example_file(page: str) -> None:
    bill = read(ROOT / "docs" / "examples" / "my_bill.yaml")
    assert len(bill.splitlines()) <= 10
    assert f"```yaml\n{bill}```" in read(ROOT / page)


def test_the_bill_in_ten_lines_runs_as_the_readme_says_and_does_what_it_pays_for(tmp_path: Path) -> None:
    done = called(
        ROOT / "docs" / "examples", "study=project", "study.formulas=[my_bill.yaml,pilot_sunset]", "draws=3",
        "horizon=5", "workers=1", "report=false", f"hydra.run.dir={tmp_path}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    results = sim.results.open(tmp_path)
    runs = results.with_design(results.state, ["formula"])
    means = runs.groupby(["formula", "fiscal_year"], observed=True).mean(numeric_only=True)
    bill, nothing = means.loc["my_bill"], means.loc["pilot_sunset"]
    first = bill.loc[2027]
    full = 50_000 * 200 + 900 * first["concentrators"]
    assert first["recurring_cost"] == first["state_cost"] > 0
    assert 0.75 * full < first["state_cost"] < 1.5 * full, "half of the way from what grants paid to what is owed"
    assert (bill["state_cost_constant"] <= 40_000_000 * 1.000001).loc[2027:].all()
    assert bill.loc[2031, "concentrators"] > nothing.loc[2031, "concentrators"]
