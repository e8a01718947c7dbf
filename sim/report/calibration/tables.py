"""What a calibration found, as tables: targets beside the model before and after, parameters beside their priors."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import ndtri

from sim.report.shared.intervals import COVERS, bands, signed_text
from sim.report.shared.origin import short
from sim.results.rank_correlation import spearman

if TYPE_CHECKING:
    from sim.study.calibration.study import Calibration

UNTOLD = 0.9
"""Spread of the posterior over that of the prior from which on the targets say nearly nothing of a parameter."""

CLEAR = 3.0
"""Errors of the shifts from which on a shift is told from chance."""

TRADED = 0.5
"""Rank correlation in the posterior beyond which two parameters are told only together."""

RULE = (
    "A target is met if the posterior's median lies within one tolerance of it, nearly met within two, else missed. "
    "Tolerance is one standard deviation of observation and model discrepancy together."
)


WAVE_NOTE = (
    "Worth: how many equally likely draws those of the wave are worth, weighed exactly, without an emulator. Off by: "
    "how far the emulator of the waves before was off on draws that it had not seen, in the deviations that it stated; "
    "1 is as much as it said."
)


@dataclass(frozen=True)
class TargetRow:
    """A target beside the model's mean and central 90% before and after. ``explained``: the share of its variance in
    the prior that the fitted parameters explain; ``emulated``: the mean that the emulator has for the posterior, to be
    held against what was simulated. Not a number where a target is held out."""

    name: str
    label: str
    value: float
    tolerance: float
    use: str
    confidence: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    verdict: str
    explained: float
    emulated: float


def target_rows(found: "Calibration") -> list[TargetRow]:
    """One row for each target, in the table's order."""
    rows = []
    emulator, fit_names = found.fit.emulator, [target.name for target in found.table.fitted]
    expected = found.fit.weights @ emulator.at(ndtri(found.fit.places))
    for target in found.table.targets:
        place = fit_names.index(target.name) if target.name in fit_names else None
        before, after = found.prior[target.name].to_numpy(), found.posterior[target.name].to_numpy()
        away = abs(float(np.nanmedian(after)) - target.value) / target.tolerance
        verdict = "met" if away <= 1.0 else "nearly met" if away <= 2.0 else "missed"
        rows.append(
            TargetRow(
                target.name,
                target.label,
                target.value,
                target.tolerance,
                "fitted" if target.use == "fit" else "held out",
                target.confidence,
                _mean_and_band(before),
                _mean_and_band(after),
                verdict,
                float("nan") if place is None else float(emulator.explained[place]),
                float("nan") if place is None else float(expected[place]),
            )
        )
    return rows


def parameter_table(found: "Calibration") -> pd.DataFrame:
    """One row for each fitted parameter: mean and 90% in prior and posterior, ratio of spreads, and the shift of the
    mean in standard deviations of the prior; those that the targets tell most come first."""
    rows = []
    for name, entry in found.entries.items():
        before, after = found.prior[name].to_numpy(), found.posterior[name].to_numpy()
        spread = float(before.std())
        rows.append(
            {
                "parameter": name,
                "unit": entry.unit,
                **{f"prior_{key}": value for key, value in named_band(_mean_and_band(before)).items()},
                **{f"posterior_{key}": value for key, value in named_band(_mean_and_band(after)).items()},
                "spread_ratio": float(after.std()) / spread,
                "shift": (float(after.mean()) - float(before.mean())) / spread,
            }
        )
    table = pd.DataFrame(rows)
    values = table["spread_ratio"] - table["shift"].abs()
    return table.loc[values.sort_values(kind="stable").index].reset_index(drop=True)


def traded(found: "Calibration") -> list[tuple[str, str, float]]:
    """Pairs of parameters whose rank correlation in the posterior is beyond ``TRADED``, strongest first."""
    names = list(found.entries)
    pairs = []
    for one, other in combinations(names, 2):
        correlation = spearman(found.posterior[one].to_numpy(), found.posterior[other].to_numpy())[0]
        if abs(correlation) > TRADED:
            pairs.append((one, other, correlation))
    return sorted(pairs, key=lambda pair: -abs(pair[2]))


def origin_text(found: "Calibration") -> str:
    """How many draws, from which seed, and by which table and model."""
    made = found.provenance
    return (
        f"{made['draws']:,} draws in {len(made['waves'])} waves, worth {made['exact_effective']:g} by exact weights; "
        f"through the emulator {made['weighed']:,} points worth {made['effective']:,}, {made['kept']:,} kept; "
        f"error of shifts {made['shift_error']:.2f}; seed {made['seed']}; {made['date']}; "
        f"targets {short(made['targets'])}, priors {short(made['priors'])}, "
        f"model {short(made['model'])}, data {short(made['world'])}."
    )


