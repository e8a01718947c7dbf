"""The scale at which a formula comes to a wanted amount of money."""

from collections.abc import Callable
from typing import Literal

from sim.funding.formula import Formula, scale_to

Bound = Literal["at most", "at least", "fixed", "jumps", "over"]

WITHIN = 1e-3
"""A formula meets its target if it comes within this share of it."""

STRIDE, FARTHEST = 4.0, 4.0**7
"""Scales are sought in strides of four, up to this and down to its inverse."""


class UnreachableError(ValueError):
    """No scale brings a formula to its target.

    ``nearest`` is what it comes to at the scale that comes nearest, in the units of the target; ``bound`` says why it
    goes no further: it comes to that 'at most' or 'at least' at any scale, its amounts do not move it at all ('fixed'),
    it jumps past the target ('jumps'), or would pay back more than all spending ('over').
    """

    def __init__(self, formula: Formula, target: float, nearest: float, bound: Bound) -> None:
        self.formula, self.target, self.nearest, self.bound = formula, target, nearest, bound
        super().__init__(f"formula '{formula.name}' cannot come to {target:,.0f}: {nearest:,.0f}, {bound}")


def cost_neutral_factor(
    formula: Formula, target: float, comes_to: Callable[[Formula], float], goal: float = 1e-9
) -> float:
    """The factor for ``scale_to`` at which the formula comes to ``target`` (above 0) by the measure ``comes_to``.

    What is owed need not be in proportion to the scale: floors, references, matches and shares of spending do not
    scale. So the factor is solved for: first in proportion, then between two scales on either side of the target, until
    the formula is within ``goal`` of it (a share of the target). Raises UnreachableError if it cannot come within
    `WITHIN`.
    """
    found: dict[float, float] = {}

    def off(factor: float) -> float:
        """How far from the target, as a share of it."""
        if factor not in found:
            found[factor] = comes_to(scale_to(formula, factor)) / target - 1.0
        return found[factor]

    guess = 1.0 / (1.0 + off(1.0)) if off(1.0) > -1.0 else STRIDE
    if abs(off(guess)) > goal:
        low, high = _sides(off, guess, formula, target)
        guess = _between(off, low, high, goal)
    if abs(off(guess)) > WITHIN:
        raise UnreachableError(formula, target, target * (1.0 + off(guess)), "jumps")
    if len(set(found.values())) == 1 and off(guess * STRIDE) == off(guess):
        raise UnreachableError(formula, target, target * (1.0 + off(guess)), "fixed")
    return guess


def _sides(off: Callable[[float], float], guess: float, formula: Formula, target: float) -> tuple[float, float]:
    """A scale below the target and one above it."""
    low, high = min(1.0, guess), max(1.0, guess)
    while off(high) < 0.0 and high < FARTHEST:
        low, high = high, high * STRIDE
    while off(low) > 0.0 and low > 1.0 / FARTHEST:
        low, high = low / STRIDE, low
    if off(low) <= 0.0 <= off(high):
        return low, high
    end = high if off(high) < 0.0 else low
    fixed = off(end) == off(guess) == off(1.0)
    bound: Bound = "fixed" if fixed else "at most" if off(high) < 0.0 else "at least"
    raise UnreachableError(formula, target, target * (1.0 + off(end)), bound)


def _between(off: Callable[[float], float], low: float, high: float, goal: float) -> float:
    """The scale between ``low`` and ``high`` that comes nearest to the target; the first within ``goal`` of it."""
    from scipy.optimize import brentq

    tried = [low, high]

    def at(factor: float) -> float:
        tried.append(factor)
        return 0.0 if abs(off(factor)) <= goal else off(factor)

    brentq(at, low, high, xtol=1e-12 * high, rtol=1e-12, maxiter=100, disp=False)
    return min(tried, key=lambda factor: abs(off(factor)))
