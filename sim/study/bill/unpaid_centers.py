"""Shared centers of a bill that are not paid in every draw, because too few districts send students or one too many."""

from dataclasses import dataclass

import numpy as np

from sim.funding.components import SharedCenter
from sim.funding.conditions import mask
from sim.study.bill.static_score import Position
from sim.world.world import World


@dataclass(frozen=True)
class UnpaidCenter:
    """A center by its name: in how many of the ``draws`` it is ``paid``, in how many ``too_few`` districts send
    students and in how many one sends ``too_much``; the ``largest`` by its place in the districts table, with its
    ``share``, mean over draws; and what the law asks of these."""

    line: str
    name: str
    paid: int
    draws: int
    too_few: int
    too_much: int
    largest: int
    share: float
    least_districts: float
    largest_share: float


def unpaid_centers(position: Position, world: World, draws: int) -> list[UnpaidCenter]:
    """The centers of the bill's own lines that are not paid in all draws."""
    found = []
    for line in position.own_lines:
        counts = position.counts[line.name]
        for component in line.components:
            if not isinstance(component, SharedCenter):
                continue
            inside = [where for where in (line.where, component.where) if where is not None]
            here = counts
            for where in inside:
                here = here.inside(mask(where, world, counts.membership))
            for center in component.centers:
                sends, qualifies = component.attended(center, world, here)
                paid = int(np.broadcast_to(qualifies[..., 0, 0], (draws,)).sum())
                if paid == draws:
                    continue
                each = np.broadcast_to(sends[..., 0], (draws, sends.shape[-2]))
                shares = each / np.maximum(each.sum(axis=1, keepdims=True), 1.0)
                largest = int(np.argmax(shares.mean(axis=0)))
                found.append(
                    UnpaidCenter(
                        line.name,
                        center.name,
                        paid,
                        draws,
                        int(((each > 0.0).sum(axis=1) < component.least_districts).sum()),
                        int((shares.max(axis=1) > component.largest_share).sum()),
                        largest,
                        float(shares[:, largest].mean()),
                        float(np.mean(component.least_districts)),
                        float(np.mean(component.largest_share)),
                    )
                )
    return found
