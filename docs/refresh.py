"""Writes the generated parts of the documentation anew.

``python docs/refresh.py`` writes what comes from the code: parameters, result columns, what each submodel reads and the
order in which districts cut. With folders of finished studies, ``python docs/refresh.py outputs/my_run ...``, first
what pages show of them: of a comparison the README's table and figure; of ``study=hindcast`` the verdicts and the track
record, and of ``study=verify_brief`` the verdicts, on the page of validation; of ``study=probes`` those on the page of
probes; of ``study=sensitivity`` what was found; of ``study=calibrate`` the page of calibration and the stored
posterior, which is the default uncertainty of all studies; of ``study=assess`` the page of its assessment, of
``study=alternatives`` its part on other structures, of ``study=explore`` the error of its emulator on the page of the
explorer; of ``experiments/06_pay_for_credentials.py`` its figure, on the page of results.
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.api.documentation import surface_page
from sim.config_folder import config_folder
from sim.parameters.posterior import STORED
from sim.report.answer.files import ANSWER_TEXT
from sim.report.explore.words import LABELS, origin
from sim.report.generated_docs.back_test import back_test_markdown
from sim.report.generated_docs.bill_keys import keys_page
from sim.report.generated_docs.bill_schema import bill_schema
from sim.report.generated_docs.blocks import with_block
from sim.report.generated_docs.data_sources import sources_page
from sim.report.generated_docs.folder_pages import folder_page
from sim.report.generated_docs.glossary import glossary_page
from sim.report.generated_docs.hindcast_cases import keys_markdown
from sim.report.generated_docs.library import cases_of, library_markdown
from sim.report.generated_docs.model import carrying_table, cuts_table
from sim.report.generated_docs.odd import SUBMODELS, purposes_table, submodel_block
from sim.report.generated_docs.parameters import parameter_confidence, parameter_page
from sim.report.generated_docs.result_columns import column_tables
from sim.report.generated_docs.results_moved import moved_page
from sim.report.generated_docs.scenarios import cluster_shock_table, kinds_table, scenario_table, shock_table
from sim.report.generated_docs.settings import settings_table
from sim.report.generated_docs.stress import lever_table, reserve_table
from sim.report.probes.page import probes_markdown
from sim.report.track_record.files import CARRIED_FILE
from sim.study.calibration.stored import WAVE
from sim.study.probes.reading import read_probes
from sim.verbs.documentation import commands_page
from sim.world.loading import load_world

if TYPE_CHECKING:
    from sim.results import Results

ROOT = Path(__file__).resolve().parent.parent
HOW_TO, REFERENCE, EXPLANATION = (ROOT / "docs" / name for name in ("how_to", "reference", "explanation"))
IMAGES = ROOT / "docs" / "images"
FIGURE = "concentrators_per_100.png"
PATH_FIGURE = "credentials_path.png"
"""What ``experiments/06_pay_for_credentials.py`` draws."""
COLORS = 64
"""Colors kept in the README's figure, which makes it a third of its size."""

EXPLAINED: tuple[str, ...] = (
    "study=explain", "formula=aligned", "district=farmington", "cluster=manufacturing", "draws=20",
)  # fmt: skip
"""What the example of docs/how_to/explain.md asks for, besides a draw in which the first formula alone launches."""
EXPLAINED_STEPS = (
    "What the district expects", "What may be promised", "The price of a dollar", "Sections of second",
    "What one more", "The plan", "Posts", "Concentrators", "Paid together", "The books", "Own money",
)  # fmt: skip
"""Which steps of it are shown."""
WEIGHED_FIGURES: tuple[str, ...] = ("order_cost_per_added_concentrator.png", "shares_aligned.png")
"""Figures of a sensitivity study that its page shows."""
VALIDATIONS: tuple[str, ...] = ("hindcast", "new_mexico", "track_record", "verify_brief")
"""Parts of the page of validation, as the folders of their studies name them."""
ASSESSMENTS: tuple[str, ...] = ("assessment", "alternatives")
"""Parts of the page of the assessment, likewise."""

PARTS_FIGURE = "brief_parts.png"
"""What ``study=verify_brief`` draws of what the brief's difference is made of."""


def protocol_page(text: str) -> str:
    """The ODD protocol with what each submodel reads, and the purposes of randomness."""
    for name in SUBMODELS:
        text = with_block(text, name, submodel_block(name))
    return with_block(text, "purposes", purposes_table())


def model_page(text: str) -> str:
    """The page of the model with the numbers that carry it, and the order in which districts cut."""
    return with_block(with_block(text, "carrying", carrying_table()), "cuts", cuts_table())


