"""When a site closes: after notice, where its worth no longer carries its cost at the district's price of a dollar."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray, ratio
from sim.parameters.groups import Decisions


@dataclass(frozen=True)
class ClosingTerms:
    """Why a pathway's weakest site would be given up, ``[..., D, C]``.

    ``margin``: what a site is worth at the price of a dollar, and earns, less what it costs, as a share of its cost, at
    its weakest. ``long_vacant``: no instructor for years; ``few_students``; ``lab_out_of_use``: equipment at its end.
    """

    margin: Array
    long_vacant: BoolArray
    few_students: BoolArray
    lab_out_of_use: BoolArray

    @property
    def unsustained(self) -> BoolArray:
        """Where it would be given up after notice."""
        return (self.margin < 0.0) | self.long_vacant | self.few_students | self.lab_out_of_use


def program_carried(margin: Array, commitment: Array, cost: Array) -> BoolArray:
    """Where a district goes on with CTE at all, ``[..., D, 1]``.

    All of it together must be worth what it costs (``margin``), and the ``commitment`` must at least pay for what
    running a program costs whatever is offered (``cost``). In California 29% of small districts and none of the large
    gave up CTE within five years after a line was freed and cut, and none while it was restricted (district accounts).
    """
    carried: BoolArray = (margin >= 0.0) & (commitment >= cost)
    return carried


def sites_ended(sites: Array, of_district: Array, draw: Array, decisions: Decisions) -> Array:
    """Sites that close this year where a district gives up all of CTE, ``[..., D, C]``, whole.

    Students in a sequence are taught out: of the sites ``of_district`` at most the share ``reduction_limit`` goes in a
    year, or ``exit_sites``. A small program so ends at once and a large one over years: none of California's larger
    districts was at zero five years after its line was freed and cut.
    """
    going = np.minimum(np.maximum(decisions.reduction_limit * of_district, decisions.exit_sites), of_district)
    return np.minimum(np.floor(sites * ratio(going, of_district) + draw), sites)


def notice_after(notice: Array, unsustained: BoolArray) -> Array:
    """Years in a row for which a pathway's weakest site has not carried itself, ``[..., D, C]``."""
    return (notice + 1.0) * unsustained


def sites_closed(
    sites: Array, notice: Array, terms: ClosingTerms, equipment: Array, draw: Array, decisions: Decisions
) -> Array:
    """Sites closed this year, ``[..., D, C]``, whole: the expected number rounded by one draw."""
    share = closing_share(notice, terms, equipment, decisions)
    return np.minimum(np.floor(sites * share + draw), sites)


def closing_share(notice: Array, terms: ClosingTerms, equipment: Array, decisions: Decisions) -> Array:
    """Share of a pathway's sites that go this year, ``[..., D, C]``.

    Once notice has run it is how far the margin lies below zero, over ``close_spread``; half of them where the margin
    holds but posts, students or labs are gone.
    """
    short = np.clip(-terms.margin / decisions.close_spread, 0.0, 1.0)
    gone = terms.long_vacant | terms.few_students | terms.lab_out_of_use
    share: Array = np.maximum(short, 0.5 * gone) * (notice >= notice_needed(equipment, decisions))
    return share


def notice_needed(equipment: Array, decisions: Decisions) -> Array:
    """Years of notice before a site closes, ``[..., D, C]``: ``close_notice``, and one more where equipment has more
    than half of its life left."""
    needed: Array = decisions.close_notice + (equipment > 0.5)
    return needed
