"""How many outcomes central bands hold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.study.assessment.scores import Interval, over_cases


@dataclass(frozen=True)
class Coverage:
    """How many of ``targets`` from ``cases`` lie inside the central bands of a kind of forecast, in the order of
    ``BANDS``: ``shares`` of targets, and ``over_cases`` the mean of the share in each case, with its interval."""

    forecast: str
    targets: int
    cases: int
    shares: tuple[float, ...]
    over_cases: tuple[Interval, ...]


def counted(forecast: str, hits: Sequence[Array], cases: Sequence[str]) -> Coverage:
    """The coverage of a kind of forecast from its ``hits``, for each band what part of each target it holds ``[S]``."""
    shares = [hit.astype(np.float64) for hit in hits]
    means = tuple(over_cases(share, cases) for share in shares)
    return Coverage(forecast, len(cases), means[0].cases, tuple(float(share.mean()) for share in shares), means)