def explained_example() -> str:
    """Parts of what cte-sim prints when it explains one decision of one district, under the command that asks for it.

    Raises ValueError if there is no draw in which the first formula alone launches.
    """
    from hydra import compose, initialize_config_dir
    from omegaconf import OmegaConf

    from sim.report.explain.text import explanation_body
    from sim.study.explain.story import Explanation, explain
    from sim.study.setup.inputs import read_inputs
    from sim.study.setup.settings import read_settings

    def explained(words: tuple[str, ...]) -> Explanation:
        with initialize_config_dir(str(config_folder()), version_base="1.3"):
            config = OmegaConf.to_container(compose("config", overrides=list(words)), resolve=True)
        named = {str(key): value or {} if key == "formula" else value for key, value in config.items()}
        settings = read_settings(named)
        return explain(settings, read_inputs(settings, None, "aligned"), "aligned")

    alone = explained(EXPLAINED).years[0].only_here[0]
    if not alone:
        raise ValueError("the example of explain.md launches no longer under aligned alone; choose another place")
    words = (*EXPLAINED, f"replicate={alone[0]}")
    parts = explanation_body(explained(words)).split("\n\n")
    shown = [part for number, part in enumerate(parts) if number < 5 or part.strip().startswith(EXPLAINED_STEPS)]
    page = "\n\n".join(part.strip("\n") for part in shown)
    formula, district = (word.partition("=")[2] for word in words[1:3])
    return f"```text\ncte-sim {' '.join(['explain', district, formula, *words[3:]])}\n\n{page}\n```"


def district_example() -> str:
    """The beginning of what cte-sim prints of a district, under the command that asks for it."""
    import sim

    found = sim.district("aligned", district="gallup", draws=32, report=False, quiet=True)
    beginning = "\n\n".join(found.text.split("\n\n")[:4])
    return f"```text\ncte-sim study=district formula=aligned district=gallup draws=32\n\n{beginning}\n```"


def asked_by_probes() -> str:
    """What every probe asks, from its file, in Markdown."""
    return probes_markdown(read_probes((), load_world()))


