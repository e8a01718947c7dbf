"""The sentences over the figures of a calibration."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.calibration.tables import UNTOLD

if TYPE_CHECKING:
    from sim.report.calibration.tables import TargetRow


def targets_sentence(rows: "Sequence[TargetRow]") -> str:
    """How many targets the fit meets, and which it misses."""
    fitted = [row for row in rows if row.use == "fitted"]
    held = [row for row in rows if row.use != "fitted"]
    met, missed = (sum(row.verdict == verdict for row in fitted) for verdict in ("met", "missed"))
    said = f"The fit meets {met} of {len(fitted)} targets and misses {missed}"
    if held:
        said += f"; of {len(held)} held out it meets {sum(row.verdict == 'met' for row in held)}"
    return said


def parameters_sentence(names: Sequence[str], spreads: Sequence[float]) -> str:
    """Which parameter the targets narrow most, and how many they say nearly nothing of; ``spreads`` are those of the
    posterior over those of the prior."""
    narrowest = min(range(len(names)), key=spreads.__getitem__)
    untold = sum(spread >= UNTOLD for spread in spreads)
    words = names[narrowest].rpartition(".")[2].replace("_", " ")
    return (
        f"The targets narrow {words} most, to {spreads[narrowest]:.0%} of its prior's spread; {untold} of {len(names)} "
        f"parameters keep {UNTOLD:.0%} or more"
    )
