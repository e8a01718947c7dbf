"""Programs that wait for approval: which of a district's sites a line with such a rule pays for, year by year."""

from collections.abc import Iterable, Mapping

import numpy as np

from sim.arrays import Array, ratio, state_total
from sim.behavior import beliefs as believing
from sim.engine.state import State
from sim.funding.line import Line
from sim.funding.schedule import Counts
from sim.funding.terms import Approval
from sim.parameters.groups import Beliefs


def approved_share(line: Line, state: State, counts: Counts) -> Array | None:
    """The share of each pathway's sites in ``counts`` that a line pays for, ``[..., D, C]``; None where it asks for no
    approval. When it begins to, what was offered the year before is approved."""
    if line.rules.approval is None:
        return None
    return np.minimum(ratio(state.approved.get(line.identity, state.sites), counts.sites, 1.0), 1.0)


def approved_after(lines: Iterable[Line], state: State, counts: Counts) -> Mapping[str, Array]:
    """The sites that each line will pay for next year, ``[..., D, C]``, by its identity.

    After ``wait`` years those that were counted then and are still there; by ``a_year`` as many of those that wait as
    the state approves, each pathway its share. With a number after it an identity keeps the sites of years before.
    """
    after: dict[str, Array] = {}
    for line in lines:
        rule = line.rules.approval
        if rule is None:
            continue
        name, sites = line.identity, counts.sites
        approved = np.minimum(state.approved.get(name, state.sites), sites)
        if rule.a_year is not None:
            waiting = sites - approved
            whole = state_total(waiting)
            after[name] = approved + waiting * ratio(np.minimum(rule.a_year, whole), whole)
            continue
        assert rule.wait is not None
        past = [state.approved.get(f"{name} {year}", state.sites) for year in range(1, rule.wait)]
        held = [sites, *past]
        after[name] = np.minimum.reduce(held)
        after.update((f"{name} {year}", held[year - 1]) for year in range(1, rule.wait))
    return after


def seen(line: Line, state: State, counts: Counts, beliefs: Beliefs) -> Array | None:
    """Of a price for a pathway, the share that a district sees through its horizon, ``[..., D, C]``: all where it is
    approved, what comes after the wait where it is not or is not offered yet; None without such a rule."""
    rule: Approval | None = line.rules.approval
    if rule is None:
        return None
    now = approved_share(line, state, counts)
    offered = np.minimum(counts.sites, 1.0)
    assert now is not None
    approved = offered * now
    wait = np.zeros((1, 1)) + (0.0 if rule.wait is None else rule.wait)
    if rule.a_year is not None:
        wait = 1.0 + state_total(counts.sites * (1.0 - now)) / rule.a_year
    discount = 1.0 / (1.0 + beliefs.discount_rate)
    whole = believing.annuity(discount, beliefs.horizon_years)
    missed = believing.annuity(discount, np.minimum(wait, beliefs.horizon_years))
    later = 1.0 - missed / whole
    return approved + (1.0 - approved) * later