def whole_pages() -> dict[Path, str]:
    """Every page of which the code writes all, but for the parameters."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return {
        REFERENCE / "bill_keys.md": keys_page(),
        REFERENCE / "bill.schema.json": json.dumps(bill_schema(), indent=2, ensure_ascii=False) + "\n",
        REFERENCE / "commands.md": commands_page(),
        REFERENCE / "data_sources.md": sources_page(),
        REFERENCE / "glossary.md": glossary_page(),
        REFERENCE / "python_surface.md": surface_page(),
        EXPLANATION / "results_moved.md": moved_page(changelog),
    }


def folder_pages() -> dict[Path, str]:
    """The index page of every folder, of pages that are written already."""
    folders = (ROOT / "docs" / "tutorial", HOW_TO, REFERENCE, EXPLANATION, EXPLANATION / "decisions")
    return {folder / "README.md": folder_page(folder) for folder in folders if folder.is_dir()}


def library_page(text: str) -> str:
    """The page of the shipped laws."""
    conf, cases = config_folder(), cases_of(ROOT / "tests" / "cases" / "states.yaml")
    return with_block(text, "library", library_markdown(conf / "formula", conf / "line", cases))


def pages_from_code() -> dict[Path, str]:
    """Every page that has generated parts that come from the code, as it should read."""
    library = REFERENCE / "library.md"
    results, readme, shocks = REFERENCE / "results.md", ROOT / "README.md", REFERENCE / "scenarios.md"
    protocol, model, probes = EXPLANATION / "odd.md", EXPLANATION / "model.md", EXPLANATION / "probes.md"
    district, explanation, cases = HOW_TO / "district.md", HOW_TO / "explain.md", HOW_TO / "hindcast_cases.md"
    settings, stress = REFERENCE / "settings.md", HOW_TO / "stress.md"
    with_shocks = shocks.read_text(encoding="utf-8")
    for name, text in {
        "shocks": shock_table(), "cluster_shocks": cluster_shock_table(), "kinds": kinds_table(),
        "back_test": back_test_markdown(),
    }.items():  # fmt: skip
        with_shocks = with_block(with_shocks, name, text)
    return {
        **whole_pages(),
        **folder_pages(),
        REFERENCE / "parameters.md": parameter_page(),
        protocol: protocol_page(protocol.read_text(encoding="utf-8")),
        model: model_page(model.read_text(encoding="utf-8")),
        results: with_block(results.read_text(encoding="utf-8"), "columns", column_tables()),
        library: library_page(library.read_text(encoding="utf-8")),
        settings: with_block(settings.read_text(encoding="utf-8"), "settings", settings_table()),
        cases: with_block(cases.read_text(encoding="utf-8"), "keys", keys_markdown()),
        probes: with_block(probes.read_text(encoding="utf-8"), "probes", asked_by_probes()),
        district: with_block(district.read_text(encoding="utf-8"), "example", district_example()),
        explanation: with_block(explanation.read_text(encoding="utf-8"), "example", explained_example()),
        shocks: with_block(with_shocks, "scenarios", scenario_table()),
        readme: with_block(readme.read_text(encoding="utf-8"), "confidence", parameter_confidence()),
        stress: with_block(
            with_block(stress.read_text(encoding="utf-8"), "levers", lever_table()), "reserves", reserve_table()
        ),
    }


def comparison_block(results: "Results") -> str:
    """The table of the first years as the screen shows it."""
    from sim.report.compare.headline_table import headline_table

    return f"```text\n{headline_table(results).strip()}\n```"


def prices_block(results: "Results") -> str:
    """The same years against current law with its dollars indexed, as comparison.txt shows them."""
    from sim.report.compare.comparison import indexed_lines
    from sim.report.shared.panel import Panel
    from sim.report.shared.spans import first_years

    panel = Panel(results)
    return "\n".join(["```text", *indexed_lines(results, panel, first_years(panel)), "```"])


def small_figure(source: Path, target: Path) -> None:
    """Copy a PNG with fewer colors."""
    from PIL import Image

    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(source) as image:
        image.convert("RGB").quantize(COLORS).save(target, optimize=True)


def validated(folder: Path) -> bool:
    """Take the verdicts and the track record of a hindcast, or the brief's verification, into their page; False if the
    folder has none."""
    page = EXPLANATION / "validation.md"
    found = [name for name in VALIDATIONS if (folder / f"{name}.md").is_file()]
    for name in found:
        content = (folder / f"{name}.md").read_text(encoding="utf-8").replace("](figures/", "](../images/")
        page.write_text(with_block(page.read_text(encoding="utf-8"), name, content), encoding="utf-8", newline="\n")
    if (folder / "figures" / PARTS_FIGURE).is_file():
        small_figure(folder / "figures" / PARTS_FIGURE, IMAGES / PARTS_FIGURE)
    if (folder / "trust.md").is_file() and (folder / CARRIED_FILE).is_file():
        content = (folder / "trust.md").read_text(encoding="utf-8")
        for trusting in (ROOT / "README.md", EXPLANATION / "limitations.md", EXPLANATION / "for_legislative_staff.md"):
            text = with_block(trusting.read_text(encoding="utf-8"), "trust", content)
            trusting.write_text(text, encoding="utf-8", newline="\n")
    if (folder / CARRIED_FILE).is_file():
        carry(json.loads((folder / CARRIED_FILE).read_text(encoding="utf-8")))
    for figure in sorted((folder / "figures").glob("track_record_*.png")):
        small_figure(figure, IMAGES / figure.name)
    return bool(found)


def probed(folder: Path) -> bool:
    """Take the verdicts of a battery of probes into its page; False if the folder holds none."""
    if not (folder / "probes.md").is_file():
        return False
    page = EXPLANATION / "probes.md"
    content = (folder / "probes.md").read_text(encoding="utf-8")
    text = with_block(page.read_text(encoding="utf-8"), "verdicts", content)
    page.write_text(text, encoding="utf-8", newline="\n")
    return True


def calibrated(folder: Path) -> bool:
    """Store a calibration's posterior and waves and show it on its page; False if the folder holds none."""
    if not (folder / "posterior.csv").is_file():
        return False
    if not (folder / "posterior.parquet").is_file():
        raise ValueError(f"{folder}: holds a posterior without its waves; the same command in this folder writes them")
    page = EXPLANATION / "calibration.md"
    content = (folder / "calibration.md").read_text(encoding="utf-8")
    text = with_block(page.read_text(encoding="utf-8"), "calibration", content)
    page.write_text(text, encoding="utf-8", newline="\n")
    STORED.parent.mkdir(exist_ok=True)
    for suffix in (".csv", ".json", ".parquet"):
        STORED.with_suffix(suffix).write_bytes((folder / "posterior").with_suffix(suffix).read_bytes())
    for figure in sorted((folder / "figures").glob("calibration_*.png")):
        small_figure(figure, IMAGES / figure.name)
    return True


