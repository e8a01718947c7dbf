"""Where a page's numbers come from: run, date, versions of code, formula and data, for the foot of everything."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.states.speaking import state_words
from sim.study.compare.words import scaled_words
from sim.study.setup.changes import told
from sim.study.setup.settings import flat_parameters

if TYPE_CHECKING:
    from sim.results.results import Results


def short(fingerprint: str) -> str:
    """The first eight characters of a hash: enough to name a run."""
    return str(fingerprint)[:8]


def also(said: Sequence[str]) -> str:
    """What follows an origin: what the user changed."""
    return "".join(f"; {part}" for part in said)


def run_origin(results: "Results", draws: int, scenario: str) -> str:
    """Run number, date, versions of code and data with the data's vintage, draws, seed and scenario, and what the user
    changed of formulas and parameters."""
    manifest = results.manifest
    held = getattr(manifest, "config", {}).get("parameters") or {}
    vintage = f" ({manifest.data_vintage})" if manifest.data_vintage else ""
    return (
        f"Run {short(manifest.config_hash)} of {str(manifest.created)[:10]}, CTE funding simulation "
        f"{manifest.code_version}, data {short(manifest.world_fingerprint)}{vintage}, {draws:,} draws, seed "
        f"{manifest.seed}, scenario {scenario}{_scaled(results)}"
        + also(told(changed_formulas(results), flat_parameters(held)))
        + state_words().told_behavior
    )


def _scaled(results: "Results") -> str:
    """To which equal money the formulas of a study are scaled, if they are: a page must not be read without it."""
    words = scaled_words({name: record.get("neutral") for name, record in results.manifest.formulas.items()})
    return f", formulas {words}" if words else ""


def changed_formulas(results: "Results") -> dict[str, str]:
    """What the user changed of a shipped formula, by its name."""
    records = results.manifest.formulas.items()
    return {name: str(record["changed"]) for name, record in records if record.get("changed")}


def formula_origin(results: "Results", name: str) -> str:
    """A formula's name and the version of its content; the name alone where the manifest has no fingerprint."""
    fingerprint = (results.manifest.formulas.get(name) or {}).get("fingerprint")
    return f"formula {name} version {short(fingerprint)}" if fingerprint else f"formula {name}"
