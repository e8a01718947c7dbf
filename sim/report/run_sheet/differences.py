"""A formula against the baseline in one stored year: districts one by one, or a group of them together."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, IntArray
from sim.report.shared.groups import net_payment
from sim.report.shared.intervals import Bands, bands, paired
from sim.report.shared.panel import Panel


@dataclass(frozen=True)
class Held:
    """The panel's district columns, ``[F, R, Y, D]``; money in constant dollars."""

    membership: Array
    payment: Array
    static: Array
    dilution: Array
    net: Array
    pathways: Array
    taught: Array
    reported: Array

    @classmethod
    def of(cls, panel: Panel) -> "Held":
        """Those of a panel."""
        prices = panel.district_prices()
        return cls(
            panel.districts("membership"),
            panel.districts("paid") / prices,
            np.broadcast_to(panel.static("paid")[:, :, None], panel.districts("paid").shape),
            panel.districts("dilution") / prices,
            net_payment(panel),
            panel.districts("pathways"),
            panel.districts("concentrators_taught"),
            panel.districts("concentrators"),
        )


@dataclass(frozen=True)
class Differences:
    """Each field by district in the order asked for, or of all of them together; means and bands over draws."""

    membership: Array
    baseline: Array
    payment: Array
    static: Array
    dilution: Array
    net: Bands
    per_member: Bands
    pathways: tuple[Array, Array]
    taught: tuple[Array, Array]
    taught_change: Bands
    reported: tuple[Array, Array]


def differences(held: Held, f: int, b: int, y: int, which: IntArray, together: bool) -> Differences:
    """Means and paired differences of the districts ``which``, or of their sum within each draw."""

    def of(values: Array, formula: int) -> Array:
        chosen = values[formula, :, y, :][:, which]
        return chosen.sum(axis=1, keepdims=True) if together else chosen

    membership = of(held.membership, f)
    change = of(held.net, f) - of(held.net, b)
    each = np.divide(change, membership, out=np.zeros_like(change), where=membership > 0)
    return Differences(
        membership.mean(axis=0),
        of(held.payment, b).mean(axis=0),
        of(held.payment, f).mean(axis=0),
        of(held.static, f).mean(axis=0),
        (of(held.dilution, f) - of(held.dilution, b)).mean(axis=0),
        bands(change, axis=0),
        bands(each, axis=0),
        (of(held.pathways, b).mean(axis=0), of(held.pathways, f).mean(axis=0)),
        (of(held.taught, b).mean(axis=0), of(held.taught, f).mean(axis=0)),
        paired(of(held.taught, f), of(held.taught, b), axis=0),
        (of(held.reported, b).mean(axis=0), of(held.reported, f).mean(axis=0)),
    )