def assessed(folder: Path) -> bool:
    """Show what the checks of a calibration found, or how other structures stand beside the model, on the page of the
    assessment; False if the folder holds neither."""
    page = EXPLANATION / "assessment.md"
    found = [name for name in ASSESSMENTS if (folder / f"{name}.md").is_file()]
    for name in found:
        content = (folder / f"{name}.md").read_text(encoding="utf-8").replace("](figures/", "](../images/")
        page.write_text(with_block(page.read_text(encoding="utf-8"), name, content), encoding="utf-8", newline="\n")
        for figure in sorted((folder / "figures").glob(f"{name}_*.png")):
            small_figure(figure, IMAGES / figure.name)
    return bool(found)


def carry(told: Mapping[str, Any]) -> None:
    """Store beside the posterior what intervals carry. Raises ValueError if it was told by other waves."""
    path = STORED.with_suffix(".json")
    provenance = json.loads(path.read_text(encoding="utf-8"))
    if told[WAVE] != provenance[WAVE]:
        raise ValueError(f"{CARRIED_FILE}: was told by other waves than the stored ones; run study=hindcast")
    content = {**provenance, "discrepancy": told["discrepancy"]}
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")


def weighed(folder: Path) -> bool:
    """Show a sensitivity study's order of formulas and its first outcome; False if the folder holds none."""
    if not (folder / "sensitivity.txt").is_file():
        return False
    text = (folder / "sensitivity.txt").read_text(encoding="utf-8")
    parts = re.split(r"\n\n(?=[A-Z]{5}[A-Z ]*[:(])", text)
    page = EXPLANATION / "sensitivity.md"
    first = next(number for number, part in enumerate(parts) if number and not part.startswith("ORDER"))
    shown = [*parts[:first], "\n\n".join(parts[first].split("\n\n")[:3])]
    content = "\n\n".join(["```text", *shown, "```"]).replace("```text\n\n", "```text\n").replace("\n\n```", "\n```")
    written = with_block(page.read_text(encoding="utf-8"), "sensitivity", content)
    page.write_text(written, encoding="utf-8", newline="\n")
    for figure in WEIGHED_FIGURES:
        small_figure(folder / "figures" / figure, IMAGES / f"sensitivity_{figure}")
    return True


def followed(folder: Path) -> bool:
    """Show the path of paid credentials of the experiment that follows it; False if the folder holds none."""
    path = folder / PATH_FIGURE
    if not path.is_file():
        return False
    small_figure(path, IMAGES / PATH_FIGURE)
    return True


def explored(folder: Path) -> bool:
    """The error of an emulator in ``docs/how_to/explorer.md``; False if the folder holds no explorer."""
    path = folder / "explorer.json"
    if not path.is_file():
        return False
    content = json.loads(path.read_text(encoding="utf-8"))
    lines = ["| mean of | over | median | 95% of fresh points | farthest |", "|---|---|---|---|---|"]
    for error in content["scenarios"][0]["errors"]:
        if error["number"] == "mean":
            of = LABELS.get(error["outcome"], error["outcome"].replace("_", " "))
            shares = " | ".join(f"{error[name]:.2%}" for name in ("median", "p95", "most"))
            lines.append(f"| {of} | {error['span']} | {shares} |")
    lines.append("")
    for scenario in content["scenarios"][1:]:
        means = [one for one in scenario["errors"] if one["number"] == "mean" and "district" not in one["outcome"]]
        worst, most = max(one["p95"] for one in means), max(one["most"] for one in means)
        lines.append(
            f"In the scenario `{scenario['name']}`, from {scenario['points']} points, means of the state lie within "
            f"{worst:.1%} in 95% of cases at the worst; the farthest is off by {most:.1%}.\n"
        )
    page = HOW_TO / "explorer.md"
    told = "\n".join(lines) + f"\n{origin(content)}."
    page.write_text(with_block(page.read_text(encoding="utf-8"), "explorer", told), encoding="utf-8", newline="\n")
    return True


def compared(folder: Path) -> None:
    """Show a comparison of formulas in the README."""
    import sim.results

    readme, results = ROOT / "README.md", sim.results.open(folder)
    text = with_block(readme.read_text(encoding="utf-8"), "table", comparison_block(results))
    text = with_block(text, "prices", prices_block(results))
    answer = (folder / ANSWER_TEXT).read_text(encoding="utf-8")
    text = with_block(text, "answer", f"```text\n{answer.strip()}\n```")
    readme.write_text(text, encoding="utf-8", newline="\n")
    small_figure(folder / "figures" / FIGURE, IMAGES / FIGURE)


def main(arguments: list[str]) -> None:
    """Take what pages show of a run from its results folder, if one is named; then write what comes from the code."""
    parts = (validated, probed, calibrated, assessed, weighed, followed, explored)
    for folder in map(Path, arguments):
        if not any(shown(folder) for shown in parts):
            compared(folder)
    for pages in (pages_from_code, folder_pages):
        for path, text in pages().items():
            path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
