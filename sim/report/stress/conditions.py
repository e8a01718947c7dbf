"""Scenarios in words: as names within a sentence, and as the condition under which a number holds."""

from collections.abc import Mapping

from sim.report.stress.shortfall import CALM

RANDOM = "random"
"""The scenario whose shocks are drawn at historical frequency, which alone tells how likely a loss is."""


def within(title: str) -> str:
    """A scenario's title as it stands within a sentence: 'take-up surge', but 'COVID-19 again'."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def condition(titles: Mapping[str, str], scenario: str) -> str:
    """A scenario as the condition of a figure: 'without a shock', 'under take-up surge'."""
    if scenario == CALM:
        return "without a shock"
    if scenario == RANDOM:
        return "with shocks at historical frequency"
    return f"under {within(titles[scenario])}"