def identifiability(found: "Calibration") -> list[str]:
    """What the targets cannot tell, in sentences. A shift is of the stored draws, so that its error is that of the fit
    and that of so many draws together."""
    table = parameter_table(found)
    error = float(np.hypot(found.provenance["shift_error"], 1.0 / np.sqrt(found.provenance["kept"])))
    still = CLEAR * error
    untold = table[(table["spread_ratio"] >= UNTOLD) & (table["shift"].abs() < still)]["parameter"].tolist()
    moved = table[table["shift"].abs() >= still]
    up = [name for name, shift in zip(moved["parameter"], moved["shift"], strict=True) if shift > 0]
    down = [name for name, shift in zip(moved["parameter"], moved["shift"], strict=True) if shift < 0]
    pairs = [f"`{one}` with `{other}` ({signed_text(value, 2)})" for one, other, value in traded(found)]
    return [
        f"Moved up by more than {CLEAR:g} times the error of the shifts, fit and {found.provenance['kept']} draws "
        f"together ({error:.2f}): {_listed(up)}; down: "
        f"{_listed(down)}.",
        f"Told hardly at all, as spread stays at {UNTOLD:.0%} of the prior's or more and the mean where it was: "
        f"{_listed(untold)}.",
        f"Told only together, as the rank correlation is beyond {TRADED:g}: {', '.join(pairs) or 'no pair'}.",
    ]


def wave_lines(found: "Calibration") -> list[str]:
    """What each wave was worth and how far the emulator was off on it, as a table."""
    lines = ["| wave | draws | worth by exact weights | the emulator before it was off by |", "|---|---:|---:|---:|"]
    for number, record in enumerate(found.provenance["waves"], start=1):
        missed = "" if record["missed"] is None else f"{record['missed']:.2f}"
        where = "from the priors" if number == 1 else "near what was likely"
        lines.append(f"| {number}, {where} | {record['draws']:,} | {record['exact_effective']:g} | {missed} |")
    return lines


def calibration_markdown(found: "Calibration") -> str:
    """The generated part of the page: origin, targets, parameters, what cannot be told."""
    lines = [origin_text(found), "", "### Waves", "", *wave_lines(found), "", WAVE_NOTE, "", "### Targets", ""]
    lines += [
        "| target | observed | tolerance | prior, mean and 90% | posterior, mean and 90% | use | verdict |",
        "|---|---:|---:|---:|---:|---|---|",
    ]
    for row in target_rows(found):
        cells = (
            row.label, number(row.value), number(row.tolerance), _cell(row.prior), _cell(row.posterior), row.use,
            row.verdict,
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", RULE, "", "### Parameters", ""]
    lines += [
        "| parameter | unit | prior, mean and 90% | posterior, mean and 90% | ratio of spreads | shift |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for values in parameter_table(found).to_dict("records"):
        before = _cell((values["prior_mean"], values["prior_p05"], values["prior_p95"]))
        after = _cell((values["posterior_mean"], values["posterior_p05"], values["posterior_p95"]))
        lines.append(
            f"| `{values['parameter']}` | {values['unit']} | {before} | {after} | {values['spread_ratio']:.2f} "
            f"| {signed_text(values['shift'], 2)} |"
        )
    lines += ["", "Shift: of the mean, in standard deviations of the prior.", "", "### What the targets tell", ""]
    lines += [f"- {sentence}" for sentence in identifiability(found)]
    return "\n".join(lines) + "\n"


def calibration_text(found: "Calibration") -> str:
    """The printed page: targets, then the parameters that moved or narrowed most."""
    rows = [
        (row.label[:62], number(row.value), _cell(row.prior), _cell(row.posterior), row.use, row.verdict)
        for row in target_rows(found)
    ]
    head = ("Target", "observed", "prior, mean and 90%", "posterior, mean and 90%", "use", "verdict")
    parts = ["Calibration", "", *_columns([head, *rows]), "", RULE, "", COVERS, "", origin_text(found), ""]
    table = parameter_table(found)
    cells = [
        (
            str(row["parameter"]),
            _cell((row["prior_mean"], row["prior_p05"], row["prior_p95"])),
            _cell((row["posterior_mean"], row["posterior_p05"], row["posterior_p95"])),
            f"{row['spread_ratio']:.2f}",
            signed_text(row["shift"], 2),
        )
        for row in table.to_dict("records")
    ]
    top = ("Parameter", "prior, mean and 90%", "posterior, mean and 90%", "spreads", "shift")
    return "\n".join([*parts, *_columns([top, *cells]), "", *identifiability(found)]) + "\n"


def number(value: float) -> str:
    """A number in three or four digits; millions with an M."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:.3g}M"
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _cell(values: tuple[float, float, float]) -> str:
    mean, low, high = (number(value) for value in values)
    return f"{mean} ({low} to {high})"


def _mean_and_band(values: np.ndarray) -> tuple[float, float, float]:
    found = bands(np.asarray(values, dtype=np.float64), axis=0)
    return float(found.mean), float(found.low), float(found.high)


def named_band(values: tuple[float, float, float]) -> dict[str, float]:
    """Mean and central 90% by the names that they have in tables."""
    return dict(zip(("mean", "p05", "p95"), values, strict=True))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
